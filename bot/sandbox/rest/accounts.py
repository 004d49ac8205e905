"""Who the bot is, where its gateway is, and its application commands."""

from bot.sandbox import payloads
from bot.sandbox.commands import INSTALLS, check_commands, stored
from bot.sandbox.errors import ApiError
from bot.sandbox.rest.call import Answer, Call, Router, snowflake
from bot.sandbox.wire import Json


def me(call: Call) -> Answer:
    """GET /users/@me."""
    return payloads.own_user(call.world.bot)


def application(call: Call) -> Answer:
    """GET /oauth2/applications/@me."""
    world = call.world
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": payloads.user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": payloads.user(world.owner),
        "approximate_guild_count": len(world.joined()),
        "approximate_user_install_count": sum(1 for one in world.users.values() if one.installed),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {str(one): {} for one in INSTALLS},
    }


def gateway(call: Call) -> Answer:
    """GET /gateway/bot."""
    starts = call.world.starts
    return {
        "url": call.world.gateway_url,
        "shards": starts.shards,
        "session_start_limit": starts.shown(),
    }


def user(call: Call) -> Answer:
    """GET /users/{user_id}."""
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise ApiError(10013)
    return payloads.user(found)


def own_guilds(call: Call) -> Answer:
    """GET /users/@me/guilds."""
    world = call.world
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(guild.members[world.bot.id].permissions()),
            "features": [],
        }
        for guild in world.joined()
    ]


def open_dm(call: Call) -> Answer:
    """POST /users/@me/channels."""
    recipient = call.world.users.get(snowflake(call.form().get("recipient_id"), "recipient_id"))
    if recipient is None or recipient is call.world.bot:
        raise ApiError(50007)
    return payloads.channel(call.world.dm(recipient))


def _scope(call: Call) -> int | None:
    if call.id("application_id") != call.world.bot.id:
        raise ApiError(50001)
    if "guild_id" not in call.path:
        return None
    guild = call.id("guild_id")
    if guild not in {one.id for one in call.world.joined()}:
        raise ApiError(50001)
    return guild


def list_commands(call: Call) -> Answer:
    """GET …/commands."""
    return list(call.world.commands.get(_scope(call), {}).values())


def overwrite_commands(call: Call) -> Answer:
    """PUT …/commands: replace all of them; a command keeps its id by name and type."""
    world, scope = call.world, _scope(call)
    check_commands(call.items())
    before = {(one["name"], one["type"]): int(one["id"]) for one in world.commands.get(scope, {}).values()}
    now: dict[int, Json] = {}
    for one in call.items():
        key = before.get((one["name"], one.get("type") or 1)) or world.ids.next()
        now[key] = stored(one, key, world.bot.id, world.ids.next(), scope)
    world.commands[scope] = now
    world.commands_synced += 1
    world.watch.changed(world.bot)
    return list(now.values())


def register(router: Router) -> None:
    """Add this module's routes."""
    router.add("GET", "/users/@me", me)
    router.add("GET", "/users/@me/guilds", own_guilds, query="limit before after with_counts")
    router.add("POST", "/users/@me/channels", open_dm)
    router.add("GET", "/users/{user_id}", user)
    router.add("GET", "/oauth2/applications/@me", application)
    router.add("GET", "/applications/@me", application)
    router.add("GET", "/gateway/bot", gateway)
    for scope in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
        router.add("GET", f"{scope}/commands", list_commands, query="with_localizations")
        router.add("PUT", f"{scope}/commands", overwrite_commands)
