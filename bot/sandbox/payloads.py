"""The two projections of state: objects as REST answers and gateway events show them (Discord API v10)."""

from bot.sandbox.cdn import Cdn
from bot.sandbox.clock import iso
from bot.sandbox.commands import CHAT, USER_MENU
from bot.sandbox.components import resolve
from bot.sandbox.interactions import Interaction
from bot.sandbox.kinds import Callback, Kind
from bot.sandbox.messages import Attachment, Message
from bot.sandbox.permissions import AWAY
from bot.sandbox.places import GROUP, VOICE, Channel, Guild, Member, Role, User
from bot.sandbox.wire import Json


def user(of: User) -> Json:
    """Show an account; a bot's name is as it was given, a person's user name has no capitals or spaces."""
    shown: Json = {
        "id": str(of.id),
        "username": of.name if of.bot else of.name.lower().replace(" ", "_"),
        "global_name": None if of.bot else of.name,
        "avatar": of.avatar,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return shown | {"bot": True} if of.bot else shown


def own_user(of: User) -> Json:
    """Show the bot to itself."""
    return user(of) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def role(of: Role) -> Json:
    """Show a role."""
    none = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": str(of.id),
        "name": of.name,
        "permissions": str(of.permissions),
        "position": of.position,
        "color": 0,
        "colors": none,
        "hoist": False,
        "managed": of.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member(of: Member, *, with_user: bool = True) -> Json:
    """Show a member."""
    shown: Json = {
        "roles": [str(role.id) for role in of.roles],
        "joined_at": iso(of.joined_at),
        "nick": None,
        "avatar": of.avatar,
        "banner": None,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }
    return shown | {"user": user(of.user)} if with_user else shown


def channel(of: Channel) -> Json:
    """Show a channel or a direct message."""
    shown: Json = {
        "id": str(of.id),
        "type": of.kind,
        "flags": 0,
        "last_message_id": str(max(of.messages)) if of.messages else None,
    }
    if of.guild is None:
        shown["recipients"] = [user(one) for one in of.company]
        group = {"name": of.name or None, "icon": None, "owner_id": shown["recipients"][0]["id"]}
        return shown | group if of.kind == GROUP else shown
    overwrites = [
        {"id": str(key), "type": one.kind, "allow": str(one.allow), "deny": str(one.deny)}
        for key, one in of.overwrites.items()
    ]
    if of.kind == VOICE:
        shown |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
    return shown | {
        "guild_id": str(of.guild.id),
        "name": of.name,
        "position": of.position,
        "parent_id": None,
        "topic": None,
        "nsfw": of.nsfw,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
    }


_NO_CHANNEL = (
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
)
_NO_PICTURE = ("icon", "home_header", "splash", "discovery_splash", "banner")


def guild(of: Guild) -> Json:
    """Show a server as REST does."""
    return dict.fromkeys(_NO_CHANNEL + _NO_PICTURE) | {
        "id": str(of.id),
        "name": of.name,
        "owner_id": str(of.owner_id),
        "description": None,
        "features": [],
        "application_id": None,
        "region": "us-west",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "roles": [role(one) for one in of.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": of.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(of: Guild, bot: User, *, joined: bool) -> Json:
    """Show a server as the gateway does when the bot comes to see it.

    One that the bot has just `joined` says nothing of availability: that is how clients know.
    """
    empty = ("threads", "voice_states", "presences", "stage_instances", "guild_scheduled_events")
    return (
        guild(of)
        | {key: list[Json]() for key in (*empty, "soundboard_sounds")}
        | {
            "joined_at": iso(of.joined_at),
            "large": False,
            "member_count": len(of.members),
            "members": [member(of.members[bot.id])],
            "channels": [channel(one) for one in of.channels.values()],
        }
        | ({} if joined else {"unavailable": False})
    )


def attachment(of: Attachment, cdn: Cdn) -> Json:
    """Show a file with a freshly signed URL."""
    url = cdn.signed(of.path)
    shown: Json = {"id": str(of.id), "filename": of.filename, "size": of.size, "url": url, "proxy_url": url}
    optional = {
        "content_type": of.content_type,
        "width": of.width,
        "height": of.height,
        "description": of.description,
        "ephemeral": of.ephemeral or None,
    }
    return shown | {key: value for key, value in optional.items() if value is not None}


def message(of: Message, cdn: Cdn, *, with_nonce: bool = False, nested: bool = False) -> Json:
    """Show a message; files that an embed or a component shows are not listed a second time.

    `nested` shows it as the message another one replies to, without what it replies to itself.
    """
    used: set[int] = set()
    components = resolve(of.components, of.attachments, cdn, used)
    embeds = resolve(of.embeds, of.attachments, cdn, used)
    shown: Json = {
        "id": str(of.id),
        "type": _type(of),
        "channel_id": str(of.channel.id),
        "author": user(of.author),
        "content": of.content,
        "timestamp": iso(of.created_at),
        "edited_timestamp": None if of.edited_at is None else iso(of.edited_at),
        "tts": of.tts,
        "mention_everyone": of.mention_everyone,
        "mentions": [user(one) for one in of.mentions],
        "mention_roles": [str(one) for one in of.mention_roles],
        "attachments": [attachment(one, cdn) for one in of.attachments if one.id not in used],
        "embeds": embeds,
        "components": components,
        "pinned": False,
        "flags": of.flags,
    }
    if of.interaction is not None:
        shown |= _by_interaction(of, of.interaction)
    if of.reply_to is not None and not nested:
        there = {"type": 0, "message_id": str(of.reply_to.id), "channel_id": str(of.reply_to.channel.id)}
        shown["message_reference"] = there
        shown["referenced_message"] = None if of.reply_to.deleted else message(of.reply_to, cdn, nested=True)
    if of.forwarded is not None:
        shown |= _forward(of.forwarded, cdn)
    if with_nonce and of.nonce is not None:
        # Only whoever created the message is told its nonce; a later read does not show it.
        shown["nonce"] = of.nonce
    return shown


_FORWARDED = {
    "type", "content", "mentions", "mention_roles", "attachments", "embeds", "timestamp", "edited_timestamp",
    "flags", "components",
}  # fmt: skip


def _forward(of: Message, cdn: Cdn) -> Json:
    """Show what was forwarded: where it is, and a copy of what it showed, without who wrote it."""
    there = {"type": 1, "message_id": str(of.id), "channel_id": str(of.channel.id)}
    guild = {"guild_id": str(of.channel.guild.id)} if of.channel.guild else {}
    copied = {key: value for key, value in message(of, cdn).items() if key in _FORWARDED}
    return {"message_reference": there | guild, "message_snapshots": [{"message": copied}]}


def _type(of: Message) -> int:
    """20 answers a slash command, 23 a menu's, 19 replies to a message, 0 is an ordinary message."""
    source = of.interaction
    if source is not None and source.kind is Kind.COMMAND and source.original is of:
        return 20 if source.data["type"] == CHAT else 23
    return 0 if of.reply_to is None else 19


def _by_interaction(of: Message, source: Interaction) -> Json:
    shown = _metadata(source)
    if source.original is not None and source.original is not of:
        shown["original_response_message_id"] = str(source.original.id)
    application = str(of.author.id)
    return {"application_id": application, "webhook_id": application, "interaction_metadata": shown}


def _metadata(of: Interaction) -> Json:
    shown: Json = {
        "id": str(of.id),
        "type": int(of.kind),
        "user": user(of.user),
        "authorizing_integration_owners": of.owners,
    }
    if of.kind is Kind.COMPONENT and of.source is not None:
        shown["interacted_message_id"] = str(of.source.id)
    if of.trigger is not None:
        shown["triggering_interaction_metadata"] = _metadata(of.trigger)
    target: str | None = of.data.get("target_id")
    if target is not None and of.data["type"] == USER_MENU:
        shown["target_user"] = of.data["resolved"]["users"][target]
    elif target is not None:
        shown["target_message_id"] = target
    return shown


def _app_permissions(of: Interaction, bot: User) -> int:
    """Return what the bot may do in answering; as a guest, no more than the member in a server."""
    if not of.external:
        return of.channel.permissions(bot)
    return AWAY if of.guild is None else AWAY & of.channel.permissions(of.user)


def interaction(of: Interaction, bot: User, cdn: Cdn) -> Json:
    """Show an interaction as the gateway does."""
    shown: Json = {
        "id": str(of.id),
        "application_id": str(bot.id),
        "type": int(of.kind),
        "data": of.data,
        "token": of.token,
        "version": 1,
        "channel": channel(of.channel) | {"permissions": str(of.channel.permissions(of.user))},
        "channel_id": str(of.channel.id),
        "app_permissions": str(_app_permissions(of, bot)),
        "locale": of.user.locale,
        "entitlements": [],
        "authorizing_integration_owners": of.owners,
        "context": of.channel.context,
        "attachment_size_limit": of.attachment_size_limit,
    }
    if of.guild is None:
        shown["user"] = user(of.user)
    else:
        here = {"id": str(of.guild.id), "locale": of.guild.locale, "features": list[str]()}
        bits = {"permissions": str(of.channel.permissions(of.user))}
        shown |= {"guild_id": str(of.guild.id), "guild": here, "guild_locale": of.guild.locale}
        shown["member"] = member(of.guild.members[of.user.id]) | bits
    if of.source is not None:
        shown["message"] = message(of.source, cdn)
    return shown


def callback(of: Interaction, cdn: Cdn) -> Json:
    """Show what a first response led to, as `with_response` asks."""
    about: Json = {"id": str(of.id), "type": int(of.kind), "channel_id": str(of.channel.id)}
    if of.guild is not None:
        about["guild_id"] = str(of.guild.id)
    shown: Json = {"interaction": about}
    if of.original is not None:
        about["response_message_id"] = str(of.original.id)
        about["response_message_loading"] = of.response is Callback.DEFER
        about["response_message_ephemeral"] = of.original.only_for is not None
        if of.response is Callback.MESSAGE or of.response is Callback.UPDATE:
            shown["resource"] = {"type": of.response.value, "message": message(of.original, cdn)}
    return shown
