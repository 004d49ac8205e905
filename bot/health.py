"""What a monitor asks: `/metrics` for Prometheus, and `/healthz`, whether this process can do its job.

The one look into the store is shared by all who ask, is never repeated while it lasts, and nobody waits for
it for long: neither a probe nor a store that hangs can make the other worse.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from aiohttp import web

from bot.errors import CannotServe
from bot.metrics import Vitals
from bot.prometheus import PrometheusMetrics
from bot.store import audit
from bot.store.audit import Holds
from bot.store.database import Store

log = logging.getLogger(__name__)

_FRESH_SECONDS = 2.0  # how old the store's last answer may be
_PATIENCE_SECONDS = 2.0  # for an answer of the store; probes commonly give up after a few seconds
_SAMPLE_SECONDS = 0.5
_STALLED_SECONDS = 3.0  # Discord does not wait longer for a first answer


class Monitor:
    """Answers `/metrics` and `/healthz`; `account` is as the store knows it, `clock` is in seconds."""

    def __init__(
        self,
        metrics: PrometheusMetrics,
        vitals: Vitals,
        store: Store,
        account: str,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        metrics.watch(vitals)
        self._metrics = metrics
        self._vitals = vitals
        self._store = store
        self._account = account
        self._clock = clock
        self._looking: asyncio.Task[Holds] | None = None
        self._looked_at = 0.0
        self._lag = 0.0

    async def metrics(self, request: web.Request) -> web.Response:
        """Everything that is counted, in the format the asker prefers."""
        holds, shards = await self._holds(), self._vitals.shards()
        text, kind = self._metrics.read(holds, shards, request.headers.get("Accept", ""))
        return web.Response(body=text, headers={"Content-Type": kind})

    async def health(self, _: web.Request) -> web.Response:
        """200 where this process can do its job, else 503 and why not."""
        reasons = await self.reasons()
        answer = {"status": "failing" if reasons else "ok", "reasons": reasons}
        return web.json_response(answer, status=503 if reasons else 200)

    async def reasons(self) -> list[str]:
        """Why this process cannot do its job; none where it can."""
        shards = list(self._vitals.shards())
        reasons = [
            f"Shard {shard.id} is not connected to Discord." for shard in shards if not shard.connected
        ]
        if not shards:
            reasons.append("There is no connection to Discord.")
        if await self._holds() is None:
            reasons.append("The store does not answer.")
        if self._lag > _STALLED_SECONDS:
            reasons.append(f"The event loop was held up for {self._lag:.1f} s.")
        return reasons

    async def sample(self) -> None:
        """Measure how late the event loop is, until cancelled."""
        while True:
            began = self._clock()
            await asyncio.sleep(_SAMPLE_SECONDS)
            self._lag = max(0.0, self._clock() - began - _SAMPLE_SECONDS)
            self._metrics.lagged(self._lag)

    async def _holds(self) -> Holds | None:
        """What is held now, or was a moment ago; None when the store does not say so in time."""
        looking = self._looking
        if looking is None or (looking.done() and self._clock() - self._looked_at > _FRESH_SECONDS):
            looking = self._looking = asyncio.create_task(self._store.run(audit.holds, self._account))
            self._looked_at = self._clock()
        await asyncio.wait({looking}, timeout=_PATIENCE_SECONDS)
        return (
            looking.result()
            if looking.done() and not looking.cancelled() and not looking.exception()
            else None
        )

    async def close(self) -> None:
        """Wait no longer for the store."""
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)


@asynccontextmanager
async def serving(monitor: Monitor, host: str, port: int) -> AsyncGenerator[None]:
    """Answer on this address while the block runs; raises CannotServe."""
    app = web.Application()
    app.add_routes([web.get("/metrics", monitor.metrics), web.get("/healthz", monitor.health)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    sampling = asyncio.create_task(monitor.sample())
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise CannotServe(
                f"METRICS_PORT: nothing can be answered at {host}, port {port} ({error.strerror}). "
                "Set another port, or end what uses this one."
            ) from None
        log.info("Metrics and health are at http://%s:%d", *runner.addresses[0][:2])
        yield
    finally:
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling
        await runner.cleanup()
        await monitor.close()
