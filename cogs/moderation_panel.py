"""How the settings of a server look: one panel, and two forms for what has to be typed."""

from collections.abc import Iterable
from typing import Any

import discord
from discord import ui

from bot import settings
from bot.policy import DefaultLimits, Rules, Setting
from bot.words import settings as words
from cogs.buttons import custom_id, unkept

MOST = 25
"""How many channels or roles a select takes, and options it shows (source: Discord's component reference)."""

NUMBERS, NUMBERS_FORM = "settings-numbers", "settings-numbers-form"
SWITCH_PAUSED, SWITCH_AGE, SWITCH_BADGE = "settings-paused", "settings-age", "settings-badge"
SET_CHANNELS, SET_ROLES, SET_LOG = "settings-channels", "settings-roles", "settings-log"
GIVE_ROLE, ROLE_FORM, DROP_ROLE = "settings-role", "settings-role-form", "settings-role-drop"

_TALK = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]
_LOGGED = [discord.ChannelType.text, discord.ChannelType.news]


def panel(
    guild: discord.Guild | None, rules: Rules, defaults: DefaultLimits, note: str = ""
) -> ui.LayoutView:
    """What holds now, and the controls to change it; a note stands below.

    A channel or role that is gone is not shown as chosen: no select could offer it.
    """
    now, labels = words.summary(rules, defaults), words.labels()
    channels, roles = _there(guild, rules.channels), _there(guild, rules.roles)
    log_channel = _there(guild, [rules.log_channel_id] if rules.log_channel_id else [])
    give: ui.RoleSelect[Any] = ui.RoleSelect(custom_id=GIVE_ROLE, placeholder=labels.give_role)
    parts: dict[str, list[ui.Item[Any]]] = {
        labels.channels: [_channel_select(SET_CHANNELS, labels.choose_channels, _TALK, channels, most=MOST)],
        labels.roles: [_role_select(SET_ROLES, labels.choose_roles, roles)],
        labels.role_allowances: [give, _drop_select(guild, rules.role_daily)] if rules.role_daily else [give],
        labels.log_channel: [_channel_select(SET_LOG, labels.choose_log, _LOGGED, log_channel, most=1)],
    }
    overview = [f"**{label}**: {value}" for label, value in now.items() if label not in parts]
    container: ui.Container[Any] = ui.Container(
        ui.TextDisplay("\n".join((f"## {labels.title}", *overview))),
        _switches(rules, caption_only_allowed=defaults.caption_only_allowed),
    )
    for label, selects in parts.items():
        container.add_item(ui.TextDisplay(f"**{label}**: {now[label]}"))
        for select in selects:
            container.add_item(ui.ActionRow(select))
    if note:
        container.add_item(ui.TextDisplay(note))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return unkept(view)


def numbers_form(rules: Rules, defaults: DefaultLimits) -> ui.Modal:
    """The form for the numbers, filled with the server's own ones."""
    form = ui.Modal(title=words.labels().numbers_form, custom_id=NUMBERS_FORM)
    for setting in Setting:
        own = settings.typed(setting, rules.limits[setting]) if setting in rules.limits else None
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=setting,
            default=own,
            placeholder=words.placeholder(setting, defaults),
            required=False,
            max_length=20,
        )
        form.add_item(
            ui.Label(text=words.label(setting), description=words.help_for(setting), component=field)
        )
    return unkept(form)


def role_form(role_id: int, rules: Rules) -> ui.Modal:
    """The form for one role's own allowance."""
    form = ui.Modal(title=words.labels().role_form, custom_id=custom_id(ROLE_FORM, role_id))
    own = settings.typed(Setting.DAILY, rules.role_daily[role_id]) if role_id in rules.role_daily else None
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=Setting.DAILY, default=own, required=False, max_length=20
    )
    form.add_item(ui.Label(text=words.label(Setting.DAILY), description=words.role_help(), component=field))
    return unkept(form)


def _switches(rules: Rules, *, caption_only_allowed: bool) -> ui.ActionRow[Any]:
    """The buttons; each says what it will do, so that pressing an old one twice changes nothing more."""
    row: ui.ActionRow[Any] = ui.ActionRow()
    labels = words.labels()
    row.add_item(ui.Button(label=labels.change_numbers, custom_id=NUMBERS, style=discord.ButtonStyle.primary))
    switches = [
        (SWITCH_PAUSED, rules.paused, (labels.pause, labels.resume)),
        (SWITCH_AGE, rules.age_restricted_only, (labels.require_age_restricted, labels.allow_every_age)),
    ]
    if caption_only_allowed:
        switches.append((SWITCH_BADGE, rules.caption_only, (labels.hide_badge, labels.show_badge)))
    for name, on, does in switches:
        row.add_item(ui.Button(label=does[on], custom_id=custom_id(name, int(not on))))
    return row


def _channel_select(
    name: str, placeholder: str, types: list[discord.ChannelType], chosen: list[int], *, most: int
) -> ui.ChannelSelect[Any]:
    kind = discord.SelectDefaultValueType.channel
    return ui.ChannelSelect(
        custom_id=name,
        placeholder=placeholder,
        channel_types=types,
        min_values=0,
        max_values=most,
        default_values=[discord.SelectDefaultValue(id=one, type=kind) for one in chosen],
    )


def _role_select(name: str, placeholder: str, chosen: list[int]) -> ui.RoleSelect[Any]:
    kind = discord.SelectDefaultValueType.role
    return ui.RoleSelect(
        custom_id=name,
        placeholder=placeholder,
        min_values=0,
        max_values=MOST,
        default_values=[discord.SelectDefaultValue(id=one, type=kind) for one in chosen],
    )


def _drop_select(guild: discord.Guild | None, role_ids: Iterable[int]) -> ui.Select[Any]:
    """A list of the roles with an allowance: one that is gone could not be chosen in a select of roles."""
    labels = words.labels()
    roles = ((one, guild.get_role(one) if guild else None) for one in sorted(role_ids))
    options = [
        discord.SelectOption(label=role.name if role else labels.gone_role, value=str(one))
        for one, role in roles
    ]
    return ui.Select(custom_id=DROP_ROLE, placeholder=labels.drop_role, options=options[:MOST])


def _there(guild: discord.Guild | None, ids: Iterable[int]) -> list[int]:
    """Those of the channels or roles that the server still has."""
    return sorted(one for one in ids if guild and (guild.get_channel(one) or guild.get_role(one)))
