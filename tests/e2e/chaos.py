"""What goes wrong in a randomized run: an API and a Discord that fail at random, and bots that are killed."""

import asyncio
import os
import random
import re
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from bot.sandbox import Sandbox
from bot.sandbox.faults import Fault, Faults
from bot.shards import shard_ids
from tests.scripted_api import QUEUE_PATH, SWAP_PATH, Answer, ScriptedApi, as_json, error, response_path

ROOT = Path(__file__).parent.parent.parent
KEY = "SG_test_key_0123456789"
TIMEOUT_SECONDS = 2
API_FAULTS = 0.1
DISCORD_FAULTS = 0.04
LATE_FAULTS = 0.4  # messages after a token's death are few, and must not be sent twice

_GARBAGE = Answer(body=b"<html>welcome</html>", content_type="text/html")
_RATE_LIMITED = error(429, "slow down", headers={"Retry-After": "0.3"})
_STATUSES = (400, 403, 404, 422, 500, 502, 503, 504)
_BEFORE_THE_WORK = [_RATE_LIMITED, *(error(status, "no") for status in _STATUSES)]
"""Answers to a paid call that was not carried out."""
_CANNOT_PAY = [error(401, "bad key"), error(402, "pay"), error(406, "no credits left")]
_ASKING = [_RATE_LIMITED, *(error(status, "no") for status in _STATUSES), _GARBAGE]
"""Answers to a GET that may go better the next time."""


def _cut(rng: random.Random, answer: Answer) -> Answer:
    """The true answer, but late or broken off; the work was done."""
    if rng.random() < 0.3:
        return replace(answer, delay=TIMEOUT_SECONDS + 3)
    return replace(answer, reset=rng.choice(["at_once", "after_headers", "in_body"]))


class ChaoticApi(ScriptedApi):
    """An API that fails a tenth of its calls, and knows which swap (by its seed) it has billed how often."""

    def __init__(self, rng: random.Random, *, cannot_pay: int) -> None:
        super().__init__(polls=1)
        self.calm = False
        self.billed: Counter[int] = Counter()
        self.told: dict[str, int] = {}
        """The seed of each job of the queue whose submission was answered properly."""
        self.spoiled: set[str] = set()
        """Jobs that the queue has called failed."""
        self.faults: Counter[str] = Counter()
        self._rng = rng
        self._cannot_pay = cannot_pay

    def _answer_to(self, path: str) -> Answer:
        if path in (SWAP_PATH, QUEUE_PATH):
            return self._paid(path, self.requests[-1].json["seed"])
        answer = super()._answer_to(path)
        return answer if not path.startswith(("/v2", "/results")) else self._asked(path, answer)

    def _fails(self, kind: str) -> bool:
        fails = not self.calm and self._rng.random() < API_FAULTS
        self.faults[kind if fails else f"{kind} well"] += 1
        return fails

    def _paid(self, path: str, seed: int) -> Answer:
        fails, how = self._fails("paid"), self._rng.random()
        if fails and how < 0.5:
            return self._refused()
        self.billed[seed] += 1
        answer = super()._answer_to(path)
        job = f"job-{len(self.jobs)}"
        if fails:
            return _GARBAGE if how < 0.65 else _cut(self._rng, answer)
        if path == QUEUE_PATH:
            self.told[job] = seed
        return replace(answer, delay=self._rng.uniform(0, 0.3))

    def _refused(self) -> Answer:
        if self._cannot_pay and self._rng.random() < 0.15:
            self._cannot_pay -= 1  # each stops the bots for 15 seconds
            return self._rng.choice(_CANNOT_PAY)
        return self._rng.choice(_BEFORE_THE_WORK)

    def _asked(self, path: str, answer: Answer) -> Answer:
        if not self._fails("asked"):
            return replace(answer, delay=self._rng.uniform(0, 0.1))
        if path.startswith("/results"):
            # No garbage and no refusal: the bot has to believe that such a picture cannot be had.
            return self._rng.choice([error(503, "no"), _cut(self._rng, answer)])
        job = path.removesuffix("/status").rpartition("/")[2]
        if self._rng.random() < 0.1 and path != response_path(job):
            self.spoiled.add(job)
            return as_json({"request_id": job, "status": "FAILED", "error": "no luck"}, 422)
        return self._rng.choice([*_ASKING, _cut(self._rng, answer)])


