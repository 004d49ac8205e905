"""Forms: opened by a command or a control, filled in, submitted, and answered."""

import re

import pytest

from bot.sandbox import NotOffered, Permission, Reply, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest

FACE = Upload("a.png", PIXEL)


@pytest.fixture
def mod(sandbox: Sandbox, guild: Guild) -> Member:
    """A member who may manage the server."""
    return guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))


@pytest.fixture
async def panel(bot: Bot, mod: Member, channel: Channel) -> Reply:
    """The panel as the moderator sees it."""
    assert bot.user
    return await (await mod.slash(channel, "settings")).reply()


@pytest.mark.usefixtures("bot")
async def test_a_form_shows_what_the_bot_sent(ada: Member, channel: Channel) -> None:
    """Title, labels, descriptions and presets; the command has no reply of its own."""
    played = await ada.slash(channel, "form")
    shown = await played.form()
    assert played.modal is not None
    assert (shown.title, [*shown.controls]) == ("Limits", ["Swaps a day", "Note", "Size", "Crew", "Face"])
    assert shown.text.splitlines()[:3] == ["Limits", "Swaps a day", "0 to 999"]
    assert shown.controls["Swaps a day"]["value"] == "10"
    first = await played.first_response()
    assert (first.kind, first.reply) == ("MODAL", None)


@pytest.mark.usefixtures("bot")
async def test_presets_are_sent_when_untouched(ada: Member, channel: Channel) -> None:
    """A text keeps its value, a select its default, and an optional upload is empty."""
    played = await (await ada.slash(channel, "form")).submit(by=ada)
    assert (await played.reply()).content == "str 10, str , str s"
    assert (await played.first_response()).kind == "MESSAGE"


async def test_every_control_reaches_the_bot(bot: Bot, ada: Member, channel: Channel, guild: Guild) -> None:
    """By custom_id or by label: text, option, role and files, resolved; the file is an ephemeral one."""
    crew, values = guild.create_role("Crew"), {"Swaps a day": "25", "note": "a\nbc"}
    played = await (await ada.slash(channel, "form")).submit(values, by=ada, size="l", crew=crew, face=[FACE])
    reply = await played.reply()
    assert reply.content == "str 25, str a\nbc, str l, Role Crew, Attachment " + str(url(played.raw.data))
    assert "/ephemeral-attachments/" in reply.content
    assert bot.errors == []


def url(data: Json) -> str:
    """Return the address of the one file of a submission."""
    (file,) = data["resolved"]["attachments"].values()
    return file["url"]


async def test_a_form_from_a_button_updates_its_message(panel: Reply, mod: Member) -> None:
    """The submission carries the message, which type 7 edits, and type 6 leaves for an edit of @original."""
    for note, kind in (("", "UPDATE"), ("calm", "DEFER_UPDATE")):
        pressed = await panel.press("Numbers", by=mod)
        played = await pressed.submit(by=mod, swaps="7", note=note)
        assert (await played.first_response()).kind == kind
        await played.reply(until=lambda reply, note=note: reply.text == f"str 7, str {note}, str s")
        assert played.raw.original is panel.raw


@pytest.mark.parametrize(
    "values",
    [{"swaps": "1"}, {"swaps": "999"}, {"note": "abcd"}, {"note": "x" * 1000}, {"face": [FACE] * 2}],
)
@pytest.mark.usefixtures("bot")
async def test_the_limits_themselves_may_be_sent(
    ada: Member, channel: Channel, values: dict[str, object]
) -> None:
    """The shortest and the longest, and as many as there may be."""
    played = await (await ada.slash(channel, "form")).submit(values, by=ada)
    assert (await played.first_response()).kind == "MESSAGE"


@pytest.mark.usefixtures("bot")
async def test_a_submission_can_be_answered_late(ada: Member, channel: Channel) -> None:
    """A deferred private answer (type 5) is filled in afterwards."""
    played = await (await ada.slash(channel, "form")).submit(by=ada, note="late")
    reply = await played.reply()
    assert (reply.content, reply.ephemeral) == ("str 10, str late, str s", True)


