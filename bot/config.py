"""The configuration: one frozen object made from a mapping, every problem reported together.

`.env.example` lists each variable with its default; a test holds the two together.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from bot.errors import ConfigError
from bot.fetch import SEGMIND_RESULTS, AllowedOrigins
from bot.policy import MICROS_PER_DOLLAR, DefaultLimits
from bot.shards import Shards, shard_ids

SEGMIND_API = "https://api.segmind.com"
"""Segmind's own address."""

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_LONE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

T = TypeVar("T")


@dataclass(frozen=True)
class PostgresUrl:
    """The address of a PostgreSQL database; as text, the part of it that may be shown."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"PostgreSQL at {parts.hostname or 'this machine'}{parts.path}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password as it is written in the address, and as it is."""
        parts = urlsplit(self.url)
        written = {parts.password or "", *parse_qs(parts.query).get("password", ())}
        return tuple(sorted({*written, *map(unquote, written)} - {""}))


@dataclass(frozen=True)
class Config:
    """Everything that can be set; a None address or secret means the embedded stand-in is used."""

    discord_token: str | None = field(repr=False)
    sandbox_url: str | None
    shards: Shards
    segmind_api_key: str | None = field(repr=False)
    segmind_base_url: str | None
    segmind_results: AllowedOrigins
    api_version: str
    api_concurrency: int
    api_timeout_seconds: float
    price_micros: int
    limits: DefaultLimits
    database: Path | PostgresUrl
    lease: timedelta
    """How long a swap stays with a process that has stopped renewing it."""
    shutdown_grace_seconds: float
    operator_channel_id: int | None
    low_balance_micros: int
    precheck: bool
    """Whether both pictures are looked at before a paid call, where the engine is installed."""
    content_filter: str | None
    """Where the operator's content filter is, as `package.module:name`."""
    content_filter_timeout_seconds: float
    c2pa_cert: str | None
    """Certificates in PEM, the signing one first and the root last; None where the bot makes its own."""
    c2pa_key: str | None = field(repr=False)
    saved_faces: int
    """How many faces a member may save."""
    retention: timedelta
    """How long details of swaps, decided cases, moderators' acts and the data of left servers are kept."""
    log_level: str
    log_format: str
    """How log lines are written: auto, human or json."""
    metrics_host: str
    metrics_port: int | None
    """Where metrics and health are served; None for nowhere."""
    sentry_dsn: str | None = field(repr=False)
    """Where defects are reported to."""

    @property
    def own_engine(self) -> bool:
        """Whether the bot starts its own engine, for lack of another API to call."""
        return self.segmind_base_url is None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never reach a log."""
        database = self.database.secrets if isinstance(self.database, PostgresUrl) else ()
        # A key in PEM is logged line by line, if it ever is.
        lines = [line for line in (self.c2pa_key or "").splitlines() if not line.startswith("-----")]
        reports = urlsplit(self.sentry_dsn or "").username
        return tuple(
            value for value in (self.discord_token, self.segmind_api_key, reports, *database, *lines) if value
        )


def read_config(variables: Mapping[str, str]) -> Config:
    """Read the configuration; raises ConfigError with every problem, as sentences that say what to set."""
    reader = _Reader(variables)
    key = reader.text("SEGMIND_API_KEY")
    base_url = reader.read("SEGMIND_BASE_URL", SEGMIND_API if key else None, _base_url)
    if key and base_url and urlsplit(base_url).scheme == "http" and not _is_loopback(base_url):
        reader.problems.append(
            "SEGMIND_BASE_URL: a key is never sent in clear. Set an https:// address or no SEGMIND_API_KEY."
        )
    price = reader.read("SWAP_PRICE_USD", MICROS_PER_DOLLAR // 20, _micros)
    config = Config(
        discord_token=reader.text("DISCORD_TOKEN"),
        sandbox_url=reader.read("DISCORD_SANDBOX_URL", None, _loopback_url),
        shards=_shards(reader),
        segmind_api_key=key,
        segmind_base_url=base_url,
        segmind_results=reader.read("SEGMIND_RESULT_HOSTS", AllowedOrigins.of(SEGMIND_RESULTS), _hosts),
        api_version=reader.read("SEGMIND_API_VERSION", "v1", _one_of("v1", "v2")),
        api_concurrency=reader.read("API_CONCURRENCY", 8, _at_least(1)),
        api_timeout_seconds=reader.read("API_TIMEOUT_SECONDS", 120, _at_least(1)),
        price_micros=price if base_url else 0,
        limits=DefaultLimits(
            member_daily=reader.limit("DAILY_SWAPS_PER_MEMBER", 10, _at_least(0)),
            cooldown_seconds=reader.limit("COOLDOWN_SECONDS", 5, _at_least(0)),
            at_once=reader.limit("SWAPS_AT_ONCE", 1, _at_least(1)),
            dm_daily=reader.limit("DM_SWAPS_PER_DAY", 3, _at_least(0)),
            server_daily_micros=reader.limit("SERVER_DAILY_BUDGET_USD", 5 * MICROS_PER_DOLLAR, _micros),
            server_monthly_micros=reader.limit("SERVER_MONTHLY_BUDGET_USD", 50 * MICROS_PER_DOLLAR, _micros),
            bot_daily_micros=reader.limit("BOT_DAILY_BUDGET_USD", 25 * MICROS_PER_DOLLAR, _micros),
            caption_only_allowed=reader.read("CAPTION_ONLY", True, _switch("allowed", "forbidden")),
        ),
        database=reader.read("DATABASE_URL", Path("data/faceswap.sqlite3"), _database),
        shutdown_grace_seconds=reader.read("SHUTDOWN_GRACE", 20, _at_least(0)),
        lease=timedelta(seconds=reader.read("LEASE_SECONDS", 5, _at_least(1))),
        operator_channel_id=reader.read("OPERATOR_CHANNEL_ID", None, _snowflake),
        low_balance_micros=reader.read("LOW_BALANCE_USD", MICROS_PER_DOLLAR, _micros),
        content_filter=reader.read("CONTENT_FILTER", None, _import_path),
        content_filter_timeout_seconds=reader.read("CONTENT_FILTER_TIMEOUT_SECONDS", 10, _at_least(1)),
        c2pa_cert=reader.read("C2PA_CERT", None, _pem),
        c2pa_key=reader.read("C2PA_KEY", None, _pem),
        saved_faces=reader.read("SAVED_FACES", 10, _at_least(0, 20)),  # what one list can show
        precheck=reader.read("PRECHECK", "auto", _one_of("auto", "off")) == "auto",
        retention=timedelta(days=reader.read("RETENTION_DAYS", 30, _at_least(1, 3650))),
        log_level=reader.read("LOG_LEVEL", "info", _one_of("debug", "info", "warning", "error")),
        log_format=reader.read("LOG_FORMAT", "auto", _one_of("auto", "human", "json")),
        metrics_host=reader.text("METRICS_HOST") or "127.0.0.1",
        metrics_port=reader.read("METRICS_PORT", None, _at_least(0, 65535)),
        sentry_dsn=reader.read("SENTRY_DSN", None, _dsn),
    )
    if reader.text("DYNO") and isinstance(config.database, Path):
        reader.problems.append(
            "DATABASE_URL: on Heroku a file is lost every day, and with it the ledger. "
            "Add Heroku Postgres to the app, which sets DATABASE_URL."
        )
    if bool(config.c2pa_cert) != bool(config.c2pa_key):
        reader.problems.append("C2PA_CERT and C2PA_KEY belong together: set both or neither.")
    if config.sandbox_url and not config.discord_token:
        reader.problems.append("DISCORD_SANDBOX_URL needs the DISCORD_TOKEN that this sandbox prints.")
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return config


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        """The value without surrounding space; None when unset or empty."""
        value = self._variables.get(name, "").strip()
        if any(ord(character) < 33 or ord(character) == 127 for character in value):
            self.problems.append(f"{name} holds a space or a control character: paste it again.")
        return value or None

    def read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """The parsed value, or the default when unset or empty."""
        value = self._variables.get(name, "").strip()
        if not value:
            return default
        try:
            return parse(value)
        except ValueError as error:
            # The value stays out: an address may hold a password.
            self.problems.append(f"{name}: {error}")
            return default

    def limit(self, name: str, default: int, parse: Callable[[str], int]) -> int | None:
        """A limit: unset means the default, empty means no limit."""
        if name in self._variables and not self._variables[name].strip():
            return None
        return self.read(name, default, parse)


def _at_least(least: int, most: int = 1_000_000) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"set a whole number from {least} to {most}.")
        return int(value)

    return parse


def _micros(value: str) -> int:
    """Dollars as text to integer micro-dollars, exactly."""
    try:
        micros = Decimal(value) * MICROS_PER_DOLLAR
    except InvalidOperation:
        raise ValueError("set an amount in US dollars such as 0.05.") from None
    if not micros.is_finite() or micros != micros.to_integral_value() or not 0 <= micros <= 10**12:
        raise ValueError("set an amount in US dollars from 0 to 1000000, with at most six decimals.")
    return int(micros)


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError("set an address such as https://api.segmind.com.")
    return value.rstrip("/")


def _dsn(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not (
        parts.hostname and parts.username and parts.path.strip("/")
    ):
        raise ValueError("set the DSN as the service shows it, such as https://key@sentry.example/1.")
    return value


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def _loopback_url(value: str) -> str:
    """A sandbox is only ever on this machine, so that no setting can send a real token elsewhere."""
    if urlsplit(value).scheme != "http" or not _is_loopback(value):
        raise ValueError("set the address of a sandbox on this machine, such as http://127.0.0.1:8000.")
    return value.rstrip("/")


def _hosts(value: str) -> AllowedOrigins:
    hosts = [host.strip().lower() for host in value.split(",") if host.strip()]
    try:
        return AllowedOrigins.of(f"https://{host}" for host in hosts)
    except ValueError:
        raise ValueError("set host names separated by commas, such as segmind.com, **.segmind.com.") from None


def _database(value: str) -> Path | PostgresUrl:
    if value.startswith(_POSTGRES):
        return _postgres(value)
    if not value.startswith(_SQLITE) or len(value) == len(_SQLITE):
        raise ValueError(
            "set an SQLite file such as sqlite:///data/faceswap.sqlite3, "
            "or PostgreSQL as postgresql://user:password@host:5432/name."
        )
    return Path(value.removeprefix(_SQLITE))


def _postgres(value: str) -> PostgresUrl:
    """What reads differently to different parsers is refused: the password could end up in a host's name."""
    try:
        parts = urlsplit(value)
        _ = parts.port
        clear = parts.netloc.count("@") <= 1 and not parts.fragment and not _LONE_PERCENT.search(value)
    except ValueError:  # its own words quote the address
        clear = False
    if not clear:
        raise ValueError(
            "set PostgreSQL as postgresql://user:password@host:5432/name, with signs such as @ : / ? # % "
            "in the password written as %40 %3A %2F %3F %23 %25."
        )
    return PostgresUrl(value)


