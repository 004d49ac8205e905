"""What `python -m tests.bench engine` times: the engine itself, and a floor that does make a swap."""

import io

import numpy as np
from PIL import Image

from bot.engine.imaging import Bytes
from bot.engine.job import Job
from bot.engine.nets import Nets
from bot.engine.work import perform
from tests.bench.engine_floor import equal
from tests.bench.engine_stages import ENGINE, EQUAL, timed
from tests.engine.faces import face_in, misfit, pixels
from tests.engine.photos import COLLINS, HOPPER, file_of, photo

SOURCE, TARGET = (file_of(photo(name), "JPEG", quality=92) for name in (COLLINS, HOPPER))


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def _apart(one: Bytes, other: Bytes, where: Bytes) -> float:
    return float(np.abs(one.astype(int) - other)[where].mean())


def test_the_stages_are_the_engines_own(nets: Nets) -> None:
    """Timed stage by stage it makes the very bytes it makes untimed, and every stage takes its part."""
    job = Job(SOURCE, TARGET, "jpeg", 92)
    taken, made = timed(lambda: perform(job, nets), ENGINE)
    assert made == perform(job, nets)
    assert taken.stages.keys() == ENGINE.keys()
    assert taken.rest > 0


def test_the_floor_does_equal_work(nets: Nets) -> None:
    """In the same stages it makes nearly the engine's picture, with the source's shape of the face."""
    taken, made = timed(lambda: equal(nets, SOURCE, TARGET), EQUAL)
    assert taken.stages.keys() == EQUAL.keys() == ENGINE.keys()
    swap = perform(Job(SOURCE, TARGET, "jpeg", 92), nets)
    assert isinstance(swap, bytes)
    before, engine, floor = (pixels(_opened(data)) for data in (TARGET, swap, made))
    changed = np.abs(engine.astype(int) - before).max(axis=2) > 8
    assert _apart(floor, engine, changed) < 0.5 * _apart(before, engine, changed)
    assert _apart(floor, engine, ~changed) < 0.5
    face, one, other = (face_in(nets, _opened(data)) for data in (made, SOURCE, TARGET))
    assert misfit(face, one) < 0.5 * misfit(face, other)