class ChaoticDiscord(Faults):
    """Faults of Discord at random, on what the bot sends there; some tokens are dead from the beginning."""

    _TOUCHED: ClassVar = re.compile(
        r"^/webhooks/\d+/(?P<token>[^/]+)/messages/@original$"
        r"|^/interactions/\d+/(?P<answered>[^/]+)/callback$|^/channels/\d+/messages$"
    )

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.calm = False
        self.dead: set[str] = set()
        """Tokens of interactions by which no edit is taken."""
        self.disturbed: Counter[str] = Counter()
        """How often each token's requests ran into a fault."""
        self._rng = rng

    def take(self, method: str, path: str) -> Fault | None:
        """Choose what happens to a request."""
        touched = self._TOUCHED.search(path) if method in ("PATCH", "POST") else None
        if touched is None:
            return None
        token = touched["token"] or touched["answered"] or ""
        if touched["token"] in self.dead:
            return self._fault(code=50027)
        share = DISCORD_FAULTS if token else LATE_FAULTS
        if self.calm or self._rng.random() >= share:
            return None
        self.disturbed[token] += 1
        if self._rng.random() < 0.3:
            return self._fault(retry_after=0.1, status=429)
        applied = self._rng.random() < 0.5
        if self._rng.random() < 0.5:
            return self._fault(disconnect=True, applied=applied)
        return self._fault(status=self._rng.choice([500, 502, 503]), applied=applied)

    @staticmethod
    def _fault(**what: Any) -> Fault:
        fault = Fault("", re.compile(""), 1, **what)
        if fault.code:
            fault.status = 401
        return fault


@dataclass
class Fleet:
    """Processes of the bot, all against the same places; what they log is kept in one file each.

    `parts` are the shards of each process of the fleet, or nothing where every process has all there are.
    """

    sandbox: Sandbox
    variables: dict[str, str]
    folder: Path
    parts: tuple[str, ...] = ("", "")
    shards: int = 1
    kills: int = 0
    running: dict[Process, str] = field(default_factory=dict[Process, str])
    logs: list[Path] = field(default_factory=list[Path])

    @property
    def missing(self) -> list[str]:
        """The parts that nobody runs."""
        missing = list(self.parts)
        for part in self.running.values():
            missing.remove(part)
        return missing

    @property
    def sessions(self) -> int:
        """How many sessions all that run have together."""
        return sum(len(shard_ids(part)) if part else self.shards for part in self.running.values())

    async def start(self) -> None:
        """Start one that is missing, and wait until all of them take commands."""
        path = self.folder / f"bot-{len(self.logs)}.log"
        self.logs.append(path)
        part = self.missing[0]
        sharding = {"SHARD_COUNT": str(self.shards), "SHARD_IDS": part}
        with path.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot"),
                cwd=ROOT,
                env={**os.environ, **self.variables, **sharding},
                stderr=log,
            )
        self.running[process] = part
        await self.sandbox.wait_until_ready(bots=self.sessions, timeout_seconds=30)

    async def kill(self, process: Process) -> None:
        """Kill one without warning, and wait until the sandbox has noticed."""
        del self.running[process]
        self.kills += 1
        process.kill()
        await process.wait()
        left = self.sessions
        await self.sandbox.until(lambda: len(self.sandbox.gateway.sockets) <= left or None, 10, "a kill")

    async def stop(self) -> None:
        """Stop all that run, as a deploy does; each ends in good order."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            assert await process.wait() in (0, -signal.SIGTERM)
        self.running.clear()

    def abandon(self) -> None:
        """End whatever still runs."""
        for process in self.running:
            if process.returncode is None:
                process.kill()

    def log(self) -> str:
        """Everything they have logged."""
        return "".join(path.read_text("utf-8") for path in self.logs)
