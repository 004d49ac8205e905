"""The local engine's speed: each stage of a swap and the whole, in turns with two floors (`engine_floor.py`).

Two portraits of 1024 px, JPEG of quality 92 in and out, warm, one at a time: the engine's own function, the
same swap over HTTP through a service process as the bot starts it (it reads both pictures from a server
here), and the floors. The bar: over HTTP at most 250 ms at the median on two cores.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.engine.assets import FOLDER
from bot.engine.child import EngineChild
from bot.engine.job import Faces, Job
from bot.engine.nets import Nets
from bot.engine.work import perform, prepare
from bot.fetch import open_session
from bot.segmind_wire import SWAP_PATH
from tests.bench.engine_floor import bare, equal
from tests.bench.engine_stages import ENGINE, EQUAL, Taken, timed
from tests.engine.photos import COLLINS, HOPPER, file_of, photo

TURNS = 30
SOURCE, TARGET = (file_of(photo(name, 1024), "JPEG", quality=92) for name in (COLLINS, HOPPER))
JOB = Job(SOURCE, TARGET, "jpeg", 92)
OTHERS = {
    "as a PNG": replace(JOB, image_format="png"),
    "as a WebP": replace(JOB, image_format="webp"),
    "all faces looked for": replace(JOB, faces=Faces.ALL),
}

Contender = Callable[[], Awaitable[Taken]]


def main() -> None:
    """Measure and print."""
    _print(asyncio.run(_measure(prepare(FOLDER))))
    print(f"peak memory of a worker: {_peak_of_workers()}")


async def _measure(nets: Nets) -> dict[str, list[Taken]]:
    async def engine() -> Taken:
        return timed(lambda: perform(JOB, nets), ENGINE)[0]

    async def equal_work() -> Taken:
        return timed(lambda: equal(nets, SOURCE, TARGET), EQUAL)[0]

    async def bare_work() -> Taken:
        return timed(lambda: bare(TARGET), {})[0]

    def other(job: Job) -> Contender:
        async def swap() -> Taken:
            return timed(lambda: perform(job, nets), ENGINE)[0]

        return swap

    async with _service() as over_http:
        contenders = {"engine": engine, "HTTP": over_http, "equal": equal_work, "bare": bare_work}
        contenders |= {what: other(job) for what, job in OTHERS.items()}
        names = [*contenders]
        rounds: dict[str, list[Taken]] = {name: [] for name in names}
        for turn in range(TURNS + 1):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                rounds[name].append(await contenders[name]())
    return {name: taken[1:] for name, taken in rounds.items()}  # the first turn is for warming up


@asynccontextmanager
async def _service() -> AsyncGenerator[Contender]:
    """A swap by a service process with one worker; it reads the pictures from a server of this process."""
    files = {"source": SOURCE, "target": TARGET}

    async def file(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["name"]])

    app = web.Application()
    app.router.add_get("/{name}", file)
    async with TestServer(app) as pictures, open_session() as session:
        origin = str(pictures.make_url("/")).rstrip("/")
        body = {f"{name}_image": f"{origin}/{name}" for name in files} | {
            "image_format": JOB.image_format,
            "quality": JOB.quality,
        }
        async with EngineChild.start([origin], workers=1) as child:

            async def ask() -> Taken:
                began = time.perf_counter()
                async with session.post(
                    child.base_url + SWAP_PATH, json=body, headers={"x-api-key": child.key}
                ) as answer:
                    answer.raise_for_status()
                    await answer.read()
                return Taken(1000 * (time.perf_counter() - began), {})

            yield ask


def _print(rounds: dict[str, list[Taken]]) -> None:
    engine, over_http, *floors = (rounds[name] for name in ("engine", "HTTP", "equal", "bare"))
    print(
        f"{COLLINS} -> {HOPPER}, {TURNS} turns; medians of the turns, ms, and of the turns' ratios\n"
        f"{'':30}{'engine':>8}{'share':>8}{'equal':>8}{'ratio':>8}"
    )
    rows: dict[str, Callable[[Taken], float]] = {
        **{stage: lambda taken, stage=stage: taken.stages.get(stage, 0) for stage in ENGINE},
        "the rest": lambda taken: taken.rest,
        "the whole": lambda taken: taken.whole,
    }
    for what, figure in rows.items():
        ours, theirs = (_median(taken, figure) for taken in (engine, floors[0]))
        share = statistics.median(figure(one) / one.whole for one in engine)
        print(f"{what:30}{ours:8.1f}{share:8.0%}{theirs:8.1f}{_ratio(engine, floors[0], figure):8.2f}")
    print(f"\n{'':30}{'ms':>8}{'p95':>8}{'equal':>8}{'bare':>8}")
    for what, mine in (("the whole, a function", engine), ("the whole, over HTTP", over_http)):
        ratios = "".join(f"{_ratio(mine, floor):8.2f}" for floor in floors)
        late = sorted(one.whole for one in mine)[int(0.95 * len(mine))]
        print(f"{what:30}{_median(mine):8.1f}{late:8.1f}{ratios}")
    for what in ("equal", "bare", *OTHERS):
        name = f"the {what} floor" if what not in OTHERS else f"a function, {what}"
        print(f"{name:30}{_median(rounds[what]):8.1f}")


def _whole(taken: Taken) -> float:
    return taken.whole


def _median(taken: list[Taken], figure: Callable[[Taken], float] = _whole) -> float:
    return statistics.median(map(figure, taken))


def _ratio(mine: list[Taken], theirs: list[Taken], figure: Callable[[Taken], float] = _whole) -> float:
    return statistics.median(figure(a) / max(figure(b), 1e-3) for a, b in zip(mine, theirs, strict=True))


def _peak_of_workers() -> str:
    if sys.platform == "win32":
        return "not measured on Windows"
    import resource  # noqa: PLC0415 - not there on Windows

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return f"{peak / (1024 * 1024 if sys.platform == 'darwin' else 1024):.0f} MiB"


if __name__ == "__main__":
    main()
