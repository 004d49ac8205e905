"""Configuration: defaults, every kind of mistake, and that `.env.example` says the same."""

import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot import __version__
from bot.config import SEGMIND_API, PostgresUrl, read_config
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / ".env.example"


def test_nothing_has_to_be_set() -> None:
    """An empty environment gives the embedded stand-ins, free swaps and the operator's default limits."""
    config = read_config({})
    assert config.discord_token is None
    assert config.own_engine
    assert config.price_micros == 0
    assert config.database == Path("data/faceswap.sqlite3")
    assert (config.limits.member_daily, config.limits.cooldown_seconds, config.limits.at_once) == (10, 5, 1)
    assert config.limits.dm_daily == 3
    assert config.limits.server_daily_micros == 5_000_000
    assert config.limits.server_monthly_micros == 50_000_000
    assert config.limits.bot_daily_micros == 25_000_000


def test_the_example_file_holds_every_variable_with_its_default() -> None:
    """Copying .env.example unchanged configures what no file at all configures."""
    assert read_config(_example()) == read_config({})


def test_the_example_file_names_just_the_variables_that_are_read() -> None:
    """Each variable the code reads is in the example, and the example has no other."""
    root = EXAMPLE.parent
    source = (root / "bot" / "config.py").read_text() + (root / "bot" / "__main__.py").read_text()
    assert set(_example()) == set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z]+)+|PRECHECK)"', source))


def _example() -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(EXAMPLE.read_text())).items()}


def test_a_key_means_the_real_api_at_its_price() -> None:
    """With a key the address is Segmind's and a swap costs five cents."""
    config = read_config({"SEGMIND_API_KEY": "SG_key"})
    assert (config.segmind_base_url, config.price_micros, config.own_engine) == (SEGMIND_API, 50_000, False)


@pytest.mark.parametrize(("value", "looks"), [("", True), ("auto", True), ("OFF", False)])
def test_the_free_look_can_be_turned_off(value: str, looks: bool) -> None:
    """It is on unless somebody says otherwise."""
    assert read_config({"PRECHECK": value}).precheck is looks


def test_an_empty_limit_means_no_limit() -> None:
    """Empty and missing differ: empty lifts a limit."""
    limits = read_config({"DAILY_SWAPS_PER_MEMBER": "", "SERVER_DAILY_BUDGET_USD": " "}).limits
    assert limits.member_daily is None
    assert limits.server_daily_micros is None
    assert limits.at_once == 1


@pytest.mark.parametrize(
    ("amount", "micros"),
    [("0.05", 50_000), ("0", 0), ("12", 12_000_000), ("0.000001", 1), ("1e-2", 10_000), (" 0.10 ", 100_000)],
)
def test_dollars_become_micros_exactly(amount: str, micros: int) -> None:
    """Amounts are read as decimals, never as floats."""
    assert read_config({"SEGMIND_API_KEY": "k", "SWAP_PRICE_USD": amount}).price_micros == micros


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DAILY_SWAPS_PER_MEMBER", "ten"),
        ("DAILY_SWAPS_PER_MEMBER", "-1"),
        ("DAILY_SWAPS_PER_MEMBER", "²"),
        ("SWAPS_AT_ONCE", "0"),
        ("API_CONCURRENCY", "0"),
        ("API_TIMEOUT_SECONDS", "1.5"),
        ("COOLDOWN_SECONDS", "99999999999"),
        ("SWAP_PRICE_USD", "5c"),
        ("SWAP_PRICE_USD", "NaN"),
        ("SWAP_PRICE_USD", "-0.05"),
        ("SWAP_PRICE_USD", "0.0000001"),
        ("BOT_DAILY_BUDGET_USD", "1e30"),
        ("SEGMIND_BASE_URL", "api.segmind.com"),
        ("SEGMIND_BASE_URL", "https://user:hunter2@api.segmind.com"),
        ("SEGMIND_BASE_URL", "https://[api"),
        ("SEGMIND_RESULT_HOSTS", "https://segmind.com"),
        ("DATABASE_URL", "mysql://ada:hunter2@localhost/store"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "postgres://ada:hunter2@localhost:port/store"),
        ("DATABASE_URL", "postgres://ada:pass/hunter2@localhost/store"),
        ("DATABASE_URL", "postgres://ada:pass@hunter2@localhost/store"),
        ("DATABASE_URL", "postgres://ada:pass#hunter2@localhost/store"),
        ("DATABASE_URL", "postgres://ada:pass%hunter2@localhost/store"),
        ("DATABASE_URL", "postgres://ada:[hunter2]@localhost/store"),
        ("DISCORD_SANDBOX_URL", "https://discord.com"),
        ("DISCORD_TOKEN", "two words"),
        ("LOG_LEVEL", "loud"),
        ("PRECHECK", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", "127.0.0.1:9100"),
        ("METRICS_HOST", "all of them"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("SENTRY_DSN", "https://hunter2@sentry.example"),
        ("SHARD_COUNT", "0"),
        ("SHARD_IDS", "0-"),
        ("SHARD_IDS", "0,1"),
    ],
)
def test_a_mistake_is_named_with_its_variable(name: str, value: str) -> None:
    """Each bad value is refused in a sentence that names the variable and keeps the value out of logs."""
    with pytest.raises(ConfigError) as caught:
        read_config({name: value})
    assert name in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_all_problems_are_reported_together() -> None:
    """An operator fixes everything in one go."""
    with pytest.raises(ConfigError) as caught:
        read_config({"SWAPS_AT_ONCE": "no", "LOG_LEVEL": "no", "SWAP_PRICE_USD": "no"})
    assert len(caught.value.problems) == 3


