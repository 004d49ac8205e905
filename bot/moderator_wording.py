"""What moderators read: the settings of their server, what was changed, and who used how much."""

from collections.abc import Sequence
from datetime import datetime

from bot import settings
from bot.policy import DefaultLimits, Rules, Setting, limits_for
from bot.replies import dollars, moment
from bot.store.reports import Usage

LABELS = {
    Setting.DAILY: "Swaps per member in 24 hours",
    Setting.COOLDOWN: "Seconds between a member's swaps",
    Setting.AT_ONCE: "Swaps at once per member",
    Setting.SERVER_DAILY: "Server's budget per day",
    Setting.SERVER_MONTHLY: "Server's budget per month",
}
CHANNELS, ROLES, LOG_CHANNEL = "Allowed channels", "Allowed roles", "Log channel"
ROLE_ALLOWANCES = "Roles with an allowance of their own"
PAUSED, AGE_RESTRICTED = "Paused", "Age-restricted channels only"

CHANGE_NUMBERS = "Change numbers"
PAUSE, RESUME = "Pause", "Resume"
AGE_RESTRICTED_ON, AGE_RESTRICTED_OFF = "Require age-restricted", "Do not require age-restricted"
CHOOSE_CHANNELS, CHOOSE_ROLES = "Everywhere: choose to narrow it", "Everybody: choose to narrow it"
CHOOSE_LOG = "None: choose where changes are written"
GIVE_ROLE, DROP_ROLE = "Give a role its own allowance", "Take a role's own allowance away"

GONE_ROLE = "A role that is gone"

PANEL_TITLE, CHART_TITLE = "Face swap settings", "Face swaps by day (UTC), and by member"
NUMBERS_TITLE, ROLE_TITLE = "Limits and budgets", "A role's own allowance"
NUMBERS_HELP = 'A number, "none" for no limit, or empty for the operator\'s default.'
MONEY_HELP = 'Dollars, "none" for no limit, or empty for the operator\'s default.'
ROLE_HELP = 'A number, "none" for no limit, or empty to take the role\'s own away.'
LOG_FAILED = (
    "-# This could not be written to the log channel. "
    "Let the bot see it and send messages there, or choose another."
)
TOO_MANY_ROLES = (
    "At most 25 roles can have an allowance of their own. Take one away first. Nothing was saved."
)

_LISTED = 10
_MESSAGE_MAX = 2000


def summary(rules: Rules, defaults: DefaultLimits) -> dict[str, str]:
    """Every setting by its label, as it holds now."""
    limits = limits_for(defaults, in_server=True, rules=rules)
    values = {
        Setting.DAILY: limits.daily,
        Setting.COOLDOWN: limits.cooldown_seconds,
        Setting.AT_ONCE: limits.at_once,
        Setting.SERVER_DAILY: limits.server_daily_micros,
        Setting.SERVER_MONTHLY: limits.server_monthly_micros,
    }
    shown = {
        LABELS[setting]: f"{_value(setting, value)}{'' if setting in rules.limits else ' (default)'}"
        for setting, value in values.items()
    }
    by_role = (
        f"<@&{role}> {_value(Setting.DAILY, daily)}" for role, daily in sorted(rules.role_daily.items())
    )
    return shown | {
        ROLE_ALLOWANCES: ", ".join(by_role) or "none",
        CHANNELS: ", ".join(f"<#{one}>" for one in sorted(rules.channels)) or "everywhere",
        ROLES: ", ".join(f"<@&{one}>" for one in sorted(rules.roles)) or "everybody",
        PAUSED: "yes" if rules.paused else "no",
        AGE_RESTRICTED: "yes" if rules.age_restricted_only else "no",
        LOG_CHANNEL: f"<#{rules.log_channel_id}>" if rules.log_channel_id else "none",
    }


def _value(setting: Setting, value: int | None) -> str:
    if value is None:
        return "no limit"
    return dollars(value) if setting in settings.MONEY else str(value)


def changed(before: Rules, after: Rules, defaults: DefaultLimits) -> str:
    """What differs, as the log has it."""
    old, new = summary(before, defaults), summary(after, defaults)
    parts = [f"{label}: {old[label]} → {new[label]}" for label in new if old[label] != new[label]]
    return f"changed the face-swap settings. {'; '.join(parts)}"


def placeholder(setting: Setting, defaults: DefaultLimits) -> str:
    """What an empty field stands for."""
    label = LABELS[setting]
    return f"Operator's default: {summary(Rules(), defaults)[label].removesuffix(' (default)')}"


def help_for(setting: Setting) -> str:
    """What may be typed."""
    return MONEY_HELP if setting in settings.MONEY else NUMBERS_HELP


def wrong_numbers(wrong: Sequence[Setting]) -> str:
    """Which fields could not be read, and what they take."""
    lines = [f"- **{LABELS[setting]}**: {_takes(setting)}" for setting in wrong]
    return "\n".join(("Nothing was saved. Please correct:", *lines, f"-# {NUMBERS_HELP}"))


def _takes(setting: Setting) -> str:
    least, most = settings.BOUNDS[setting]
    if setting in settings.MONEY:
        return f"an amount from {least} to {most} dollars, such as 12.50."
    return f"a whole number from {least} to {most}."


def granted(user_id: int, units: int, expires_at: datetime | None) -> str:
    """A grant, as the moderator and the log read it."""
    until = f" until {moment(expires_at, 'f')}" if expires_at else ""
    return f"granted <@{user_id}> {_count(units, 'extra swap')}{until}."


def blocked(user_id: int, *, new: bool) -> str:
    """A block, or that there was one already."""
    return f"blocked <@{user_id}> from face swaps{'' if new else ' (who was already)'}."


def unblocked(user_id: int, *, was: bool) -> str:
    """An unblock, or that there was nothing to undo."""
    return f"unblocked <@{user_id}>{'' if was else ' (who was not blocked)'}."


def done(what: str) -> str:
    """An action, told to whoever did it."""
    return f"You {what}"


def logged(actor_id: int, what: str) -> str:
    """An action, told in the log channel."""
    return f"<@{actor_id}> {what}"[:_MESSAGE_MAX]


def usage(used: Sequence[Usage], days: int) -> str:
    """Who used how much, the biggest spenders by name."""
    period = f"the last {days} days" if days > 1 else "today (UTC)"
    if not used:
        return (
            f"Nobody has swapped a face in this server in {period}."
            if days > 1
            else "Nobody has yet today (UTC)."
        )
    swaps, micros = sum(one.swaps for one in used), sum(one.micros for one in used)
    by = _count(len(used), "member")
    lines = [f"**Face swaps of {period}**: {_count(swaps, 'swap')}, {dollars(micros)}, by {by}"]
    lines += [f"{rank}. <@{one.user_id}> · {used_by(one)}" for rank, one in enumerate(used[:_LISTED], 1)]
    if len(used) > _LISTED:
        lines.append(f"and {len(used) - _LISTED} more in the file")
    return "\n".join(lines)


def used_by(one: Usage) -> str:
    """What one member used, in a few words."""
    return f"{_count(one.swaps, 'swap')} · {dollars(one.micros)}"


USAGE_HEADER = ("user", "swaps", "usd")


def usage_row(one: Usage) -> tuple[object, ...]:
    """One member's use as a line of a table."""
    return (one.user_id, one.swaps, settings.typed(Setting.SERVER_DAILY, one.micros))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
