"""Brings a database to the newest schema: numbered files, each applied once, forward only."""

from collections.abc import Mapping
from importlib.resources import files
from typing import LiteralString, cast

from bot.errors import StoreError
from bot.store.database import Transaction

_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS migrations "
    "(version {bigint} NOT NULL PRIMARY KEY, applied_at {bigint} NOT NULL) {strict}"
)


def migrate(db: Transaction, types: Mapping[str, str], now_ms: int) -> None:
    """Apply the migrations this database lacks; `types` fills the engine's own words into the SQL.

    The caller holds the engine's write lock, so two processes that start at once apply each file once.
    Raises StoreError when the database was written by a newer version of the bot.
    """
    db.execute(_fill(_VERSIONS, types))
    applied = {row["version"] for row in db.rows("SELECT version FROM migrations")}
    known = available()
    if unknown := applied - known.keys():
        raise StoreError(
            f"The database is at version {max(unknown)}, but this bot only knows {max(known)}. "
            "Start the newer version of the bot again, or restore a backup."
        )
    for version in sorted(known.keys() - applied):
        for statement in statements(known[version]):
            db.execute(_fill(statement, types))
        db.execute(
            "INSERT INTO migrations (version, applied_at) VALUES (:version, :now)",
            version=version,
            now=now_ms,
        )


def schema_version(db: Transaction) -> int:
    """The number of the newest migration that was applied."""
    return db.row("SELECT MAX(version) AS newest FROM migrations")["newest"]


def _fill(statement: str, types: Mapping[str, str]) -> LiteralString:
    # Both halves are files of this package; nothing from outside is in them.
    return cast("LiteralString", statement.format_map(types))


def available() -> dict[int, str]:
    """The scripts of all migrations, by number."""
    folder = files("bot.store") / "migrations"
    return {
        int(file.name.split("_", 1)[0]): file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }


def statements(script: str) -> list[str]:
    """Split a script at the semicolons that end lines; comments, which may hold some, are dropped first."""
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return [statement for part in code.split(";\n") if (statement := part.strip())]
