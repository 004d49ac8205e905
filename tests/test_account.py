"""The operator's account: paid calls pause when it cannot pay, the operator hears it, and they resume."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

import pytest

from bot.account import Account, digest
from bot.errors import ApiError, ApiUnreachable, BadKey, NoCredits, ServerError, SwapFailed
from bot.segmind import Credits
from bot.store import api_accounts
from bot.store.database import Store
from tests.databases import Database, opened
from tests.stores import START, Clock

EMPTY, FULL = Credits(0, 0), Credits(1_000_000, 0)


class Bank:
    """Answers the probes in turn, and notes what the operator is told; sleeping moves its clock."""

    def __init__(self, *answers: Credits | SwapFailed) -> None:
        self.answers = list(answers)
        self.told: list[str] = []
        self.asked_at: list[float] = []
        self.clock = Clock()
        self.has_resumed = asyncio.Event()
        self.killed_while_asking = False
        self.asleep = asyncio.Barrier(1)

    async def credits(self) -> Credits:
        """The next answer."""
        self.asked_at.append((self.clock.now - START).total_seconds())
        if self.killed_while_asking:
            raise asyncio.CancelledError
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
        """Move the clock on, once all processes wait."""
        if await self.asleep.wait() == 0:
            self.clock.advance(seconds=seconds)
        await asyncio.sleep(0)

    def account(self, store: Store, name: str = "a digest") -> Account:
        """The account, as a process has it."""
        return Account(store, name, self, self, low_micros=500_000, now=self.clock, sleep=self.sleep)


@pytest.fixture
async def other(database: Database, store: Store) -> AsyncIterator[Store]:
    """The same database, as another process has it."""
    assert store
    other = await opened(database)
    yield other
    await other.close()


@asynccontextmanager
async def probing(*accounts: Account) -> AsyncGenerator[None]:
    """While the block runs, each process asks whether its account can pay."""
    tasks = [asyncio.create_task(account.probe()) for account in accounts]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("error", [BadKey(401), NoCredits(406)])
async def test_it_pauses_tells_once_and_resumes(store: Store, other: Store, error: ApiError) -> None:
    """Every process refuses with the reason; a free call that finds money ends the pause for all."""
    bank = Bank(BadKey(401), ApiUnreachable(), EMPTY, FULL)
    ours, theirs = bank.account(store), bank.account(other)
    stranger = bank.account(other, "another digest")
    await other.run(theirs.check)
    await ours.failed(error)
    await theirs.failed(NoCredits(402))
    for account, where in ((ours, store), (theirs, other)):
        with pytest.raises(type(error)) as raised:
            await where.run(account.check)
        assert raised.value.status == error.status
    await other.run(stranger.check)
    async with probing(theirs):
        await bank.has_resumed.wait()
    await store.run(ours.check)
    assert bank.told == [type(error).__name__, "resumed"]
    # A start asks at once; the pauses count from each answer.
    assert bank.asked_at == [0, 60, 360, 1260]


async def test_one_process_asks_for_all(store: Store, other: Store) -> None:
    """However many look, each probe is made once, and the operator hears once that calls go on."""
    bank = Bank(*[EMPTY] * 3, FULL)
    accounts = [bank.account(one) for one in (store, other, store, other)]
    bank.asleep = asyncio.Barrier(len(accounts))
    await accounts[0].failed(NoCredits(406))
    async with probing(*accounts):
        await bank.has_resumed.wait()
    assert len(bank.asked_at) == 4
    assert bank.told == ["NoCredits", "resumed"]


async def test_a_process_that_was_killed_while_it_asked_is_replaced(store: Store, other: Store) -> None:
    """Nobody else asks while it may still do so; half a minute later another process does."""
    bank = Bank(FULL)
    bank.killed_while_asking = True
    ours, theirs = bank.account(store), bank.account(other)
    await ours.failed(BadKey(401))
    with pytest.raises(asyncio.CancelledError):
        await ours.probe()
    bank.killed_while_asking = False
    bank.clock.advance(seconds=29)
    assert await other.run(api_accounts.claim_probe, "a digest", bank.clock(), bank.clock()) is None
    bank.clock.advance(seconds=1)
    async with probing(theirs):
        await bank.has_resumed.wait()
    assert bank.asked_at == [0, 30]


async def test_other_failures_pause_nothing(store: Store) -> None:
    """What is not about paying stops nobody else."""
    bank = Bank()
    account = bank.account(store)
    async with probing(account):
        await account.failed(ServerError(500))
        await account.failed(ApiUnreachable())
        await store.run(account.check)
    assert bank.told == []


async def test_a_low_balance_is_told_once_until_it_rises(store: Store, other: Store) -> None:
    """It turns low once, whichever process hears of it; a balance that is not reported says nothing."""
    bank = Bank()
    balances = (900_000, None, 400_000, 300_000, None, 600_000, 100_000)
    turns = [
        await where.run(bank.account(where).turns_low, micros)
        for micros, where in zip(balances, cycle((store, other)))
    ]
    assert turns == [False, False, True, False, False, False, True]
    await bank.account(store).warn(100_000)
    assert bank.told == ["low 100000"]


def test_the_name_of_an_account_does_not_tell_its_key() -> None:
    """Another key or another address is another account."""
    names = {digest(address, key) for address in ("https://a", "https://b") for key in ("k", "l", None)}
    assert len(names) == 6
    assert "secret" not in digest("https://a", "secret")
