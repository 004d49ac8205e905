"""Puts the parts together from a configuration; what is embedded and what is real is decided here alone."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from bot import privacy
from bot.account import Account
from bot.calls import Calls
from bot.chores import Chore, Chores
from bot.client import FaceSwapBot, OperatorNotices, Services
from bot.config import Config
from bot.delivery import Delivery
from bot.errors import StoreError
from bot.fetch import DISCORD_CDN, AllowedOrigins, Reader, open_session
from bot.filters import open_filter
from bot.gate import Gate
from bot.intake import Intake
from bot.leases import Leases
from bot.links import Links
from bot.progress import Notes
from bot.segmind import SegmindClient
from bot.segmind_queue import QueueClient
from bot.store import cases, consent_requests
from bot.store.database import Store, to_ms
from bot.store.sqlite import open_sqlite
from bot.swaps import Swaps
from bot.turns import Turns

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


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


@asynccontextmanager
async def open_api(
    config: Config,
    picture_origins: Iterable[str] = DISCORD_CDN,
    *,
    now: Clock = utc_now,
    gate: Gate | None = None,
) -> AsyncGenerator[SegmindClient]:
    """The configured API, or the bot's own engine, which may then read pictures from `picture_origins` alone.

    Raises EngineUnavailable when the engine is needed and cannot start.
    """
    kind = QueueClient if config.api_version == "v2" else SegmindClient
    client = partial(kind, gate=gate, now=now)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        if config.segmind_base_url is None:
            from bot.engine.child import EngineChild  # noqa: PLC0415 - not loaded where another API is used

            child = await stack.enter_async_context(EngineChild.start(picture_origins))
            results = config.segmind_results
            yield client(session, base_url=lambda: child.base_url, key=child.key, results=results)
        else:
            address, key = config.segmind_base_url, config.segmind_api_key
            results = config.segmind_results.with_origin_of(address)
            yield client(session, base_url=address, key=key, results=results)


@asynccontextmanager
async def compose(
    config: Config, *, picture_origins: Iterable[str] = DISCORD_CDN, now: Clock = utc_now
) -> AsyncGenerator[FaceSwapBot]:
    """The whole bot, not yet connected; everything it opened is closed at the end."""
    async with AsyncExitStack() as stack:
        content_filter = stack.enter_context(
            open_filter(config.content_filter, config.content_filter_timeout_seconds)
        )
        store = await open_store(config, now)
        stack.push_async_callback(store.close)
        gate = Gate(now=now)
        api = await stack.enter_async_context(open_api(config, picture_origins, now=now, gate=gate))
        notices, links = OperatorNotices(config.operator_channel_id), Links(now)
        session = await stack.enter_async_context(open_session())
        pictures = Reader(session, AllowedOrigins.of(picture_origins))
        account = Account(api, notices, low_micros=config.low_balance_micros)
        swaps = Swaps(
            store,
            defaults=config.limits,
            intake=Intake(store, links, pictures, content_filter=content_filter, now=now),
            calls=Calls(
                store,
                api,
                account=account,
                turns=Turns(config.api_concurrency),
                gate=gate,
                timeout_seconds=config.api_timeout_seconds,
                now=now,
            ),
            delivery=Delivery(store, now=now),
            notes=Notes(time.monotonic),
            account=account,
            leases=Leases(store, owner=token_hex(8), life=config.lease, now=now),
            now=now,
        )
        chores = Chores(
            store,
            (
                Chore("undecided reports", 60, cases.expire),
                Chore("requests for avatars", 600, consent_requests.expire),
                *privacy.chores(config.retention),
            ),
            now=now,
        )
        bot = FaceSwapBot(
            Services(
                store=store,
                swaps=swaps,
                limits=config.limits,
                price_micros=config.price_micros,
                now=now,
                pictures=pictures,
                links=links,
                chores=chores,
                saved_faces=config.saved_faces,
            )
        )
        notices.speak_through(bot)
        links.ask_through(bot)
        yield bot
