"""What all processes that share an API key must know: when calls are taken again, and whether it can pay.

`account` is a digest of the key and its address; the key itself is never stored.
"""

from datetime import datetime

from bot.errors import ApiError, BadKey, NoCredits
from bot.store.database import Transaction, from_ms, to_ms

_REASONS: dict[str, type[ApiError]] = {"BadKey": BadKey, "NoCredits": NoCredits}


def close(db: Transaction, account: str, until: datetime) -> None:
    """Take no paid call until this moment; never opens earlier than was said before."""
    db.execute(
        "INSERT INTO api_accounts (account, opens_at) VALUES (:account, :until) "
        "ON CONFLICT (account) DO UPDATE SET opens_at = :until WHERE api_accounts.opens_at < :until",
        account=account,
        until=to_ms(until),
    )


def opens_at(db: Transaction, account: str) -> datetime:
    """From when paid calls may be made; long ago where nothing was ever in the way."""
    rows = db.rows("SELECT opens_at FROM api_accounts WHERE account = :account", account=account)
    return from_ms(rows[0]["opens_at"] if rows else 0)


def check(db: Transaction, account: str) -> None:
    """Raise why paid calls are paused (BadKey or NoCredits), if they are."""
    for row in db.rows(
        "SELECT pause_reason, paused_status FROM api_accounts "
        "WHERE account = :account AND pause_reason IS NOT NULL",
        account=account,
    ):
        raise _REASONS[row["pause_reason"]](row["paused_status"])


def pause(db: Transaction, account: str, error: BadKey | NoCredits, probe_at: datetime) -> bool:
    """Pause paid calls; False when they are paused already."""
    changed = db.execute(
        "INSERT INTO api_accounts (account, pause_reason, paused_status, probe_at) "
        "VALUES (:account, :reason, :status, :probe_at) "
        "ON CONFLICT (account) DO UPDATE SET pause_reason = :reason, paused_status = :status, "
        "probe_at = :probe_at, probes = 0 WHERE api_accounts.pause_reason IS NULL",
        account=account,
        reason=type(error).__name__,
        status=error.status,
        probe_at=to_ms(probe_at),
    )
    return changed == 1


def claim_probe(db: Transaction, account: str, now: datetime, until: datetime) -> int | None:
    """Take the probe that is due; nobody else does before `until`. Returns how many were tried, this one too.

    None when none is due, because nothing is paused or another process has taken it.
    """
    rows = db.rows(
        "UPDATE api_accounts SET probe_at = :until, probes = probes + 1 "
        "WHERE account = :account AND probe_at <= :now RETURNING probes",
        account=account,
        now=to_ms(now),
        until=to_ms(until),
    )
    return rows[0]["probes"] if rows else None


def probe_again(db: Transaction, account: str, probe_at: datetime) -> None:
    """Note that the account cannot pay yet, and when it is asked the next time."""
    db.execute(
        "UPDATE api_accounts SET probe_at = :probe_at WHERE account = :account AND pause_reason IS NOT NULL",
        account=account,
        probe_at=to_ms(probe_at),
    )


def resume(db: Transaction, account: str) -> bool:
    """Let paid calls go on; False when they do already."""
    changed = db.execute(
        "UPDATE api_accounts SET pause_reason = NULL, paused_status = NULL, probe_at = NULL "
        "WHERE account = :account AND pause_reason IS NOT NULL",
        account=account,
    )
    return changed == 1


def note_balance(db: Transaction, account: str, *, low: bool) -> bool:
    """Note whether the balance is low; True when it has just become so."""
    rows = db.rows("SELECT is_low FROM api_accounts WHERE account = :account", account=account)
    # Looked at first, because a conflict locks the row even where it changes nothing.
    if low == bool(rows and rows[0]["is_low"]):
        return False
    changed = db.execute(
        "INSERT INTO api_accounts (account, is_low) VALUES (:account, :low) "
        "ON CONFLICT (account) DO UPDATE SET is_low = :low WHERE api_accounts.is_low <> :low",
        account=account,
        low=int(low),
    )
    return low and changed == 1
