"""Puts the parts together from a configuration; what is embedded and what is real is decided here alone."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import randbelow, token_hex
from typing import TYPE_CHECKING

from bot import privacy
from bot.account import Account, digest
from bot.calls import Calls
from bot.chores import Chore, Chores
from bot.client import FaceSwapBot, OperatorNotices, Services
from bot.config import SEGMIND_API, Config
from bot.delivery import Delivery
from bot.engine.child import EngineChild
from bot.errors import StoreError
from bot.fetch import DISCORD_CDN, AllowedOrigins, Reader, open_session
from bot.filters import open_filter
from bot.gate import Gate, SharedGate
from bot.intake import MAX_INPUT_BYTES, Intake
from bot.leases import Leases
from bot.links import Links
from bot.metrics import Metrics, Vitals
from bot.precheck import Precheck, open_precheck
from bot.progress import Notes
from bot.segmind import SEED_MAX, SEED_MIN, SegmindClient
from bot.segmind_queue import QueueClient
from bot.shards import Identifies
from bot.store import cases, consent_requests, forms, roots
from bot.store.database import Store, to_ms
from bot.store.sqlite import open_sqlite
from bot.swaps import Swaps
from bot.turns import Turns
from bot.words import operator

if TYPE_CHECKING:
    from bot.marker import Marker

log = logging.getLogger(__name__)

MAX_PICTURE_BYTES = 25 * 1024 * 1024
"""Largest picture that is read off Discord, in bytes: what one request to Discord may hold."""

Clock = Callable[[], datetime]

_READING_SECONDS = 15.0


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def random_seed() -> int:
    """A seed that nobody can foresee."""
    return SEED_MIN + randbelow(SEED_MAX - SEED_MIN + 1)


async def open_store(config: Config, now: Clock = utc_now) -> Store:
    """Open the configured store; raises StoreError."""
    if isinstance(config.database, Path):
        return await open_sqlite(config.database, lambda: to_ms(now()))
    try:
        from bot.store.postgres import open_postgres  # noqa: PLC0415 - an extra, which SQLite does without
    except ImportError:
        raise StoreError(
            "DATABASE_URL names PostgreSQL, whose driver is not installed: pip install -r requirements.txt."
        ) from None
    return await open_postgres(config.database.url, lambda: to_ms(now()))


def new_marker(config: Config, now: datetime) -> "Marker":
    """What marks and signs results; CPU and disk work. Raises ConfigError when it could sign none."""
    from bot.keyring import configured_pair  # noqa: PLC0415 - 0.2 s, which most commands do without
    from bot.marker import Marker  # noqa: PLC0415 - as above

    return Marker(configured_pair(config, now), now)


async def open_marker(config: Config, store: Store, now: Clock = utc_now) -> "Marker":
    """The marker, with its certificates remembered in the store; raises ConfigError."""
    marker = await asyncio.to_thread(new_marker, config, now())
    if marker.ends_soon(now()):
        log.warning(operator.signing_ends(marker.expires_at))
    await store.run(roots.remember, marker.chain, now())
    return marker


def new_metrics(config: Config) -> Metrics:
    """What counts, where METRICS_PORT is set; else what does nothing."""
    if config.metrics_port is None:
        return Metrics()
    from bot.prometheus import PrometheusMetrics  # noqa: PLC0415 - 70 ms, which most bots do without

    return PrometheusMetrics()


@asynccontextmanager
async def open_monitor(
    config: Config, metrics: Metrics, store: Store, vitals: Vitals, account: str
) -> AsyncGenerator[None]:
    """Serve metrics and health where METRICS_PORT says; raises CannotServe."""
    if config.metrics_port is None:
        yield
        return
    from bot.health import Monitor, serving  # noqa: PLC0415 - as above
    from bot.prometheus import PrometheusMetrics  # noqa: PLC0415 - as above

    if isinstance(metrics, PrometheusMetrics):
        monitor = Monitor(metrics, vitals, store, account)
        async with serving(monitor, config.metrics_host, config.metrics_port):
            yield


@asynccontextmanager
async def open_engine(
    config: Config, picture_origins: Iterable[str] = DISCORD_CDN
) -> AsyncGenerator[EngineChild | None]:
    """The bot's own engine, which may read pictures from `picture_origins` alone; None with another API.

    Raises EngineUnavailable when it is needed and cannot start.
    """
    if config.own_engine:
        async with EngineChild.start(picture_origins) as child:
            yield child
    else:
        yield None


@asynccontextmanager
async def open_api(
    config: Config,
    engine: EngineChild | None,
    *,
    now: Clock = utc_now,
    gate: Gate | None = None,
    metrics: Metrics | None = None,
) -> AsyncGenerator[SegmindClient]:
    """The configured API, which is the bot's own engine where that runs."""
    kind = QueueClient if config.api_version == "v2" else SegmindClient
    client = partial(kind, gate=gate, now=now, metrics=metrics)
    async with open_session(0) as session:  # turns bound the calls
        if engine is not None:
            results = config.segmind_results
            yield client(session, base_url=lambda: engine.base_url, key=engine.key, results=results)
        else:
            address, key = config.segmind_base_url or SEGMIND_API, config.segmind_api_key
            results = config.segmind_results.with_origin_of(address)
            yield client(session, base_url=address, key=key, results=results)


