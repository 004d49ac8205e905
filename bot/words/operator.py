"""What the operator reads, at a terminal and in the operator's channel; always English."""

from bot import errors
from bot.errors import BotError
from bot.language import ENGLISH, speaking
from bot.words.failures import reason
from bot.words.figures import dollars

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