@pytest.mark.usefixtures("bot")
async def test_a_form_cannot_answer_a_form(ada: Member, channel: Channel) -> None:
    """discord.py sends it, and Discord lists what may be sent instead; the submission is still unanswered."""
    played = await (await ada.slash(channel, "form")).submit(by=ada, note="again")
    assert "Value must be one of {4, 5, 6}." in (await played.reply()).content


@pytest.mark.usefixtures("bot")
async def test_a_form_is_sent_once_by_its_reader(ada: Member, channel: Channel, guild: Guild) -> None:
    """Another member does not see it, and once it was answered it is closed."""
    played = await ada.slash(channel, "form")
    with pytest.raises(NotOffered, match="does not see"):
        await played.submit(by=guild.join(guild.world.create_user("Bea")))
    await (await played.submit(by=ada)).reply()
    with pytest.raises(NotOffered, match="closed"):
        await played.submit(by=ada)


@pytest.mark.parametrize(
    "values",
    [
        {"swaps": ""},
        {"swaps": "1000"},
        {"swaps": 5},
        {"swaps": "1\n2"},
        {"note": "x" * 4001},
        {"note": "abc"},
        {"size": "medium"},
        {"size": []},
        {"crew": "Crew"},
        {"face": [FACE] * 3},
        {"face": "a.png"},
        {"other": "x"},
    ],
)
@pytest.mark.usefixtures("bot")
async def test_what_the_client_would_not_send(
    ada: Member, channel: Channel, values: dict[str, object]
) -> None:
    """Required, lengths, lines, options, kinds and counts are checked before anything is sent."""
    with pytest.raises(NotOffered):
        await (await ada.slash(channel, "form")).submit(values, by=ada)


LINE = {"type": 4, "custom_id": "line", "style": 1}
LABEL = {"type": 18, "label": "Line", "component": LINE}
FORM = {"custom_id": "form", "title": "Form", "components": [LABEL]}


def labelled(**control: object) -> Json:
    """Build a form with one control."""
    return {"components": [LABEL | {"component": control}]}


def line(**more: object) -> Json:
    """Build a form with a line that is fine but for what `more` says."""
    return {"components": [LABEL | {"component": LINE | more}]}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"title": "x" * 46}, "title.*BASE_TYPE_BAD_LENGTH"),
        ({"title": None}, "title.*BASE_TYPE_REQUIRED"),
        ({"custom_id": "x" * 101}, "custom_id.*BASE_TYPE_BAD_LENGTH"),
        ({"components": []}, "components.*BASE_TYPE_BAD_LENGTH"),
        ({"components": [{"type": 10, "content": "x"}] * 6}, "components.*BASE_TYPE_BAD_LENGTH"),
        ({"components": [LABEL, LABEL]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"components": [{"type": 2}]}, "type.*UNION_TYPE_CHOICES"),
        ({"components": [{"type": 10, "content": ""}]}, "content.*BASE_TYPE_BAD_LENGTH"),
        ({"components": [LABEL | {"label": "x" * 46}]}, "label.*BASE_TYPE_BAD_LENGTH"),
        ({"components": [LABEL | {"description": "x" * 101}]}, "description.*BASE_TYPE_MAX_LENGTH"),
        ({"components": [{"type": 18, "label": "x"}]}, "type.*UNION_TYPE_CHOICES"),
        ({"components": [{"type": 1, "components": [LINE]}]}, "label.*BASE_TYPE_REQUIRED"),
        ({"components": [{"type": 1, "components": [LINE] * 2}]}, "components.*BASE_TYPE_BAD_LENGTH"),
        ({"components": [{"type": 1, "components": [{"type": 6}]}]}, "type.*UNION_TYPE_CHOICES"),
        (line(style=3), "style.*BASE_TYPE_CHOICES"),
        (line(custom_id=""), "custom_id.*BASE_TYPE_BAD_LENGTH"),
        (line(placeholder="x" * 101), "placeholder.*BASE_TYPE_MAX_LENGTH"),
        (line(value="x" * 4001), "value.*BASE_TYPE_MAX_LENGTH"),
        (line(min_length=-1), "min_length.*NUMBER_TYPE_MIN"),
        (line(max_length=4001), "max_length.*NUMBER_TYPE_MAX"),
        (line(min_length=5, max_length=4), "min_length.*NUMBER_TYPE_MAX"),
        (labelled(type=19, custom_id=""), "custom_id.*BASE_TYPE_BAD_LENGTH"),
        (labelled(type=19, custom_id="x", max_values=11), "max_values.*NUMBER_TYPE_MAX"),
        (labelled(type=19, custom_id="x", min_values=2), "min_values.*NUMBER_TYPE_MAX"),
        (labelled(type=6, custom_id="x", max_values=26), "max_values.*NUMBER_TYPE_MAX"),
        (labelled(type=6, custom_id="x", disabled=True), "disabled"),
        (labelled(type=2, custom_id="x"), "type.*UNION_TYPE_CHOICES"),
    ],
)
@pytest.mark.usefixtures("bot")
async def test_what_discord_refuses(
    ada: Member, channel: Channel, rest: Rest, change: Json, rule: str
) -> None:
    """Each at its place and by Discord's name; the interaction stays unanswered, and takes a good form."""
    played = await ada.slash(channel, "boom")
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
    status, answer = await rest("POST", path, {"type": 9, "data": FORM | change})
    assert (status, answer["code"]) == (400, 50035)
    assert re.search(rule, str(answer["errors"]["data"]))
    assert played.modal is None
    assert (await rest("POST", path, {"type": 9, "data": FORM}))[0] == 204
    assert played.modal is not None