@asynccontextmanager
async def compose(
    config: Config,
    *,
    picture_origins: Iterable[str] = DISCORD_CDN,
    now: Clock = utc_now,
    new_seed: Callable[[], int] = random_seed,
) -> AsyncGenerator[FaceSwapBot]:
    """The whole bot, not yet connected; everything it opened is closed at the end."""
    async with AsyncExitStack() as stack:
        content_filter = stack.enter_context(
            open_filter(config.content_filter, config.content_filter_timeout_seconds)
        )
        turns, metrics = Turns(config.api_concurrency), new_metrics(config)
        store = metrics.timed(await open_store(config, now))
        stack.push_async_callback(store.close)
        marker = await open_marker(config, store, now)
        gate, account_name = _shared(config, store, now)
        engine = await stack.enter_async_context(open_engine(config, picture_origins))
        precheck = await stack.enter_async_context(open_precheck(config, engine))
        api = await stack.enter_async_context(open_api(config, engine, now=now, gate=gate, metrics=metrics))
        notices, links = OperatorNotices(config.operator_channel_id), Links(now)
        session = await stack.enter_async_context(open_session())
        pictures = Reader(session, AllowedOrigins.of(picture_origins), MAX_INPUT_BYTES, _READING_SECONDS)
        account = Account(store, account_name, api, notices, low_micros=config.low_balance_micros, now=now)
        swaps = Swaps(
            store,
            defaults=config.limits,
            intake=Intake(store, links, pictures, precheck=precheck, content_filter=content_filter, now=now),
            calls=Calls(
                store,
                api,
                account=account,
                turns=turns,
                gate=gate,
                timeout_seconds=config.api_timeout_seconds,
                now=now,
            ),
            delivery=Delivery(store, marker, config.limits, now=now),
            notes=Notes(time.monotonic),
            account=account,
            leases=Leases(store, owner=token_hex(8), life=config.lease, now=now),
            now=now,
            metrics=metrics,
        )
        services = _services(
            config, store, swaps, now=now, new_seed=new_seed, pictures=pictures, links=links, marker=marker,
            precheck=precheck, metrics=metrics,
        )  # fmt: skip
        bot = FaceSwapBot(services)
        vitals = _vitals(bot, turns)
        await stack.enter_async_context(open_monitor(config, metrics, store, vitals, account_name))
        notices.speak_through(bot)
        links.ask_through(bot)
        yield bot


def _services(
    config: Config,
    store: Store,
    swaps: Swaps,
    *,
    now: Clock,
    new_seed: Callable[[], int],
    pictures: Reader,
    links: Links,
    marker: "Marker",
    precheck: Precheck,
    metrics: Metrics,
) -> Services:
    return Services(
        store=store,
        swaps=swaps,
        limits=config.limits,
        price_micros=config.price_micros,
        now=now,
        pictures=pictures,
        links=links,
        chores=_chores(config, store, now),
        marker=marker,
        saved_faces=config.saved_faces,
        new_seed=new_seed,
        operator_channel_id=config.operator_channel_id,
        precheck=precheck,
        metrics=metrics,
        shards=config.shards,
        identifies=Identifies(store, now=now),
    )


def _vitals(bot: FaceSwapBot, turns: Turns) -> Vitals:
    return Vitals(
        in_flight=lambda: bot.services.swaps.in_flight,
        waiting=lambda: turns.waiting,
        shards=bot.connections,
        servers=lambda: len(bot.guilds),
    )


def _shared(config: Config, store: Store, now: Clock) -> tuple[Gate, str]:
    """The gate, and the account's name in the store; an engine of its own keeps no other process waiting."""
    if config.own_engine:
        return Gate(now=now), "own engine"
    name = digest(config.segmind_base_url or SEGMIND_API, config.segmind_api_key)
    return SharedGate(store, name, now=now), name


def _chores(config: Config, store: Store, now: Clock) -> Chores:
    return Chores(
        store,
        (
            Chore("undecided reports", 60, cases.expire),
            Chore("requests for avatars", 600, consent_requests.expire),
            Chore("forms left open", 3600, forms.purge),
            *privacy.chores(config.retention),
        ),
        now=now,
    )
