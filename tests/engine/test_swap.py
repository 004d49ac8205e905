"""The swap itself, checked without a second model: whose shape, which pixels, which colour, which bytes."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bot.engine.geometry import similarity
from bot.engine.imaging import floats, lab, polygons, unit
from bot.engine.job import Effort, Faces, Job, Problem, Refused
from bot.engine.nets import Nets
from bot.engine.search import all_faces
from bot.engine.skin import measure_skin
from bot.engine.tables import tables
from bot.engine.work import perform
from bot.errors import Role
from tests.engine.faces import face_in, job_of, misfit, outside, pixels, swapped
from tests.engine.photos import CAT, COLLINS, HOPPER, ROCKET, file_of, group, huge_file, photo

_PAIRS = [(COLLINS, HOPPER), (HOPPER, COLLINS)]


@pytest.mark.parametrize(("source", "target"), _PAIRS)
def test_the_result_has_the_sources_shape(nets: Nets, source: str, target: str) -> None:
    """Found again in the result, the inner face is less than half as far from the source as the target."""
    one, other = photo(source), photo(target)
    result = face_in(nets, swapped(nets, job_of(one, other)))
    assert misfit(result, face_in(nets, one)) < 0.5 * misfit(result, face_in(nets, other))


@pytest.mark.parametrize(("source", "target"), _PAIRS)
def test_nothing_changes_outside_the_outline(nets: Nets, source: str, target: str) -> None:
    """Beyond the feather every pixel is the target's, and within the face most are not."""
    before = pixels(photo(target))
    after = pixels(swapped(nets, job_of(photo(source), photo(target))))
    face = face_in(nets, photo(target))
    assert before.shape == after.shape
    changed = (before != after).any(axis=2)
    assert not changed[outside(face, before.shape[:2]) > 0].any()
    assert changed[polygons(before.shape[:2], face.oval) > 0].mean() > 0.6


@pytest.mark.parametrize("dim", [1.0, 0.25])
@pytest.mark.parametrize(("source", "target"), _PAIRS)
def test_the_skin_has_the_targets_colour(nets: Nets, source: str, target: str, dim: float) -> None:
    """The cheeks' median is within a few Lab units of the target's, in the light and in the dark."""
    onto = photo(target).point([round(value * dim) for value in range(256)] * 3)
    face = face_in(nets, onto)
    result = swapped(nets, job_of(photo(source), onto))
    colours = [measure_skin(unit(pixels(image)), face.points, face.width).median for image in (result, onto)]
    assert np.linalg.norm(colours[0] - colours[1]) < 6


def test_a_grey_picture_stays_grey(nets: Nets) -> None:
    """A face from a colour picture brings no colour into a grey one."""
    grey = photo(HOPPER).convert("L")
    result = lab(unit(pixels(swapped(nets, job_of(photo(COLLINS), grey)))))
    assert np.abs(result[..., 1:]).max() < 3


@pytest.mark.parametrize("angle", [45, 90, 180])
def test_a_turned_target_gets_a_turnedface_in(nets: Nets, angle: int) -> None:
    """The result's face lies where the target's lay."""
    onto = photo(HOPPER).rotate(angle, expand=True)
    before, after = face_in(nets, onto), face_in(nets, swapped(nets, job_of(photo(COLLINS), onto)))
    assert np.linalg.norm(before.points[6, :2] - after.points[6, :2]) < 0.15 * before.width
    assert misfit(after, face_in(nets, photo(COLLINS))) < misfit(after, before)


def test_every_face_of_a_group_is_swapped_when_asked(nets: Nets) -> None:
    """`faces=all` changes each of them, `largest` one."""
    onto = group()
    faces = all_faces(nets, pixels(onto))
    for which, expected in ((Faces.ALL, 3), (Faces.LARGEST, 1)):
        job = replace(job_of(photo(HOPPER), onto), faces=which)
        changed = (pixels(swapped(nets, job)) != pixels(onto)).any(axis=2)
        touched = [changed[polygons(changed.shape, face.oval) > 0].mean() > 0.4 for face in faces]
        assert sum(touched) == expected


