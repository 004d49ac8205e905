"""The certificates that results were ever signed with, as chains in PEM whose last one is the root."""

import hashlib
from datetime import datetime

from bot.store.database import Transaction, to_ms


def remember(db: Transaction, chain: str, now: datetime) -> bool:
    """Note a chain that signs from now on; whether it is a new one."""
    return bool(
        db.execute(
            "INSERT INTO signing_chains (fingerprint, chain, first_used_at) "
            "VALUES (:fingerprint, :chain, :now) ON CONFLICT (fingerprint) DO NOTHING",
            fingerprint=hashlib.sha256(chain.encode()).hexdigest(),
            chain=chain,
            now=to_ms(now),
        )
    )


def known(db: Transaction) -> tuple[str, ...]:
    """Every chain that ever signed, oldest first."""
    rows = db.rows("SELECT chain FROM signing_chains ORDER BY first_used_at, fingerprint")
    return tuple(row["chain"] for row in rows)
