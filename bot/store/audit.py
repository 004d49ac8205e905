"""The invariants of the store, each as a query that must return no rows; what is open; what was lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from bot.store.database import Row, Transaction, from_ms

INVARIANTS: dict[str, LiteralString] = {
    "a member's spend is the sum of the member's entries": """
        SELECT accounts.guild_id, accounts.user_id FROM accounts
        WHERE user_id <> 0 AND spent_micros <> (
            SELECT COALESCE(SUM(amount_micros), 0) FROM entries
            WHERE entries.guild_id = accounts.guild_id AND entries.user_id = accounts.user_id)
    """,
    "a server's spend is the sum of its entries": """
        SELECT accounts.guild_id FROM accounts
        WHERE user_id = 0 AND guild_id <> 0 AND spent_micros <> (
            SELECT COALESCE(SUM(amount_micros), 0) FROM entries WHERE entries.guild_id = accounts.guild_id)
    """,
    "a member's held amount is the sum of the prices of the member's open swaps": """
        SELECT accounts.guild_id, accounts.user_id FROM accounts
        WHERE user_id <> 0 AND held_micros <> (
            SELECT COALESCE(SUM(price_micros), 0) FROM swaps
            WHERE swaps.guild_id = accounts.guild_id AND swaps.user_id = accounts.user_id
            AND state NOT IN ('delivered', 'refunded'))
    """,
    "a server's held amount is the sum of the prices of its open swaps": """
        SELECT accounts.guild_id FROM accounts
        WHERE user_id = 0 AND guild_id <> 0 AND held_micros <> (
            SELECT COALESCE(SUM(price_micros), 0) FROM swaps
            WHERE swaps.guild_id = accounts.guild_id AND state NOT IN ('delivered', 'refunded'))
    """,
    "an entry exists for each delivered swap, at its price": """
        SELECT swaps.id FROM swaps LEFT JOIN entries ON entries.swap_id = swaps.id
        WHERE state = 'delivered' AND (entries.id IS NULL OR amount_micros <> price_micros
            OR entries.user_id <> swaps.user_id OR entries.guild_id <> swaps.guild_id)
    """,
    "no entry exists for a swap that was not delivered": """
        SELECT entries.id FROM entries LEFT JOIN swaps ON swaps.id = entries.swap_id
        WHERE swaps.id IS NULL OR state <> 'delivered'
    """,
    "every swap in a server has the server's account beside the member's": """
        SELECT swaps.id FROM swaps WHERE guild_id <> 0 AND NOT EXISTS (
            SELECT 1 FROM accounts WHERE accounts.guild_id = swaps.guild_id AND accounts.user_id = 0)
    """,
    "the whole bot's row is there to be locked, and keeps no totals": """
        SELECT 1 AS missing WHERE NOT EXISTS (
            SELECT 1 FROM accounts
            WHERE guild_id = 0 AND user_id = 0 AND held_micros = 0 AND spent_micros = 0)
    """,
    "no token, picture or input outlives its swap": """
        SELECT id FROM swaps WHERE state IN ('delivered', 'refunded')
        AND COALESCE(token, source_url, target_url, prompt) IS NOT NULL
    """,
    "what a swap was made from is forgotten where it was refunded, or its result removed": """
        SELECT inputs.swap_id FROM inputs JOIN swaps ON swaps.id = inputs.swap_id
        WHERE state = 'refunded' OR removed_at IS NOT NULL
    """,
    "no grant has been used more often than it has units": """
        SELECT grants.id FROM grants WHERE units
        < (SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'use')
        - (SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'give_back')
    """,
    "an extra swap is given back exactly where its swap was refunded": """
        SELECT used.swap_id FROM grant_moves AS used JOIN swaps ON swaps.id = used.swap_id
        LEFT JOIN grant_moves AS given ON given.swap_id = used.swap_id AND given.kind = 'give_back'
        WHERE used.kind = 'use' AND (state = 'refunded') <> (given.id IS NOT NULL)
    """,
    "no swap was admitted over the limits stored in its own row": """
        SELECT id FROM swaps WHERE daily_used >= daily_limit OR at_once_used >= at_once_limit
        OR (price_micros > 0 AND (server_day_used + price_micros > server_day_limit
            OR server_month_used + price_micros > server_month_limit
            OR bot_day_used + price_micros > bot_day_limit))
    """,
}


def violations(db: Transaction) -> dict[str, list[Row]]:
    """Every broken invariant with the rows that break it; empty when the books are right."""
    found = {name: db.rows(query) for name, query in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


@dataclass(frozen=True)
class Open:
    """A swap that has not ended."""

    swap_id: int
    state: str
    held_at: datetime


@dataclass(frozen=True)
class Loss:
    """A swap that was refunded although the API may have billed it, or has."""

    swap_id: int
    failure: str
    certain: bool
    """Whether its picture was made; otherwise the call was under way, and nobody can tell."""
    cost_micros: int | None
    """What the API reported."""
    sent_at: datetime


@dataclass(frozen=True)
class Holds:
    """What the swaps hold that have not ended, and what holds them up, in all processes."""

    count: int
    micros: int
    oldest: datetime | None
    opens_at: datetime | None
    """From when paid calls may be made again; None where nothing was ever in the way."""
    paused: bool
    """Whether the account at the API cannot pay, or its key is refused."""


def holds(db: Transaction, account: str) -> Holds:
    """What is held now, and how that account at the API is; cheap, as it reads open swaps alone."""
    api = db.row(
        "SELECT MAX(opens_at) AS opens_at, COUNT(pause_reason) AS paused FROM api_accounts "
        "WHERE account = :account",
        account=account,
    )
    row = db.row(
        "SELECT COUNT(*) AS count, COALESCE(SUM(price_micros), 0) AS micros, MIN(held_at) AS oldest "
        "FROM swaps WHERE state NOT IN ('delivered', 'refunded')"
    )
    return Holds(
        row["count"],
        row["micros"],
        None if row["oldest"] is None else from_ms(row["oldest"]),
        from_ms(api["opens_at"]) if api["opens_at"] else None,
        api["paused"] > 0,
    )


def open_now(db: Transaction) -> list[Open]:
    """The swaps that have not ended, oldest first."""
    return [
        Open(row["id"], row["state"], from_ms(row["held_at"]))
        for row in db.rows(
            "SELECT id, state, held_at FROM swaps WHERE state NOT IN ('delivered', 'refunded') "
            "ORDER BY held_at, id"
        )
    ]


def losses(db: Transaction) -> list[Loss]:
    """The operator's loss: what was, or may have been, paid for and not charged to anybody; oldest first."""
    return [
        Loss(
            row["id"],
            row["failure"],
            row["made_at"] is not None,
            row["reported_cost_micros"],
            from_ms(row["sent_at"]),
        )
        for row in db.rows(
            "SELECT id, failure, made_at, reported_cost_micros, sent_at FROM swaps "
            "WHERE state = 'refunded' AND sent_at IS NOT NULL AND (made_at IS NOT NULL OR failure IN "
            "('Interrupted', 'ApiTimeout', 'ApiDisconnected', 'ApiAnswerUnreadable', 'GatewayTimeout', "
            "'RecordExpired', 'Unexpected')) ORDER BY sent_at, id"
        )
    ]
