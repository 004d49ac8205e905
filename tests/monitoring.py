"""Reads what a monitor reads: the metrics and the health of a bot that serves them on loopback."""

import math
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

MONITORED = {"METRICS_PORT": "0"}
"""Any free port: the log says which."""


@dataclass(frozen=True)
class Monitoring:
    """One bot's address for monitors."""

    base_url: str

    @classmethod
    def of(cls, caplog: pytest.LogCaptureFixture) -> "Monitoring":
        """Where the bot that was started last says it is to be monitored."""
        said = next(
            text for text in reversed(caplog.messages) if text.startswith("Metrics and health are at")
        )
        return cls(said.rpartition(" ")[2])

    async def metrics(self) -> "dict[str, float]":
        """Every sample, by its name and labels as they are written."""
        return read(await self.text())

    async def text(self, accept: str = "") -> str:
        """The metrics as they are sent."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.base_url}/metrics", headers={"Accept": accept}) as answer,
        ):
            assert answer.status == 200
            return await answer.text()

    async def health(self) -> tuple[int, Any]:
        """The status and the answer of a probe."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.base_url}/healthz") as answer:
            return answer.status, await answer.json()


def read(text: str) -> dict[str, float]:
    """Samples by `name{label="value"}`, without those that are not a number."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            if not math.isnan(sample.value):
                found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found
