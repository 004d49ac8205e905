"""What a store function works on: one open transaction, the same for every engine.

Statements name their parameters `:name` and hold no literal percent sign. They are literals: the type
checker refuses SQL that was made from data.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, LiteralString, ParamSpec, Protocol, TypeVar

Value = int | str | bytes | None
Row = Mapping[str, Any]
"""One row by column name; the columns' types are the schema's."""

P = ParamSpec("P")
T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


_patient = ContextVar("_patient", default=False)


@contextmanager
def patiently() -> Generator[None]:
    """Let what is asked of the store in this block wait for what is asked elsewhere.

    For work that nobody waits for within the three seconds that Discord gives a first answer. It reaches the
    tasks that are begun in the block.
    """
    with _patience(True):
        yield


@contextmanager
def promptly() -> Generator[None]:
    """Let what is asked of the store in this block wait for nothing asked later, in a patient task too."""
    with _patience(False):
        yield


@contextmanager
def _patience(patient: bool) -> Generator[None]:
    before = _patient.set(patient)
    try:
        yield
    finally:
        _patient.reset(before)


def is_patient() -> bool:
    """Whether the current task waits for others."""
    return _patient.get()


class Transaction(Protocol):
    """One open transaction; it commits when the function it was given to returns, else rolls back."""

    def execute(self, sql: LiteralString, /, **parameters: Value) -> int:
        """Run one statement and return how many rows it changed."""
        ...

    def rows(self, sql: LiteralString, /, **parameters: Value) -> list[Row]:
        """Return every row of a query."""
        ...

    def row(self, sql: LiteralString, /, **parameters: Value) -> Row:
        """Return the only row of a query that always has exactly one."""
        ...


class Store(Protocol):
    """Runs store functions, each as one transaction, off the event loop."""

    async def run(
        self, function: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one store function as one transaction.

        The function runs to its end even when the awaiting task is cancelled, so no transaction is left open.
        It may be run again after a transaction that was certainly rolled back, so it works on nothing else.
        """
        ...

    async def ahead_ms(self, now_ms: Callable[[], int]) -> int:
        """How far this clock is ahead of the database's, in milliseconds; negative when it is behind.

        What may as well be the time that the question took does not count.
        """
        ...

    async def close(self) -> None:
        """Finish what is running and close the connection."""
        ...


def to_ms(moment: datetime) -> int:
    """An aware datetime as whole milliseconds since 1970 UTC, which is how the store keeps time."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC datetime of a stored time."""
    return _EPOCH + milliseconds * _MILLISECOND
