"""The operator's account: paid calls pause when it cannot pay, the operator hears it, and they resume."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bot.account import Account
from bot.errors import ApiError, ApiUnreachable, BadKey, NoCredits, ServerError, SwapFailed
from bot.segmind import Credits

EMPTY, FULL = Credits(0, 0), Credits(1_000_000, 0)


class Bank:
    """Answers the probes, one after the other, and notes what the operator is told."""

    def __init__(self, *answers: Credits | SwapFailed) -> None:
        self.answers = list(answers)
        self.told: list[str] = []
        self.slept: list[float] = []
        self.has_resumed = asyncio.Event()

    async def credits(self) -> Credits:
        """The next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, SwapFailed):
            raise answer
        return answer

    async def paused(self, error: ApiError) -> None:
        """Note the reason."""
        self.told.append(type(error).__name__)

    async def resumed(self) -> None:
        """Note it."""
        self.told.append("resumed")
        self.has_resumed.set()

    async def low_balance(self, micros: int) -> None:
        """Note the amount."""
        self.told.append(f"low {micros}")

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing."""
        self.slept.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def probing(bank: Bank) -> AsyncGenerator[Account]:
    """An account that is probed while the block runs."""
    account = Account(bank, bank, low_micros=500_000, sleep=bank.sleep)
    task = asyncio.create_task(account.probe())
    yield account
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("error", [BadKey(401), NoCredits(406)])
async def test_it_pauses_tells_once_and_resumes(error: ApiError) -> None:
    """While paused every swap is refused with the reason; a free call that finds money ends the pause."""
    bank = Bank(BadKey(401), ApiUnreachable(), EMPTY, FULL)
    async with probing(bank) as account:
        account.check()
        await account.failed(error)
        await account.failed(error)
        with pytest.raises(type(error)):
            account.check()
        await bank.has_resumed.wait()
        account.check()
    assert bank.told == [type(error).__name__, "resumed"]
    assert bank.slept == [15, 60, 300, 900]


async def test_other_failures_pause_nothing() -> None:
    """What is not about paying stops nobody else."""
    bank = Bank()
    async with probing(bank) as account:
        await account.failed(ServerError(500))
        await account.failed(ApiUnreachable())
        account.check()
    assert bank.told == []


async def test_a_low_balance_is_told_once_until_it_rises() -> None:
    """One warning each time the balance gets low; a balance that is not reported says nothing."""
    bank = Bank()
    account = Account(bank, bank, low_micros=500_000, sleep=bank.sleep)
    for micros in (900_000, None, 400_000, 300_000, None, 600_000, 100_000):
        await account.balance(micros)
    assert bank.told == ["low 400000", "low 100000"]
