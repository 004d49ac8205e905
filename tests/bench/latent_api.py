"""A process that stands for the API: answers every paid call with the same picture after a fixed time.

`python -m tests.bench.latent_api SECONDS` prints its address, and ends with its standard input.
"""

import asyncio
import sys

from aiohttp import web

from bot.segmind_wire import CREDITS_PATH, SWAP_PATH
from tests.bench.pictures import result

_HEADERS = {"x-request-id": "req-1", "x-cost": "0.05", "x-seed-value": "7"}


async def _serve(seconds: float) -> None:
    body = result()

    async def swap(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(seconds)
        return web.Response(body=body, content_type="image/png", headers=_HEADERS)

    async def balance(_: web.Request) -> web.Response:
        return web.json_response({"credits": 12.5, "free-credits": 0.018})

    app = web.Application()
    app.router.add_post(SWAP_PATH, swap)
    app.router.add_get(CREDITS_PATH, balance)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - how its parent finds it
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