def _import_path(value: str) -> str:
    module, _, name = value.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise ValueError("set where the function is, such as my_filters.pictures:check.")
    return value


def _shards(reader: _Reader) -> Shards:
    shards = Shards(reader.read("SHARD_COUNT", None, _at_least(1)), reader.read("SHARD_IDS", None, shard_ids))
    if shards.ids and max(shards.ids) >= (shards.count or 0):
        reader.problems.append(
            "SHARD_IDS: set SHARD_COUNT to the number of all shards. They are counted from 0, so every id is "
            "smaller than that."
        )
    return shards


def _one_of(*values: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in values:
            raise ValueError(f"set one of {', '.join(values)}.")
        return value.lower()

    return parse


def _switch(on: str, off: str) -> Callable[[str], bool]:
    def parse(value: str) -> bool:
        return _one_of(on, off)(value) == on

    return parse


def _snowflake(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 2**63:
        raise ValueError("set a channel's id, which Discord copies in developer mode.")
    return int(value)


def _pem(value: str) -> str:
    """PEM text, in whose lines a variable may have lost the line ends, or the path of a file with it."""
    if "-----BEGIN" not in value:
        try:
            value = Path(value).expanduser().read_text("ascii")
        except (OSError, ValueError):
            raise ValueError("set PEM text, or the path of a file with it that can be read.") from None
    return value.replace("\\n", "\n").strip() + "\n"
