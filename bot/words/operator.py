"""What the operator reads, at a terminal and in the operator's channel; always English."""

from datetime import datetime

from bot import errors
from bot.errors import BotError
from bot.language import ENGLISH, speaking
from bot.verdict import Finding, Verdict
from bot.words.failures import reason
from bot.words.figures import dollars

_VERDICTS = {
    Finding.GENUINE: "Made by this bot, and unaltered.",
    Finding.ALTERED: "Made by this bot, but altered since.",
    Finding.NO_CREDENTIALS: "No credentials of this bot: it cannot tell where this picture comes from.",
    Finding.NOT_A_PICTURE: "This is no PNG, JPEG or WebP that can be read.",
}

CALLS_RESUMED = "The face-swap account can pay again: swaps go on."


def operator(error: BotError) -> str:
    """What the operator reads at a terminal when the API cannot be used."""
    match error:
        case errors.BadKey():
            return "Segmind does not accept SEGMIND_API_KEY. Make a new key at segmind.com and set it."
        case errors.SwapFailed():
            with speaking(ENGLISH):
                return reason(error)
        case _:
            return str(error)


def calls_paused(error: BotError) -> str:
    """What the operator reads when paid calls are paused."""
    return f"{operator(error)} Swaps are refused until that is mended; the bot asks every few minutes."


def low_balance(micros: int) -> str:
    """What the operator reads when the account gets low."""
    return f"The face-swap account has only {dollars(micros)} left."


def verdict(found: Verdict) -> str:
    """What is known of a picture's origin."""
    text = _VERDICTS[found.finding]
    return text if found.swap_id is None else f"{text} It is swap {found.swap_id}."


def signing_ends(expires_at: datetime) -> str:
    """That the certificate has to be renewed."""
    return (
        f"C2PA_CERT expires on {expires_at:%Y-%m-%d}: from then on no picture can be signed, "
        "so none is posted. Renew it in time."
    )