@pytest.mark.parametrize(
    "form",
    [
        {"custom_id": "x", "title": "x", "components": [{"type": 10, "content": "x"}]},
        {"custom_id": "x" * 100, "title": "x" * 45, "components": [{"type": 10, "content": "x" * 4000}] * 5},
        FORM | {"components": [LABEL | {"label": "x" * 45, "description": "x" * 100}]},
        FORM | {"components": [LABEL | {"label": "x"}]},
        FORM | line(style=2, placeholder="x" * 100, value="x" * 4000, min_length=4000, max_length=4000),
        FORM | line(custom_id="x" * 100, min_length=0, max_length=1),
        FORM | {"components": [{"type": 1, "components": [LINE | {"label": "x"}]}]},
        FORM | {"components": [{"type": 1, "components": [LINE | {"label": "x" * 45}]}]},
        FORM | labelled(type=19, custom_id="x", min_values=10, max_values=10),
        FORM | labelled(type=19, custom_id="x" * 100, min_values=0),
        FORM | labelled(type=8, custom_id="x", channel_types=[0], max_values=25),
    ],
)
@pytest.mark.usefixtures("bot")
async def test_what_discord_takes(ada: Member, channel: Channel, rest: Rest, form: Json) -> None:
    """The limits themselves."""
    played = await ada.slash(channel, "boom")
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
    assert (await rest("POST", path, {"type": 9, "data": form}))[0] == 204


@pytest.mark.parametrize(
    "change",
    [line(label="x"), line(colour=1), labelled(type=21, custom_id="x"), {"colour": 1}],
)
@pytest.mark.usefixtures("bot")
async def test_the_unknown_is_loud(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest, *, change: Json
) -> None:
    """What Discord may take and the sandbox does not play is a complaint, not a silent pass."""
    played = await ada.slash(channel, "boom")
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
    assert (await rest("POST", path, {"type": 9, "data": FORM | change}))[0] == 400
    assert len(sandbox.complaints) == 1
    sandbox.complaints.clear()


@pytest.mark.usefixtures("bot")
async def test_old_forms_and_texts_work(ada: Member, channel: Channel, rest: Rest) -> None:
    """A line in an action row, as forms were before Labels, and a text display; both come back with ids."""
    played = await ada.slash(channel, "boom")
    parts: list[Json] = [
        {"type": 10, "content": "Read this"},
        {"type": 1, "components": [LINE | {"label": "Name", "max_length": 5}]},
    ]
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
    await rest("POST", path, {"type": 9, "data": FORM | {"components": parts}})
    sent = (await played.submit(by=ada, Name="Ada")).raw.data
    child = {"type": 4, "id": 3, "custom_id": "line", "value": "Ada"}
    assert sent["components"] == [{"type": 10, "id": 1}, {"type": 1, "id": 2, "components": [child]}]
