"""What moderators read about the settings of their server: the panel, its forms, and what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import settings
from bot.language import _
from bot.policy import DefaultLimits, Limits, Rules, Setting, badge_for, limits_for
from bot.words.figures import dollars


@dataclass(frozen=True)
class Labels:
    """The short texts of the panel and its forms."""

    title: str
    paused: str
    age_restricted: str
    badge: str
    channels: str
    roles: str
    role_allowances: str
    log_channel: str
    change_numbers: str
    pause: str
    resume: str
    require_age_restricted: str
    allow_every_age: str
    show_badge: str
    hide_badge: str
    choose_channels: str
    choose_roles: str
    choose_log: str
    give_role: str
    drop_role: str
    gone_role: str
    numbers_form: str
    role_form: str


def labels() -> Labels:
    """The labels in the language spoken now."""
    return Labels(
        title=_("Face swap settings"),
        paused=_("Paused"),
        age_restricted=_("Age-restricted channels only"),
        badge=_("AI badge in the picture"),
        channels=_("Allowed channels"),
        roles=_("Allowed roles"),
        role_allowances=_("Roles with an allowance of their own"),
        log_channel=_("Log channel"),
        change_numbers=_("Change numbers"),
        pause=_("Pause"),
        resume=_("Resume"),
        require_age_restricted=_("Require age-restricted"),
        allow_every_age=_("Do not require age-restricted"),
        show_badge=_("Badge in the picture"),
        hide_badge=_("Caption without badge"),
        choose_channels=_("Everywhere: choose to narrow it"),
        choose_roles=_("Everybody: choose to narrow it"),
        choose_log=_("None: choose where changes are written"),
        give_role=_("Give a role its own allowance"),
        drop_role=_("Take a role's own allowance away"),
        gone_role=_("A role that is gone"),
        # Translators: at most 45 characters.
        numbers_form=_("Limits and budgets"),
        # Translators: at most 45 characters.
        role_form=_("A role's own allowance"),
    )


def label(setting: Setting) -> str:
    """What a number is called."""
    match setting:
        case Setting.DAILY:
            # Translators: at most 45 characters.
            return _("Swaps per member in 24 hours")
        case Setting.COOLDOWN:
            # Translators: at most 45 characters.
            return _("Seconds between a member's swaps")
        case Setting.AT_ONCE:
            # Translators: at most 45 characters.
            return _("Swaps at once per member")
        case Setting.SERVER_DAILY:
            # Translators: at most 45 characters.
            return _("Server's budget per day")
        case Setting.SERVER_MONTHLY:
            # Translators: at most 45 characters.
            return _("Server's budget per month")


def summary(rules: Rules, defaults: DefaultLimits) -> dict[str, str]:
    """Every setting by its label, as it holds now."""
    limits = limits_for(defaults, in_server=True, rules=rules)
    by_role = (
        f"<@&{role}> {_value(Setting.DAILY, daily)}" for role, daily in sorted(rules.role_daily.items())
    )
    names = labels()
    return {label(setting): _number(setting, limits, rules) for setting in Setting} | {
        names.role_allowances: ", ".join(by_role) or _("none"),
        names.channels: ", ".join(f"<#{one}>" for one in sorted(rules.channels)) or _("everywhere"),
        names.roles: ", ".join(f"<@&{one}>" for one in sorted(rules.roles)) or _("everybody"),
        names.paused: _yes_or_no(yes=rules.paused),
        names.age_restricted: _yes_or_no(yes=rules.age_restricted_only),
        names.badge: _yes_or_no(yes=badge_for(rules, caption_only_allowed=defaults.caption_only_allowed)),
        names.log_channel: f"<#{rules.log_channel_id}>" if rules.log_channel_id else _("none"),
    }


def _number(setting: Setting, limits: Limits, rules: Rules) -> str:
    value = _value(setting, _in(setting, limits))
    return value if setting in rules.limits else _("{value} (default)", value=value)


def _in(setting: Setting, limits: Limits) -> int | None:
    return {
        Setting.DAILY: limits.daily,
        Setting.COOLDOWN: limits.cooldown_seconds,
        Setting.AT_ONCE: limits.at_once,
        Setting.SERVER_DAILY: limits.server_daily_micros,
        Setting.SERVER_MONTHLY: limits.server_monthly_micros,
    }[setting]


def _value(setting: Setting, value: int | None) -> str:
    if value is None:
        return _("no limit")
    return dollars(value) if setting in settings.MONEY else str(value)


def _yes_or_no(*, yes: bool) -> str:
    return _("yes") if yes else _("no")


def changed(before: Rules, after: Rules, defaults: DefaultLimits) -> str:
    """What differs, as the log has it after who did it."""
    old, new = summary(before, defaults), summary(after, defaults)
    parts = [f"{name}: {old[name]} → {new[name]}" for name in new if old[name] != new[name]]
    return _("changed the face-swap settings. {changes}", changes="; ".join(parts))


def placeholder(setting: Setting, defaults: DefaultLimits) -> str:
    """What an empty field stands for."""
    value = _in(setting, limits_for(defaults, in_server=True))
    # Translators: at most 80 characters.
    return _("Operator's default: {value}", value=_value(setting, value))


def help_for(setting: Setting) -> str:
    """What may be typed."""
    if setting in settings.MONEY:
        # Translators: at most 100 characters.
        return _('Dollars, "none" for no limit, or empty for the operator\'s default.')
    # Translators: at most 100 characters.
    return _('A number, "none" for no limit, or empty for the operator\'s default.')


def role_help() -> str:
    """What may be typed for a role's own allowance."""
    # Translators: at most 100 characters.
    return _('A number, "none" for no limit, or empty to take the role\'s own away.')


def too_many_roles() -> str:
    """That one more role can have no allowance of its own."""
    return _("At most 25 roles can have an allowance of their own. Take one away first. Nothing was saved.")


def wrong_numbers(wrong: Sequence[Setting]) -> str:
    """Which fields could not be read, and what they take."""
    lines = [f"- **{label(setting)}**: {_takes(setting)}" for setting in wrong]
    return "\n".join((_("Nothing was saved. Please correct:"), *lines, f"-# {help_for(Setting.DAILY)}"))


def _takes(setting: Setting) -> str:
    least, most = settings.BOUNDS[setting]
    if setting in settings.MONEY:
        return _("an amount from {least} to {most} dollars, such as 12.50.", least=least, most=most)
    return _("a whole number from {least} to {most}.", least=least, most=most)
