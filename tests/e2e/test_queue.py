"""The API's queue (v2) under the whole bot: a paid job is collected whatever comes in the way."""

import pytest

from bot import calls
from tests.e2e.conftest import Place, Start
from tests.scripted_api import QUEUE_PATH, as_json, error, status_path

JOB = "job-1"


async def test_a_queued_job_is_a_swap(place: Place, start: Start) -> None:
    """Submit, poll, collect: the member sees the same, and the request's id is on the row."""
    place.api.polls = 1
    async with start(SEGMIND_API_VERSION="v2"):
        reply = await place.swap()
    assert reply.attachments
    assert [request.path for request in place.api.posts] == [QUEUE_PATH]
    assert await place.rows("SELECT state, request_id, reported_cost_micros FROM swaps") == [
        {"state": "delivered", "request_id": JOB, "reported_cost_micros": 50_000}
    ]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("No face was found in target_image.", "No face was found in the target"),
        ("boom", "You were not charged"),
    ],
)
async def test_a_failed_job_is_refunded(place: Place, start: Start, message: str, words: str) -> None:
    """FAILED comes under HTTP 422 and is an answer: words for the member, nothing charged."""
    place.api.script(as_json({"status": "FAILED", "error": message}, 422), path=status_path(JOB))
    async with start(SEGMIND_API_VERSION="v2"):
        reply = await place.swap()
    assert words in reply.text
    assert await place.rows("SELECT state FROM swaps") == [{"state": "refunded"}]


async def test_a_paid_job_outlives_a_key_that_is_refused(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the API does not let us ask, the job stays ours; the picture comes once it does again."""
    monkeypatch.setattr(calls, "_ASK_AGAIN_SECONDS", 0.05)
    place.api.polls = 1
    place.api.script(*(error(401, "no") for _ in range(3)), path=status_path(JOB))
    async with start(SEGMIND_API_VERSION="v2"):
        reply = await place.swap()
    assert reply.attachments
    assert len(place.api.posts) == 1
    assert await place.rows("SELECT amount_micros FROM entries") == [{"amount_micros": 50_000}]
