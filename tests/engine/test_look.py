"""What a seed does to a swap: the default is the plain recipe, another one a visible change within bounds."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from bot.engine.face import Face
from bot.engine.imaging import Bytes, polygons, unit
from bot.engine.look import Look
from bot.engine.nets import Nets
from bot.engine.skin import measure_skin
from bot.segmind_wire import SEED_DEFAULT
from tests.engine.faces import face_in, job_of, misfit, outside, pixels, swapped
from tests.engine.photos import COLLINS, HOPPER, photo

pytestmark = pytest.mark.xdist_group("engine: look")  # swaps made once for all cases

_SEEDS = range(1, 7)
_PAIRS = [(COLLINS, HOPPER), (HOPPER, COLLINS)]
_PLAIN = {
    (COLLINS, HOPPER): "4b9aa9a6964e717ca5a2846588a9a393b298948d978a83945095989e917e657a83847075",
    (HOPPER, COLLINS): "6c85897f612c6c6fa69a6d5aa3b8c4b89a83b6aab49d9c8290b5a7a4a3a567b0bdab7bd0",
}
"""The plain results' faces as this engine made them when seeds decided the grain alone: 6 x 6 greys."""

Made = Callable[[int], Bytes]


@pytest.fixture(scope="module", params=_PAIRS, ids=["onto Hopper", "onto Collins"])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Names of source and target."""
    return request.param


@pytest.fixture(scope="module")
def made(nets: Nets, pair: tuple[str, str]) -> Made:
    """The pixels of the swap with a seed."""
    job = job_of(*(photo(name) for name in pair))

    @cache
    def pixels_of(seed: int) -> Bytes:
        return pixels(swapped(nets, replace(job, seed=seed)))

    return pixels_of


@pytest.fixture(scope="module")
def target(nets: Nets, pair: tuple[str, str]) -> Face:
    """The face that is replaced."""
    return face_in(nets, photo(pair[1]))


def _apart(one: Bytes, other: Bytes, face: Face) -> float:
    """Mean difference within the outline, in levels of 255."""
    inside = polygons((one.shape[0], one.shape[1]), face.oval) > 0
    return float(np.abs(one.astype(np.int16) - other)[inside].mean())


def test_the_default_seed_is_the_plain_recipe(pair: tuple[str, str], made: Made, target: Face) -> None:
    """Nothing departs from it, and the face is still the one that was made before seeds did more."""
    assert Look.of(SEED_DEFAULT) == Look()
    left, top, right, bottom = (int(v) for v in (*target.oval.min(axis=0), *target.oval.max(axis=0)))
    face = made(SEED_DEFAULT)[top:bottom, left:right].mean(axis=2)
    cells = [cell.mean() for row in np.array_split(face, 6) for cell in np.array_split(row, 6, axis=1)]
    assert np.abs(np.array(cells) - list(bytes.fromhex(_PLAIN[pair]))).max() < 1.5


def test_the_same_seed_gives_the_same_file(nets: Nets) -> None:
    """Every byte is decided by the seed, grain included."""
    # A face enlarged until it is blurred needs grain on a sharp target.
    job = replace(job_of(photo(COLLINS, 200).resize((512, 512)), photo(HOPPER)), seed=7)
    assert swapped(nets, job).tobytes() == swapped(nets, job).tobytes()


def test_a_seed_is_seen_but_stays_within_bounds(made: Made, target: Face) -> None:
    """Each differs from the default and from every other, neither too little nor too much."""
    assert all(3 < _apart(made(seed), made(SEED_DEFAULT), target) < 10 for seed in _SEEDS)
    pairs = [_apart(made(one), made(other), target) for one in _SEEDS for other in range(1, one)]
    assert min(pairs) > 1
    assert max(pairs) < 18


def test_a_seed_changes_nothing_outside_the_face(pair: tuple[str, str], made: Made, target: Face) -> None:
    """Beyond the feather every pixel stays the target's."""
    before = pixels(photo(pair[1]))
    beyond = outside(target, before.shape[:2]) > 0
    assert not any((made(seed) != before)[beyond].any() for seed in _SEEDS)


@pytest.mark.parametrize("seed", _SEEDS)
def test_whatever_the_seed_it_is_the_sources_face_in_the_targets_light(
    nets: Nets, pair: tuple[str, str], made: Made, target: Face, seed: int
) -> None:
    """The shape is nearer to the source's by half, and the skin's colour is that of the target's skin."""
    result = Image.fromarray(made(seed))
    found = face_in(nets, result)
    assert misfit(found, face_in(nets, photo(pair[0]))) < 0.5 * misfit(found, target)
    colours = [
        measure_skin(unit(pixels(image)), target.points, target.width).median
        for image in (result, photo(pair[1]))
    ]
    assert np.linalg.norm(colours[0] - colours[1]) < 12


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1])
def test_any_seed_has_a_look_of_its_own(seed: int) -> None:
    """The ends of the range included, and every choice is within its bounds."""
    look = Look.of(seed)
    assert look != Look()
    assert 0 <= look.shape <= 0.25
    assert 0.009 >= abs(look.warmth) >= 0.0045
    assert 0.65 <= look.edge <= 1.05
    for factor, reach in (
        (look.light, 0.05),
        (look.colour, 0.15),
        (look.contrast, 0.16),
        (look.fineness, 0.25),
    ):
        assert reach / 2 <= abs(factor - 1) <= reach
