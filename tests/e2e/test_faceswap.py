"""`/faceswap` as a member lives it: the picture, the receipt, the refusals and the failures."""

import base64
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from bot.sandbox import Upload
from bot.sandbox.bodies import Limits
from bot.segmind import SEED_DEFAULT
from tests.e2e.conftest import KEY, Place
from tests.e2e.test_discord_faults import noise
from tests.scripted_api import PNG, Answer, as_json, error
from tests.signing import made_in

pytestmark = pytest.mark.usefixtures("bot")

LATER = {"Retry-After": "3600"}


async def test_a_member_swaps_two_faces(place: Place) -> None:
    """Two pictures in, one out: with its price, seed and time, and the price on the books."""
    played = await place.faceswap()
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("DEFER", False)
    reply = await played.reply()
    await place.idle()
    assert [made_in(file.data) for file in reply.attachments] == [played.raw.id]
    assert reply.attachments[0].filename == f"faceswap-{played.raw.id}.png"
    for part in ("AI face swap", "**$0.05**", f"seed {SEED_DEFAULT}", "9 swaps left today"):
        assert part in reply.text
    second = await place.swap()
    assert "8 swaps left today" in second.text
    assert await place.rows("SELECT SUM(amount_micros) AS spent FROM entries") == [{"spent": 100_000}]


async def test_every_option_reaches_the_api(place: Place) -> None:
    """What the member chose is what the API is asked for, and a private result is only theirs."""
    played = await place.faceswap(prompt="a *red* hat", format="webp", quality=80, seed=42, private=True)
    assert (await played.first_response()).ephemeral
    reply = await played.reply()
    assert reply.ephemeral
    assert "seed 42" in reply.text
    asked = place.api.posts[0].json
    assert {name: asked[name] for name in ("additional_prompt", "image_format", "quality", "seed")} == {
        "additional_prompt": "a *red* hat",
        "image_format": "webp",
        "quality": 80,
        "seed": 42,
    }
    assert place.api.posts[0].headers["x-api-key"] == KEY


async def test_the_api_gets_whole_cdn_urls(place: Place) -> None:
    """Both attachments go to the API as Discord signed them, and Discord serves them there."""
    await place.swap()
    asked = place.api.posts[0].json
    for name, file in (("source_image", "source.png"), ("target_image", "target.png")):
        url = urlsplit(str(asked[name]))
        assert url.path.endswith(file)
        assert set(parse_qs(url.query)) >= {"ex", "is", "hm"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(400, "bad seed"), "did not accept these pictures or options"),
        (error(400, "No face was found in source_image."), "No face was found in the source picture"),
        (error(400, "No face was found in target_image."), "No face was found in the target picture"),
        (error(401, f"key {KEY} is wrong"), "did not accept the bot's key"),
        (error(403, "no"), "may not use this face-swap model"),
        (error(404, "no"), "not where the bot looks for it"),
        (error(406, "insufficient credits"), "run out of credits"),
        (error(406, "wrong content type"), "refused this request"),
        (error(429, "slow down", headers=LATER), "too many requests"),
        (error(500, "boom"), "an error of its own"),
        (error(502, "bad", headers=LATER), "not available right now"),
        (error(504, "late"), "took too long"),
        (error(418, "teapot"), "Please try again"),
        (Answer(302, b"", headers={"Location": "http://127.0.0.1:1/"}), "Please try again"),
        (Answer(200, b"<html>hello</html>", "image/png"), "no usable picture"),
        (Answer(200, PNG[:60], "image/png"), "no usable picture"),
        (as_json({"output": "http://169.254.169.254/latest"}), "no usable picture"),
        (Answer(reset="at_once"), "The connection to the face-swap service broke"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_an_api_failure_costs_nothing_and_says_so(
    place: Place, caplog: pytest.LogCaptureFixture, answer: Answer, words: str
) -> None:
    """Each failure becomes words with what to do; one call was made, nothing is charged or held."""
    place.api.script(answer)
    reply = await place.swap()
    assert words in reply.text
    assert reply.text.endswith("You were not charged.")
    assert KEY not in reply.text
    assert not reply.attachments
    assert len(place.api.posts) == 1
    assert await place.rows("SELECT state FROM swaps") == [{"state": "refunded"}]
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (Upload("notes.txt", b"hello"), "not a picture the bot can use"),
        (Upload("clip.mp4", b"hello"), "not a picture the bot can use"),
        (Upload("photo.heic", b"hello", content_type="image/heic"), "not a picture the bot can use"),
        (Upload("drawing.svg", b"<svg/>"), "not a picture the bot can use"),
        (Upload("noname", b"hello", content_type=""), "not a picture the bot can use"),
        (Upload("huge.png", PNG, size=26 * 2**20), "26.0 MiB; at most 25.0 MiB"),
    ],
    ids=lambda value: value.filename if isinstance(value, Upload) else None,
)
@pytest.mark.parametrize("role", ["source", "target"])
async def test_a_useless_attachment_is_refused_privately(
    place: Place, upload: Upload, words: str, role: str
) -> None:
    """What the payload shows is refused before the defer, to the member alone, and never sent or held."""
    given = {"source": Upload("a.png", PNG), "target": Upload("b.png", PNG), role: upload}
    first = await (await place.ada.slash(place.channel, "faceswap", **given)).first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    assert words in first.reply.text
    assert role in first.reply.text
    assert place.api.posts == []
    assert await place.rows("SELECT id FROM swaps") == []


@pytest.mark.parametrize("name", ["a.PNG", "b.jpeg", "c.webp", "d.gif"])
async def test_a_picture_without_a_declared_type_goes_by_its_name(place: Place, name: str) -> None:
    """Some clients declare no type; then the name decides."""
    reply = await (await place.faceswap(source=Upload(name, PNG, content_type=""))).reply()
    assert reply.attachments


async def test_a_result_over_the_upload_limit_is_encoded_again(place: Place) -> None:
    """Where a server takes small files only, the result is made to fit; it costs the same."""
    place.sandbox.limits = Limits(file=20_000)
    place.api.script(Answer(body=noise()))
    reply = await place.swap()
    assert len(noise()) > 20_000 >= len(reply.attachments[0].data)
    assert "$0.05" in reply.text


async def test_a_base64_answer_is_read_like_a_picture(place: Place) -> None:
    """The API may answer with JSON; the member sees the same."""
    place.api.script(as_json({"image": "data:image/png;base64," + base64.b64encode(PNG).decode()}))
    reply = await place.swap()
    assert reply.attachments


@pytest.mark.parametrize(
    ("side", "chosen", "asked"),
    [
        ((4000, 3000), "png", "png"),
        ((4100, 3100), "png", "jpeg"),
        ((1800, 1800), "webp", "webp"),
        ((1900, 1900), "webp", "jpeg"),
    ],
)
async def test_a_large_target_is_answered_with_what_can_be_shown(
    place: Place, side: tuple[int, int], chosen: str, asked: str
) -> None:
    """A result that would be too costly to decode is never paid for: a JPEG is asked for, and said so."""
    target = io.BytesIO()
    Image.new("L", side, 128).save(target, "JPEG")
    reply = await place.swap(target=Upload("phone.jpg", target.getvalue()), format=chosen)
    assert place.api.posts[0].json["image_format"] == asked
    assert ("so the result is a JPEG" in reply.text) is (asked != chosen)
