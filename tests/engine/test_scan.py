"""A look at one picture: which faces it shows and how well, whatever the file."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageFilter

from bot.engine.assets import FOLDER
from bot.engine.job import Refused, Scan, Scanned
from bot.engine.nets import Nets
from bot.engine.pool import Pool
from bot.engine.scan import scan
from bot.engine.work import look
from bot.errors import PictureError
from tests.engine.heads import head
from tests.engine.photos import CAT, COLLINS, HOPPER, ROCKET, file_of, group, huge_file, photo
from tests.engine.served import FILES

_ORIENTATIONS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def _phone(orientation: int, size: tuple[int, int]) -> bytes:
    """Write a large JPEG that stands as the camera was held, with the EXIF note that turns it upright."""
    lying = photo(HOPPER).resize(size, Image.Resampling.NEAREST).transpose(_ORIENTATIONS[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return file_of(lying, "JPEG", quality=85, exif=exif)


def _blurred(name: str, share: float) -> Image.Image:
    """The portrait, blurred by a share of the face's width."""
    return photo(name).filter(ImageFilter.GaussianBlur(share * {COLLINS: 88, HOPPER: 172}[name]))


@pytest.mark.parametrize("name", [COLLINS, HOPPER])
def test_a_good_portrait_is_seen_as_one(nets: Nets, name: str) -> None:
    """One face, sharp, towards the viewer, where it is."""
    seen = scan(file_of(photo(name)), nets)
    assert (seen.width, seen.height) == photo(name).size
    (face,) = seen.faces
    left, top, width, height = face.box
    nose = {COLLINS: (224, 125), HOPPER: (251, 242)}[name]
    assert left < nose[0] < left + width
    assert top < nose[1] < top + height
    assert width < face.pixels * 1.3
    assert face.score > 0.9
    assert face.turn < 10
    assert face.sharpness > 0.15
    assert face.share == pytest.approx(1.05 * face.pixels**2 / (seen.width * seen.height), rel=0.02)


def test_every_face_is_told_largest_first(nets: Nets) -> None:
    """A group of three, of two sizes."""
    faces = scan(file_of(group()), nets).faces
    assert len(faces) == 3
    assert [face.pixels for face in faces] == sorted((face.pixels for face in faces), reverse=True)


@pytest.mark.parametrize("name", [CAT, ROCKET])
def test_no_face_is_an_answer(nets: Nets, name: str) -> None:
    """A picture without faces is no error."""
    assert scan(file_of(photo(name)), nets).faces == ()


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda: _phone(6, (3000, 4000)), (3000, 4000)),
        (lambda: _phone(3, (3000, 4000)), (3000, 4000)),
        (lambda: _phone(8, (5000, 7200)), (5000, 7200)),
        (huge_file, (6000, 6000)),
        (lambda: file_of(photo(HOPPER).rotate(180)), (512, 600)),
        (lambda: file_of(photo(HOPPER).rotate(90, expand=True)), (600, 512)),
        (lambda: file_of(photo(HOPPER).convert("L"), "WEBP"), (512, 600)),
        (lambda: file_of(photo(HOPPER).convert("P"), "GIF"), (512, 600)),
        (lambda: file_of(photo(HOPPER).resize((128, 150))), (128, 150)),
    ],
    ids=["EXIF 6", "EXIF 3", "36 MP, EXIF 8", "36 MP", "180", "90", "grey", "GIF", "small"],
)
def test_phones_pictures_and_odd_files_are_seen_upright(
    nets: Nets, make: Callable[[], bytes], size: tuple[int, int]
) -> None:
    """The size is that of the upright picture, and the one face's box is in its pixels."""
    seen = scan(make(), nets)
    assert (seen.width, seen.height) == size
    (face,) = seen.faces
    left, top, width, height = face.box
    assert 0 <= left < left + width <= size[0]
    assert 0 <= top < top + height <= size[1]
    assert face.pixels == pytest.approx(0.34 * min(size), rel=0.2)


@pytest.mark.parametrize("name", [COLLINS, HOPPER])
def test_blur_and_turning_are_measured(nets: Nets, name: str) -> None:
    """More blur, less sharpness; more turning, a larger angle, rather under the true one."""
    blurs = [scan(file_of(_blurred(name, share)), nets).faces[0].sharpness for share in (0, 0.01, 0.02, 0.03)]
    assert blurs == sorted(blurs, reverse=True)
    for yaw in (-30, -15, 15, 30):
        (face,) = scan(file_of(head(nets, name, yaw)), nets).faces
        assert 0.6 * abs(yaw) < face.turn < abs(yaw) + 5


@pytest.mark.parametrize("data", [b"", b"text", file_of(photo(COLLINS), "JPEG")[:9000], FILES["bomb"]])
def test_hostile_bytes_are_refused(nets: Nets, data: bytes) -> None:
    """As a value, and as the error underneath."""
    with pytest.raises(PictureError):
        scan(data, nets)
    assert isinstance(look(Scan(data), nets), Refused)


async def test_the_pool_looks_and_swaps_by_turns() -> None:
    """One kind of worker does both."""
    async with Pool.open(FOLDER, 1) as pool:
        seen = await pool.run(Scan(file_of(photo(COLLINS))))
        assert isinstance(seen, Scanned)
        assert len(seen.faces) == 1