def test_a_key_is_not_sent_in_clear() -> None:
    """A key with an unencrypted address beyond this machine is refused; loopback is fine."""
    with pytest.raises(ConfigError):
        read_config({"SEGMIND_API_KEY": "k", "SEGMIND_BASE_URL": "http://api.example.org"})
    assert read_config({"SEGMIND_API_KEY": "k", "SEGMIND_BASE_URL": "http://127.0.0.1:9"}).segmind_base_url


def test_secrets_stay_out_of_the_repr() -> None:
    """Printing the configuration shows neither token nor key."""
    config = read_config({"DISCORD_TOKEN": "token-value", "SEGMIND_API_KEY": "key-value"})
    assert "token-value" not in repr(config)
    assert "key-value" not in repr(config)
    assert config.secrets == ("token-value", "key-value")


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        (
            "postgresql://ada:pass%40word@db.example.org:5432/store",
            "PostgreSQL at db.example.org/store",
            ("pass%40word", "pass@word"),
        ),
        ("postgres:///store?host=/run/db&password=word", "PostgreSQL at this machine/store", ("word",)),
        ("postgres://ada@localhost/store", "PostgreSQL at localhost/store", ()),
    ],
)
def test_the_password_of_the_database_is_never_shown(url: str, shown: str, secrets: tuple[str, ...]) -> None:
    """An address is taken as it is; what is printed of it has no password, and the log knows what to hide."""
    config = read_config({"DATABASE_URL": url})
    assert isinstance(config.database, PostgresUrl)
    assert config.database.url == url
    assert str(config.database) == shown
    assert config.secrets == secrets
    assert "word" not in repr(config)


@pytest.mark.parametrize("url", ["", "sqlite:///data/faceswap.sqlite3"])
def test_on_heroku_a_file_is_refused(url: str) -> None:
    """Heroku wipes files every day: the bot says so instead of losing its ledger; PostgreSQL is fine."""
    with pytest.raises(ConfigError, match=r"DATABASE_URL.*Heroku"):
        read_config({"DYNO": "worker.1", "DATABASE_URL": url})
    assert read_config({"DYNO": "worker.1", "DATABASE_URL": "postgres://ada:word@db/store"})


def test_moderators_may_choose_unless_told_otherwise() -> None:
    """Captions alone are allowed unless the operator forbids them."""
    assert read_config({}).limits.caption_only_allowed
    assert not read_config({"CAPTION_ONLY": "forbidden"}).limits.caption_only_allowed


def test_the_version_is_the_projects() -> None:
    """What is written into pictures is the version that the project has."""
    assert tomllib.loads((EXAMPLE.parent / "pyproject.toml").read_text())["project"]["version"] == __version__


@pytest.mark.parametrize(
    ("count", "ids", "said"),
    [
        ("4", "0-3", None),
        ("4", "", None),
        ("", "", None),
        ("4", "2-4", "smaller than"),
        ("", "0", "SHARD_COUNT"),
    ],
)
def test_shards_are_of_one_count(count: str, ids: str, said: str | None) -> None:
    """Ids without the count, or beyond it, would be shards that there are not."""
    variables = {"SHARD_COUNT": count, "SHARD_IDS": ids}
    if said is None:
        assert read_config(variables).shards.count == (int(count) if count else None)
        return
    with pytest.raises(ConfigError, match=said):
        read_config(variables)