def test_a_face_cut_by_the_frame_isswapped(nets: Nets) -> None:
    """A face that reaches beyond the picture is no error."""
    onto = photo(COLLINS).crop((190, 0, 420, 300))
    assert swapped(nets, job_of(photo(HOPPER), onto)).size == onto.size


@pytest.mark.parametrize(("image_format", "mode"), [("png", "RGBA"), ("webp", "RGBA"), ("jpeg", "RGB")])
def test_alpha_goes_where_the_format_has_it(nets: Nets, image_format: str, mode: str) -> None:
    """PNG and WebP keep the target's alpha plane; JPEG has none."""
    onto = photo(HOPPER).copy()
    onto.putalpha(Image.linear_gradient("L").resize(onto.size))
    result = swapped(nets, replace(job_of(photo(COLLINS), onto), image_format=image_format))
    assert (result.format or "").lower() == image_format
    assert result.mode == mode
    if image_format == "png":
        assert np.array_equal(np.asarray(result)[..., 3], np.asarray(onto)[..., 3])


@pytest.mark.parametrize("image_format", ["jpeg", "webp"])
def test_quality_is_the_encoders(nets: Nets, image_format: str) -> None:
    """More quality, more bytes."""
    job = replace(job_of(photo(COLLINS), photo(HOPPER)), image_format=image_format)
    answers = [perform(replace(job, quality=quality), nets) for quality in (10, 50, 95)]
    sizes = [len(answer) for answer in answers if isinstance(answer, bytes)]
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 3


@pytest.mark.xdist_group("engine: 36 megapixels")
@pytest.mark.parametrize("effort", Effort)
def test_36_megapixels_are_bounded_by_the_effort(nets: Nets, effort: Effort) -> None:
    """A phone's largest picture is answered at the effort's size."""
    job = Job(file_of(photo(COLLINS)), huge_file(), "jpeg")
    result = swapped(nets, replace(job, effort=effort))
    assert max(result.size) == effort


_COLLINS_FILE, _CUT = file_of(photo(COLLINS)), file_of(photo(COLLINS), "JPEG")[:9000]
_REFUSED = {
    "cat as source": (file_of(photo(CAT)), _COLLINS_FILE, Problem.NO_FACE, Role.SOURCE),
    "rocket as target": (_COLLINS_FILE, file_of(photo(ROCKET)), Problem.NO_FACE, Role.TARGET),
    "text as source": (b"text", _COLLINS_FILE, Problem.NOT_A_PICTURE, Role.SOURCE),
    "cut target": (_COLLINS_FILE, _CUT, Problem.NOT_A_PICTURE, Role.TARGET),
    "48 megapixels": (_COLLINS_FILE, file_of(Image.new("1", (8000, 6000))), Problem.TOO_LARGE, Role.TARGET),
}


@pytest.mark.parametrize(("source", "target", "problem", "role"), _REFUSED.values(), ids=_REFUSED)
def test_refusals_are_values(nets: Nets, source: bytes, target: bytes, problem: Problem, role: Role) -> None:
    """What cannot be swapped says why and which picture it was."""
    assert perform(Job(source, target), nets) == Refused(problem, role)


def test_the_mirror_is_an_involution_of_the_mesh() -> None:
    """Each point's mirror image is mirrored back, and the midline stays."""
    mirror = tables().mirror
    assert (mirror[mirror] == np.arange(468)).all()
    assert [int(mirror[point]) for point in (33, 61, 234, 10, 152)] == [263, 291, 454, 10, 152]


def test_similarity_recovers_a_pose() -> None:
    """Scale, turn and shift of a known pose come back."""
    points = floats(np.random.default_rng(1).normal(size=(40, 3)))
    turn = floats([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    scale, found, shift = similarity(
        points, floats(2.5 * points @ turn.T + floats([3, 4, 5])), np.ones(40, np.float32)
    )
    assert scale == pytest.approx(2.5, rel=1e-4)
    assert np.allclose(found, turn, atol=1e-4)
    assert np.allclose(shift, [3, 4, 5], atol=1e-3)
