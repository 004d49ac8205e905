"""The command line: `python -m bot [run | demo | sandbox | check | …]`; `--help` lists every command.

Each command imports what it needs when it runs: the bot does not load what only the engine uses, and
no TLS context is made before `.env` was read, which may set SSL_CERT_FILE.
"""
# ruff: noqa: PLC0415 - for the reason above

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv

from bot.engine import command as engine_command
from bot.errors import BotError, DemoError
from bot.log import configure_logging

if TYPE_CHECKING:
    from bot.config import Config


def main() -> int:
    """Run one command; returns the exit status, and says in a sentence why it is not 0."""
    load_dotenv(Path(".env"))
    arguments = _parser().parse_args()
    try:
        return _COMMANDS[arguments.command](arguments, os.environ)
    except BotError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command line speaks here
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="A Discord bot that swaps faces.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    parser.set_defaults(command="run")
    commands.add_parser("run", help="run the bot (the default)")
    demo = commands.add_parser("demo", help="swap two faces through the whole bot, in its own sandbox")
    demo.add_argument("source", nargs="?", type=Path, help="a picture with the face to use")
    demo.add_argument("target", nargs="?", type=Path, help="the picture that receives it")
    demo.add_argument("-o", "--out", type=Path, default=Path("faceswap.png"), help="where the result goes")
    sandbox = commands.add_parser("sandbox", help="try the whole bot in a browser: no account, no key")
    sandbox.add_argument("--port", type=int, default=8800, help="where the page is, on this machine")
    sandbox.add_argument("--open", action="store_true", help="open the page in a browser")
    sandbox.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="warning")
    sandbox.add_argument("--bot", action="store_true", help=argparse.SUPPRESS)
    engine = commands.add_parser("engine", help="run the bot's own engine alone, as an HTTP server")
    engine_command.add_arguments(engine)
    commands.add_parser("check", help="check the token, the key, the store and the models")
    commands.add_parser(
        "migrate", help="bring the store to this version's schema; starting the bot does so too"
    )
    commands.add_parser("audit", help="check the books; list open swaps and the operator's loss")
    ledger = commands.add_parser("ledger", help="the whole ledger")
    ledger.add_argument("action", choices=["export"], help="write it to standard output as CSV")
    verify = commands.add_parser("verify", help="tell whether a picture was made by this bot")
    verify.add_argument("file", type=Path, help="the picture, as it was downloaded")
    certificate = commands.add_parser("certificate", help="make a key and certificates to sign pictures with")
    certificate.add_argument("folder", nargs="?", type=Path, help="where to; else they are printed for .env")
    commands.add_parser("assets", help="fetch the engine's models and the demo's photographs")
    return parser


def _configured(variables: Mapping[str, str]) -> "Config":
    from bot.config import read_config

    config = read_config(variables)
    configure_logging(config.log_level, config.secrets, config.log_format)
    return config


def _run(_: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.memory import use_few_heaps
    from bot.run import run

    use_few_heaps()
    if config.sentry_dsn:
        from bot.error_reports import ErrorReports

        logging.getLogger().addHandler(ErrorReports(config.sentry_dsn, config.secrets))
    asyncio.run(run(config))
    return 0


def _demo(arguments: argparse.Namespace, _: Mapping[str, str]) -> int:
    configure_logging("warning", (), "human")
    from bot.demo import demo

    out: Path = arguments.out
    picture = asyncio.run(demo(arguments.source, arguments.target, out.suffix, print))
    try:
        out.write_bytes(picture)
    except OSError as error:
        raise DemoError(f"{out} cannot be written: {error.strerror}.") from None
    print(f"\nThe picture is in {out.resolve()}")  # noqa: T201 - the command line speaks here
    return 0


def _sandbox(arguments: argparse.Namespace, _: Mapping[str, str]) -> int:
    _forget_secrets()
    from bot.playground.command import main
    from bot.signals import stop_signal

    async def serve() -> None:
        # The bot's process, too, ends by its parent's closing its stdin.
        async with stop_signal(ignore=arguments.bot) as stop:
            await main(arguments, stop)

    asyncio.run(serve())
    return 0


def _engine(arguments: argparse.Namespace, variables: Mapping[str, str]) -> int:
    configure_logging("info", (), variables.get("LOG_FORMAT", "").strip().lower() or "auto")
    from bot.signals import stop_signal

    # It decodes strangers' pictures: what it has no use for, it and its workers do not hold.
    key = variables.get("ENGINE_API_KEY")
    _forget_secrets()

    async def serve() -> int:
        # A child outlives the signals that its parent's process group gets: the parent lets swaps finish
        # and then closes the child's stdin.
        async with stop_signal(ignore=arguments.child) as stop:
            return await engine_command.main(arguments, stop, key)

    return asyncio.run(serve())


def _forget_secrets() -> None:
    for name in ("DISCORD_TOKEN", "SEGMIND_API_KEY", "DATABASE_URL", "C2PA_KEY", "SENTRY_DSN"):
        os.environ.pop(name, None)


def _check(_: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.check import check

    return 0 if asyncio.run(check(config, print)) else 1


def _migrate(_: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.books import migrate

    asyncio.run(migrate(config, print))
    return 0


def _audit(_: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.books import audit

    return 0 if asyncio.run(audit(config, print)) else 1


def _ledger(_: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.books import export_ledger

    asyncio.run(export_ledger(config, sys.stdout))
    return 0


def _verify(arguments: argparse.Namespace, variables: Mapping[str, str]) -> int:
    config = _configured(variables)
    from bot.credentials import verify

    return asyncio.run(verify(config, arguments.file, print))


def _certificate(arguments: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.credentials import certificate

    try:
        certificate(arguments.folder, datetime.now(UTC), print)
    except OSError as error:
        print(f"{arguments.folder} cannot be written: {error.strerror}.", file=sys.stderr)  # noqa: T201 - as above
        return 1
    return 0


def _assets(_: argparse.Namespace, __: Mapping[str, str]) -> int:
    configure_logging("info", (), "human")
    from bot.engine.assets import FOLDER, fetch_assets

    fetch_assets(FOLDER, print)
    return 0


_COMMANDS = {
    "run": _run,
    "demo": _demo,
    "sandbox": _sandbox,
    "engine": _engine,
    "check": _check,
    "migrate": _migrate,
    "audit": _audit,
    "ledger": _ledger,
    "verify": _verify,
    "certificate": _certificate,
    "assets": _assets,
}

if __name__ == "__main__":
    sys.exit(main())
