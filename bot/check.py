"""What an operator wants to know before going live: one line for each part, and the invite URL."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.client import identify, invite_url
from bot.compose import new_marker, open_api, open_store, utc_now
from bot.config import Config
from bot.engine.assets import FOLDER, asset, manifest
from bot.errors import AssetError, BotError
from bot.leases import check_clock
from bot.run import discord_at
from bot.words.figures import dollars
from bot.words.operator import operator, signing_ends

OK, WRONG, UNUSED = "ok", "WRONG", "-"


@dataclass(frozen=True)
class Line:
    """What was found about one part of the bot."""

    part: str
    verdict: str
    text: str


async def check(config: Config, say: Callable[[str], None]) -> bool:
    """Check every part and say one line each; whether nothing is wrong. Costs nothing."""
    discord, invite = await _discord(config)
    lines = [discord, await _api(config), await _store(config), _models(config), await _signing(config)]
    for line in lines:
        say(f"{line.part:8} {line.verdict:6} {line.text}")
    if invite:
        say(f"Invite the bot to a server: {invite}")
    return all(line.verdict != WRONG for line in lines)


async def _discord(config: Config) -> tuple[Line, str | None]:
    if config.discord_token is None:
        return Line(
            "Discord", UNUSED, "DISCORD_TOKEN is not set; the bot would run in its own sandbox."
        ), None
    try:
        with discord_at(config.sandbox_url):
            me = await identify(config.discord_token)
    except BotError as error:
        return Line("Discord", WRONG, str(error)), None
    return Line("Discord", OK, f"The token is valid; the bot is {me.name}."), invite_url(me.application_id)


async def _api(config: Config) -> Line:
    if config.own_engine:
        return Line("API", UNUSED, "SEGMIND_API_KEY is not set; the bot would use its own engine, for free.")
    try:
        async with open_api(config, None) as api:
            account = await api.credits()
    except BotError as error:
        return Line("API", WRONG, operator(error))
    return Line("API", OK, f"The API answers; the account has {dollars(account.total_micros)} left.")


async def _store(config: Config) -> Line:
    try:
        store = await open_store(config)
        try:
            await check_clock(store, config.lease, utc_now)
        finally:
            await store.close()
    except BotError as error:
        return Line("Store", WRONG, str(error))
    return Line("Store", OK, f"{config.database} can be written.")


def _models(config: Config) -> Line:
    try:
        for wheel in manifest():
            for file in wheel.files:
                asset(file.name)
    except AssetError as error:
        return Line("Models", WRONG if config.own_engine else UNUSED, str(error))
    return Line("Models", OK, f"The engine's files are in {FOLDER}.")


async def _signing(config: Config) -> Line:
    try:
        marker = await asyncio.to_thread(new_marker, config, utc_now())
    except BotError as error:
        return Line("Signing", WRONG, str(error).replace("\n", " "))
    if marker.ends_soon(utc_now()):
        return Line("Signing", OK, signing_ends(marker.expires_at))
    return Line("Signing", OK, f"Pictures can be signed until {marker.expires_at:%Y-%m-%d}.")
