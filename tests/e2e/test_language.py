"""What members read in their own language: refusals, failures, results, and what moderators set."""

import pytest

from bot.language import CATALOGUES, LANGUAGES, speaking
from bot.sandbox import Permission, Reply, Upload
from bot.sandbox.places import Member
from bot.words import settings as words
from tests.e2e.clicks import press_as
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, answered, refusal
from tests.scripted_api import error

ANY = {"COOLDOWN_SECONDS": "0", "SWAPS_AT_ONCE": ""}


def join(place: Place, locale: str, permissions: int = 0) -> Member:
    """A member whose Discord is in this language."""
    user = place.sandbox.create_user("Greta", locale=locale)
    return place.guild.join(user, permissions=permissions)


async def test_a_failure_and_a_result_speak_the_members_language(place: Place, start: Start) -> None:
    """Greta's swaps end in German, and Ada's beside them in English; the operator reads English always."""
    greta, office = join(place, "de"), place.guild.create_channel("operator")
    async with start(OPERATOR_CHANNEL_ID=str(office.id), **ANY):
        place.api.script(error(400, "No face was found in target_image."))
        failed = await place.swap(by=greta)
        assert failed.text.startswith("Im Zielbild wurde kein Gesicht gefunden.")
        assert failed.text.endswith(" Dir wurde nichts berechnet.")
        assert (await place.swap(by=greta)).text.startswith(
            f"**KI-Face-Swap** für <@{greta.user.id}>\n**$0.05**"
        )
        assert (await place.swap()).text.startswith("**AI face swap** for")
        place.api.script(error(406, "insufficient credits"))
        assert "hat kein Guthaben mehr" in (await place.swap(by=greta)).text
        assert [said.text.split(".")[0] for said in place.said(office)] == [
            "The bot's account at the face-swap service has run out of credits"
        ]


async def test_a_refused_command_speaks_the_members_language(place: Place, start: Start) -> None:
    """What a command raises is told in German."""
    greta = join(place, "de")
    async with start():
        played = await place.faceswap(by=greta, source=Upload("notes.txt", b"hello"))
        assert (await refusal(played)).startswith("Das Quellbild (das Gesicht) ist kein Bild, das der Bot")


async def test_a_button_speaks_to_whoever_presses_it(place: Place, start: Start) -> None:
    """A note, its button and what follows are in the language of whose swap it is; a stranger's is theirs."""

    def waits(reply: Reply) -> bool:
        return [button["label"] for button in reply.buttons()] == ["Abbrechen"]

    greta, jun = join(place, "de"), join(place, "ja")
    async with start(API_CONCURRENCY="1", **ANY):
        release = place.api.hold()
        first = await place.faceswap()
        await place.api.received.wait()
        second = await place.faceswap(by=greta)
        reply = await second.reply(until=waits)
        assert reply.text.startswith("Dein Swap wartet noch")
        assert (await refusal(press_as(reply, "Abbrechen", jun))).startswith("これはほかの人のボタンです。")
        await reply.press("Abbrechen", by=greta)
        await second.reply(until=lambda reply: reply.text == "Abgebrochen. Dir wurde nichts berechnet.")
        release.set()
        assert (await first.reply()).text.startswith("**AI face swap** for")
        await place.idle()


async def test_discord_shows_the_commands_in_every_language(place: Place, start: Start) -> None:
    """What is published has the translated names and descriptions; a name that stays English has none."""
    async with start():
        published = {one["name"]: one for one in place.sandbox.world.commands[None].values()}
    faceswap = published["faceswap"]
    assert not faceswap["name_localizations"]
    assert set(faceswap["description_localizations"]) == set(CATALOGUES)
    source = faceswap["options"][0]
    assert (source["name"], source["name_localizations"]["de"]) == ("source", "quelle")
    assert source["name_localizations"]["es-419"] == source["name_localizations"]["es-ES"] == "origen"


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_what_moderators_set_fits_in_every_language(place: Place, start: Start, locale: str) -> None:
    """Discord takes the panel and both forms, whose labels it bounds; what is wrong is named."""
    grace = join(place, locale, Permission.MANAGE_GUILD)
    with speaking(locale):
        labels, wrong = words.labels(), words.wrong_numbers(list(words.settings.BOUNDS)[:1])
    async with start():
        panel = await admin(place, grace, "settings")
        assert f"## {labels.title}\n" in panel.text
        opened = await panel.press(labels.change_numbers, by=grace)
        assert await refusal(await opened.submit({"daily": "x"}, by=grace)) == wrong
        role = await panel.select(labels.give_role, by=grace, values=[place.guild.create_role("Painters")])
        await answered(await role.submit({"daily": "3"}, by=grace))
        await answered(await panel.press(labels.pause, by=grace))
        assert labels.resume in [button["label"] for button in panel.buttons()]


async def test_a_note_in_another_language_is_known_again(place: Place, start: Start) -> None:
    """A process that finds a waiting swap knows its note, whatever language that is in, and goes on."""
    greta = join(place, "ja")
    async with start(API_CONCURRENCY="1", **ANY):
        place.api.hold()
        await place.faceswap()
        await place.api.received.wait()
        waiting = await place.faceswap(by=greta)
        await waiting.reply(until=lambda reply: reply.text.startswith("順番待ちです。"))
    async with start(**ANY):
        assert (await waiting.reply(until=lambda reply: bool(reply.attachments))).attachments
        await place.idle()
