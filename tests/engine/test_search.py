"""The search for faces: turned, small, several, and none."""

import numpy as np
import pytest
from PIL import Image

from bot.engine.face import Face
from bot.engine.imaging import Bytes
from bot.engine.nets import Nets
from bot.engine.search import all_faces, largest_face
from tests.engine.photos import CAT, COLLINS, HOPPER, ROCKET, group, photo


def _pixels(image: Image.Image) -> Bytes:
    return np.asarray(image.convert("RGB"))


def _lean(face: Face) -> float:
    """Angle of the eye line, degrees, growing clockwise on the screen."""
    x, y = (face.points[263] - face.points[33])[:2]
    return float(np.degrees(np.arctan2(y, x)))


@pytest.mark.parametrize("name", [COLLINS, HOPPER])
@pytest.mark.parametrize("angle", [0, 45, 90, 135, 180, 225, 270])
def test_a_turned_face_is_found_the_right_way_up(nets: Nets, name: str, angle: int) -> None:
    """However the picture is turned, the points turn with it: eyes are never taken for the mouth."""
    upright = largest_face(nets, _pixels(photo(name)))
    turned = largest_face(nets, _pixels(photo(name).rotate(angle, expand=True)))
    assert upright is not None
    assert turned is not None
    off = (_lean(turned) - _lean(upright) + angle + 180) % 360 - 180
    assert abs(off) < 6
    assert turned.width == pytest.approx(upright.width, rel=0.1)


@pytest.mark.parametrize("name", [CAT, ROCKET])
@pytest.mark.parametrize("side", [None, 900])
def test_what_is_no_face_is_refused(nets: Nets, name: str, side: int | None) -> None:
    """A cat and a rocket have no face, at either size."""
    assert largest_face(nets, _pixels(photo(name, side))) is None
    assert all_faces(nets, _pixels(photo(name, side))) == []


def test_all_faces_come_largest_first(nets: Nets) -> None:
    """Each face of a group is found once."""
    faces = all_faces(nets, _pixels(group()))
    assert len(faces) == 3
    widths = [face.width for face in faces]
    assert widths == sorted(widths, reverse=True)
    assert np.ptp(sorted(face.points[:, 0].mean() for face in faces)) > 900


def test_the_largest_face_of_a_group_is_taken(nets: Nets) -> None:
    """Hopper stands nearest to the camera."""
    picture = _pixels(group())
    face = largest_face(nets, picture)
    assert face is not None
    assert np.abs(face.points - all_faces(nets, picture)[0].points)[:, :2].max() < 0.03 * face.width


def test_a_small_face_in_a_wide_picture_is_found_in_a_tile(nets: Nets) -> None:
    """A face of a thirtieth of the width is found when the whole picture shows none."""
    canvas = Image.new("RGB", (1600, 700), (120, 130, 140))
    canvas.paste(photo(COLLINS, 300), (1250, 380))
    face = largest_face(nets, _pixels(canvas))
    assert face is not None
    assert face.points[:, 0].mean() == pytest.approx(1250 + 225 * 300 / 512, abs=15)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (16, 16)])
def test_tiny_pictures_hold_no_face(nets: Nets, size: tuple[int, int]) -> None:
    """A picture too small for a face is no error."""
    assert largest_face(nets, _pixels(Image.new("RGB", size, "white"))) is None
