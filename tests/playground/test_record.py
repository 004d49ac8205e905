"""What the console keeps: within bounds, and without secrets."""

import json

import pytest

from bot.playground.record import Recorder, Ring
from bot.sandbox.wire import Json

TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2"


class Time:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_the_oldest_go_beyond_the_count() -> None:
    """A ring of three keeps the last three."""
    ring = Ring(Time(), count=3)
    for number in range(5):
        ring.add({"n": number})
    assert [entry["n"] for entry in ring.list()] == [2, 3, 4]


def test_the_oldest_go_beyond_the_size() -> None:
    """Entries are forgotten until the rest fits, an entry too large for all the same."""
    ring = Ring(Time(), size=100)
    for number in range(4):
        ring.add({"n": number, "text": "x" * 25})
    assert [entry["n"] for entry in ring.list()] == [2, 3]
    ring.add({"text": "x" * 200})
    assert ring.list() == []


def test_old_ones_go_with_time() -> None:
    """Minutes later nothing is kept, also where nothing new came in."""
    time = Time()
    ring = Ring(time, seconds=60)
    ring.add({"n": 1})
    time.now = 59
    ring.add({"n": 2})
    time.now = 61
    assert [entry["n"] for entry in ring.list()] == [2]


def test_a_jump_of_the_clock_forgets_nothing() -> None:
    """The sandbox's time dates an entry; how long it is kept goes by real time."""
    time = Time()
    recorder = Recorder(time, ())
    recorder.event("READY", {})
    time.now = 86_400
    assert len(recorder.events.list()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"token": TOKEN},
        {"deep": [{"d": {"token": TOKEN}}]},
        {"content": f"see https://127.0.0.1:1/cdn/a.png?ex={TOKEN}&is={TOKEN}&hm={TOKEN}&"},
        {"url": f"/webhooks/1/{TOKEN}/messages/@original"},
        {"x-api-key": TOKEN},
        {"session_id": TOKEN},
        ["Bot the-bots-own-token"],
    ],
    ids=["token", "deep", "signature", "webhook", "key", "session", "own"],
)
def test_no_secret_is_kept(body: object) -> None:
    """Wherever it stands: in a field, an address, a path, the body or the answer."""
    recorder = Recorder(Time(), ("the-bots-own-token",))
    path = f"/interactions/1/{TOKEN}/callback"
    recorder.exchange("POST", path, 200, fault=False, seconds=0, body=body, answer={"was": body})
    recorder.event("INTERACTION_CREATE", {"token": TOKEN, "was": body})
    shown = json.dumps([recorder.exchanges.list(), recorder.events.list()])
    assert TOKEN not in shown
    assert "the-bots-own-token" not in shown
    assert "/interactions/1/[token]/callback" in shown


def test_what_is_huge_is_cut() -> None:
    """One entry cannot push out all others."""
    recorder = Recorder(Time(), ())
    recorder.exchange("PUT", "/x", 200, fault=False, seconds=0, body=["y" * 90] * 10_000, answer="z" * 10_000)
    assert len(json.dumps(recorder.exchanges.list())) < 10_000


def test_listeners_hear_each_entry() -> None:
    """As it comes in, until they leave."""
    recorder, heard = Recorder(Time(), ()), list[tuple[str, object]]()

    def listener(kind: str, entry: Json) -> None:
        heard.append((kind, entry["name"]))

    recorder.listeners.add(listener)
    recorder.event("READY", {"user": {"username": "face_swap"}})
    recorder.listeners.discard(listener)
    recorder.event("RESUMED", {})
    assert heard == [("event", "READY")]
    assert [one["summary"] for one in recorder.events.list()] == ["face_swap", ""]
