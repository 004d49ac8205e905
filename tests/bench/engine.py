"""The engine's speed and memory, measured here: stages in one process, whole requests through its server.

The bar: two portraits at 1024 px, JPEG quality 92, one request at a time, median at most 250 ms on two cores.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.engine.assets import FOLDER
from bot.engine.decode import Picture, decode
from bot.engine.encode import encode
from bot.engine.face import Face
from bot.engine.nets import Nets
from bot.engine.search import all_faces, largest_face
from bot.engine.server import Settings, create_app
from bot.engine.swap import Source, swap_face
from bot.engine.work import prepare
from bot.fetch import AllowedOrigins
from bot.segmind_wire import SWAP_PATH
from tests.engine.photos import COLLINS, HOPPER, file_of, photo

_RUNS = 20
_PAIRS = [(COLLINS, HOPPER), (HOPPER, COLLINS)]


def _portrait(name: str) -> bytes:
    return file_of(photo(name, 1024), "JPEG", quality=92)


def _time(work: Callable[[], object], runs: int = 7) -> float:
    """Median milliseconds, after one run that does not count."""
    work()
    taken: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def _face(nets: Nets, picture: Picture) -> Face:
    face = largest_face(nets, picture.rgb)
    if face is None:
        raise SystemExit("no face was found in a portrait")
    return face


def _stages(nets: Nets, source: str, target: str) -> None:
    files = _portrait(source), _portrait(target)
    one, other = (decode(data, 1600) for data in files)
    mine, theirs = _face(nets, one), _face(nets, other)
    print(f"\n{source} -> {target}, face {theirs.width:.0f} px wide, ms:")  # noqa: T201 - a report
    stages: list[tuple[str, Callable[[], object]]] = [
        ("decode both", lambda: [decode(data, 1600) for data in files]),
        ("find source face", lambda: largest_face(nets, one.rgb)),
        ("find target face", lambda: largest_face(nets, other.rgb)),
        ("(find all faces)", lambda: all_faces(nets, other.rgb)),
        ("swap", lambda: swap_face(Source(one.rgb, mine), other.rgb.copy(), theirs, 1)),
        ("encode jpeg 92", lambda: encode(other, "jpeg", 92)),
        ("(encode png)", lambda: encode(other, "png", 92)),
        ("(encode webp 92)", lambda: encode(other, "webp", 92)),
    ]
    for name, work in stages:
        print(f"  {name:<18}{_time(work):7.1f}")  # noqa: T201 - a report


async def _requests() -> None:
    files = {name.partition(".")[0]: _portrait(name) for name in (COLLINS, HOPPER)}

    async def file(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["name"]])

    cdn = web.Application()
    cdn.router.add_get("/{name}", file)
    async with TestServer(cdn) as pictures:
        origin = str(pictures.make_url("/")).rstrip("/")
        settings = Settings(AllowedOrigins.of([origin]), FOLDER, workers=2)
        async with TestClient(TestServer(create_app(settings))) as client:
            for source, target in _PAIRS:
                body = {
                    "source_image": f"{origin}/{source.partition('.')[0]}",
                    "target_image": f"{origin}/{target.partition('.')[0]}",
                    "image_format": "jpeg",
                    "quality": 92,
                }
                taken: list[float] = []
                # Two more than counted: each worker's first request is its warm-up.
                for _ in range(_RUNS + 2):
                    began = time.perf_counter()
                    async with client.post(SWAP_PATH, json=body) as answer:
                        await answer.read()
                        answer.raise_for_status()
                    taken.append(1000 * (time.perf_counter() - began))
                middle, late = np.percentile(taken[2:], [50, 95])
                print(f"{source} -> {target}: {_RUNS} requests, median {middle:.0f} ms, p95 {late:.0f} ms")  # noqa: T201 - a report


def _peak_of_workers() -> str:
    if sys.platform == "win32":
        return "not measured on Windows"
    import resource  # noqa: PLC0415 - not there on Windows

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return f"{peak / (1024 * 1024 if sys.platform == 'darwin' else 1024):.0f} MiB"


def main() -> None:
    """Print the report."""
    print("Whole requests, fetching included, warm, one at a time:")  # noqa: T201 - a report
    asyncio.run(_requests())
    print(f"Peak memory of a worker: {_peak_of_workers()}")  # noqa: T201 - a report
    nets = prepare(FOLDER)
    for source, target in _PAIRS:
        _stages(nets, source, target)


if __name__ == "__main__":
    main()
