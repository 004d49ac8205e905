"""Rate limits as Discord shows them: a bucket a route and major parameter, a window that begins with use."""

import hashlib
from dataclasses import dataclass, field

from bot.sandbox.clock import Clock
from bot.sandbox.wire import Json


@dataclass
class Bucket:
    """Requests left until `resets_at` (seconds of the sandbox's clock)."""

    left: int
    resets_at: float


@dataclass(eq=False)
class RateLimits:
    """`default` and `webhook` are (requests, seconds); the second holds for each interaction's webhook.

    Discord shows about five per two seconds for the latter; the default here is generous, so that only tests
    that mean to meet a limit meet one.
    """

    clock: Clock
    default: tuple[int, float] = (500, 1.0)
    webhook: tuple[int, float] = (500, 1.0)
    _buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])

    def take(self, route: str, major: str, *, webhook: bool) -> tuple[bool, dict[str, str]]:
        """Count a request; returns whether it may pass, and the headers to answer with."""
        limit, window = self.webhook if webhook else self.default
        now = self.clock.now()
        key = f"webhook:{major}" if webhook else f"{route}:{major}"
        bucket = self._buckets.get(key)
        if bucket is None or now >= bucket.resets_at:
            bucket = self._buckets[key] = Bucket(limit, now + window)
        passes = bucket.left > 0
        bucket.left = max(0, bucket.left - 1)
        return passes, {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.001, bucket.resets_at - now):.3f}",
            "X-RateLimit-Bucket": hashlib.blake2s(
                bytes(key.split(":", maxsplit=1)[0], "utf-8"), digest_size=16
            ).hexdigest(),
        }


def too_many(retry_after: float) -> tuple[Json, dict[str, str]]:
    """Return the body and headers of a 429; `Via` is what tells it from a ban by the proxy in front."""
    body: Json = {
        "message": "You are being rate limited.",
        "code": 0,
        "retry_after": retry_after,
        "global": False,
    }
    headers = {"Retry-After": f"{retry_after:.0f}", "X-RateLimit-Scope": "user", "Via": "1.1 google"}
    return body, headers
