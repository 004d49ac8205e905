"""The doorway: set together, restored together, loud when discord.py is not as expected."""

import discord
import discord.http
import pytest

from bot.sandbox import doorway


def test_the_addresses_are_set_and_restored_together() -> None:
    """REST, gateway and CDN point to the sandbox inside the block only, after an error too."""
    before, inside = doorway.addresses(), list[str]()

    def fail() -> None:
        with doorway.redirected("http://127.0.0.1:5"):
            inside.extend(doorway.addresses())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert inside == ["http://127.0.0.1:5/api/v10", "ws://127.0.0.1:5/gateway", "http://127.0.0.1:5/cdn"]
    assert doorway.addresses() == before


def test_it_does_not_nest() -> None:
    """Two sandboxes in one process would take each other's traffic."""
    with (
        doorway.redirected("http://127.0.0.1:5"),
        pytest.raises(doorway.DoorwayError),
        doorway.redirected("http://127.0.0.1:6"),
    ):
        pytest.fail("a second redirection was allowed")


def test_a_changed_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """When discord.py no longer keeps an address there, nothing is redirected at all."""
    monkeypatch.delattr(discord.http.Route, "BASE")
    with pytest.raises(doorway.DoorwayError, match=r"Route\.BASE"), doorway.redirected("http://127.0.0.1:5"):
        pytest.fail("it was redirected in part")
    assert discord.Asset.BASE.startswith("https://")
