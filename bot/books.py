"""The operator's view of the books: their schema, the audit, and the ledger as a table."""

import csv
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from bot.compose import open_store
from bot.config import Config
from bot.store import audit as queries
from bot.store import reports
from bot.store.audit import Loss, Open
from bot.store.migrate import schema_version
from bot.store.reports import Entry
from bot.words.figures import dollars

_PAGE = 1000
_COLUMNS = ("entry", "swap", "server", "member", "amount_usd", "reported_cost_usd", "posted_at")


async def migrate(config: Config, say: Callable[[str], None]) -> None:
    """Bring the store to the newest schema, which opening it does; raises StoreError."""
    store = await open_store(config)
    try:
        version = await store.run(schema_version)
    finally:
        await store.close()
    say(f"{config.database} is at schema {version}.")


async def audit(config: Config, say: Callable[[str], None]) -> bool:
    """Check every invariant, and list what is open and what was lost; whether the books are right."""
    store = await open_store(config)
    try:
        violations = await store.run(queries.violations)
        opened = await store.run(queries.open_now)
        losses = await store.run(queries.losses)
    finally:
        await store.close()
    say(f"{len(queries.INVARIANTS) - len(violations)} of {len(queries.INVARIANTS)} invariants hold.")
    for name, rows in violations.items():
        say(f"WRONG: {name}: {len(rows)} rows, the first {dict(rows[0])}")
    say(f"{len(opened)} swaps are open.")
    for swap in opened:
        say(_open(swap))
    certain = [loss for loss in losses if loss.certain]
    say(f"{len(certain)} refunded swaps were paid for, {len(losses) - len(certain)} more may have been.")
    for loss in losses:
        say(_loss(loss))
    return not violations


async def export_ledger(config: Config, out: TextIO) -> None:
    """Write every entry of the ledger as CSV, oldest first, page by page."""
    store = await open_store(config)
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    last = 0
    try:
        while page := await store.run(reports.entries_after, last, _PAGE):
            table.writerows(_row(entry) for entry in page)
            last = page[-1].id
    finally:
        await store.close()


def _row(entry: Entry) -> tuple[object, ...]:
    cost = entry.reported_cost_micros
    return (
        entry.id,
        entry.swap_id,
        entry.guild_id,
        entry.user_id,
        _usd(entry.amount_micros),
        "" if cost is None else _usd(cost),
        _time(entry.posted_at),
    )


def _open(swap: Open) -> str:
    return f"  {swap.swap_id}  {swap.state}  since {_time(swap.held_at)}"


def _loss(loss: Loss) -> str:
    cost = "cost not reported" if loss.cost_micros is None else dollars(loss.cost_micros)
    return f"  {loss.swap_id}  {loss.failure}  {cost}  sent {_time(loss.sent_at)}"


def _usd(micros: int) -> str:
    return dollars(micros).removeprefix("$").replace(",", "")


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
