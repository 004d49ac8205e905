"""Rate limits as Discord shows them: a bucket a route and major parameter, a window that begins with use."""

import hashlib
import math
from dataclasses import dataclass, field

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError
from bot.sandbox.wire import Json

Limit = tuple[int, float]
"""Requests, and the seconds they are for."""

_MESSAGES = "/channels/{channel_id}/messages"
REAL_GLOBAL: Limit = (50, 1.0)
REAL_WEBHOOK: Limit = (5, 2.0)
REAL_ROUTES: dict[str, Limit] = {
    f"POST {_MESSAGES}": (5, 5.0),
    f"PATCH {_MESSAGES}/{{message_id}}": (5, 5.0),
    f"DELETE {_MESSAGES}/{{message_id}}": (5, 1.0),
}
"""Discord's limits: the global one is documented, the others are what its headers generally show."""

_CALLBACK = "POST /interactions/"


@dataclass
class Bucket:
    """Requests left until `resets_at` (seconds of the sandbox's clock)."""

    left: int
    resets_at: float


class TooMany(ApiError):
    """429: `headers` tell what was exceeded, and when to come back."""

    def __init__(
        self, retry_after: float, headers: dict[str, str] | None = None, *, everywhere: bool = False
    ) -> None:
        super().__init__(0, status=429, message="You are being rate limited.")
        self.retry_after = retry_after
        self.everywhere = everywhere
        # `Via` is what tells Discord's answer from a ban by the proxy in front.
        scope = "global" if everywhere else "user"
        told = {"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
        self.headers = (headers or {}) | told | ({"X-RateLimit-Global": "true"} if everywhere else {})

    def body(self) -> Json:
        """Return the error as Discord writes it."""
        return super().body() | {"retry_after": self.retry_after, "global": self.everywhere}


@dataclass(eq=False)
class RateLimits:
    """`default` is for each route, `webhook` for each interaction's webhook, `overall` for all but those.

    Out of the box they are generous, so that only tests that mean to meet a limit meet one.
    """

    clock: Clock
    default: Limit = (500, 1.0)
    webhook: Limit = (500, 1.0)
    overall: Limit | None = None
    routes: dict[str, Limit] = field(default_factory=dict[str, Limit])
    _buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])

    def enforce(self, *, speed: float = 1) -> None:
        """Set Discord's own limits; a `speed` above 1 makes their windows that much shorter."""
        self.overall = _faster(REAL_GLOBAL, speed)
        self.webhook = _faster(REAL_WEBHOOK, speed)
        self.routes = {route: _faster(limit, speed) for route, limit in REAL_ROUTES.items()}
        self._buckets.clear()

    def take(self, route: str, major: str, *, webhook: bool) -> dict[str, str]:
        """Count a request and return the headers to answer with; raises TooMany.

        First responses have no limit, and interactions' webhooks do not count for all together.
        """
        if route.startswith(_CALLBACK):
            return {}
        if self.overall is not None and not webhook:
            bucket, passes = self._count("overall", self.overall)
            if not passes:
                raise TooMany(self._left(bucket), everywhere=True)
        name = "webhook" if webhook else route
        limit = self.webhook if webhook else self.routes.get(route, self.default)
        bucket, passes = self._count(f"{name}:{major}", limit)
        headers = {
            "X-RateLimit-Limit": str(limit[0]),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{self._left(bucket):.3f}",
            "X-RateLimit-Bucket": hashlib.blake2s(name.encode(), digest_size=16).hexdigest(),
        }
        if not passes:
            raise TooMany(self._left(bucket), headers)
        return headers

    def _count(self, key: str, limit: Limit) -> tuple[Bucket, bool]:
        requests, window = limit
        now = self.clock.now()
        bucket = self._buckets.get(key)
        if bucket is None or now >= bucket.resets_at:
            bucket = self._buckets[key] = Bucket(requests, now + window)
        passes = bucket.left > 0
        bucket.left = max(0, bucket.left - 1)
        return bucket, passes

    def _left(self, bucket: Bucket) -> float:
        """Return the seconds until a bucket is full again, in the milliseconds that Discord tells."""
        return max(0.001, math.ceil((bucket.resets_at - self.clock.now()) * 1000) / 1000)


def _faster(limit: Limit, speed: float) -> Limit:
    requests, window = limit
    return requests, window / speed
