"""What members decide about themselves: `/privacy optout`, `consent` and `revoke`."""

from bot.client import FaceSwapBot
from bot.store import consent
from bot.store.consent import Consent, Standing
from tests.e2e.conftest import Place


async def said(place: Place, command: str, **options: object) -> str:
    """What Ada is told, in private and without pinging anybody."""
    reply = await (await place.ada.slash(place.channel, f"privacy {command}", **options)).reply()
    assert reply.ephemeral
    assert reply.pings == set()
    return reply.content


async def test_opting_out_and_in(place: Place, bot: FaceSwapBot) -> None:
    """Each says how it is, as does asking; a standing yes ends with an opt-out, a standing no does not."""
    user, now = place.ada.user.id, place.now()
    for asker, answer in ((1, Standing.ALWAYS), (2, Standing.NEVER)):
        await bot.services.store.run(consent.stand_by, Consent(user, asker, answer, now))
    for state, out in ((None, False), ("on", True), ("on", True), (None, True), ("off", False)):
        text = await said(place, "optout", **({} if state is None else {"state": state}))
        assert ("have **opted out**" in text) == out
        assert await bot.services.store.run(consent.opted_out, user) == out
    assert [one.asker_id for one in await bot.services.store.run(consent.given, user)] == [2]


async def test_standing_answers_are_shown_and_taken_back(place: Place, bot: FaceSwapBot) -> None:
    """One's own alone, by name; what was never given says so."""
    bea = place.guild.join(place.sandbox.create_user("Bea"))
    user, asker = place.ada.user.id, bea.user.id
    assert "nobody a standing answer" in await said(place, "consent")
    for answer, shown, gone in (
        (Standing.ALWAYS, "**always**", "has to ask you again"),
        (Standing.NEVER, "**never** ask", "can ask you for your avatar again"),
    ):
        await bot.services.store.run(consent.stand_by, Consent(user, asker, answer, place.now()))
        await bot.services.store.run(consent.stand_by, Consent(asker, user, answer, place.now()))
        text = await said(place, "consent")
        assert f"<@{asker}> may {shown}" in text
        assert text.count("<@") == 1
        assert gone in await said(place, "revoke", member=bea)
        assert "no standing answer" in await said(place, "revoke", member=bea)
        assert len(await bot.services.store.run(consent.given, asker)) == 1
