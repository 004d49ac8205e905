"""The CDN: files by path, behind signed addresses that expire, as Discord's attachments are."""

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aiohttp import web
from PIL import Image

from bot.sandbox.clock import Clock

LIFETIME_SECONDS = 24 * 3600
"""How long an attachment's address works (about a day, by observation; read `ex` rather than assume)."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""With every file: it is a stranger's, and opened as a page of its own it must not run as one of ours."""

_SIGNED = ("/attachments/", "/ephemeral-attachments/")
_COLOURS = ("#5865f2", "#747f8d", "#3ba55c", "#faa61a", "#ed4245", "#eb459e")


@dataclass(eq=False)
class Cdn:
    """Files kept in memory; `base_url` is known once the server listens."""

    clock: Clock
    base_url: str = ""
    lifetime_seconds: float = LIFETIME_SECONDS
    refreshes_gone: bool = True
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict[str, tuple[bytes, str]], repr=False)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def __post_init__(self) -> None:
        for number, colour in enumerate(_COLOURS):
            buffer = io.BytesIO()
            Image.new("RGB", (128, 128), colour).save(buffer, "PNG")
            self.put(f"/embed/avatars/{number}.png", buffer.getvalue(), "image/png")

    def put(self, path: str, data: bytes, content_type: str | None) -> None:
        """Keep a file; `path` begins with a slash and is not percent-encoded."""
        self.files[path] = (data, content_type or "application/octet-stream")

    def drop(self, path: str) -> None:
        """Forget a file; its addresses answer 404 from now on."""
        self.files.pop(path, None)

    def drop_all(self, folder: str) -> None:
        """Forget every file under a path."""
        for path in [one for one in self.files if one.startswith(folder)]:
            self.drop(path)

    def put_avatar(self, folder: str, data: bytes) -> str:
        """Keep a picture under every type Discord offers it as; returns its hash, `a_…` if it moves."""
        with Image.open(io.BytesIO(data)) as picture:
            moves = getattr(picture, "n_frames", 1) > 1
            buffer = io.BytesIO()
            picture.convert("RGBA").save(buffer, "PNG")
        name = ("a_" if moves else "") + secrets.token_hex(16)
        for extension in ("png", "webp", "jpg"):
            self.put(f"{folder}/{name}.{extension}", buffer.getvalue() if moves else data, "image/png")
        if moves:
            self.put(f"{folder}/{name}.gif", data, "image/gif")
        return name

    def public(self, path: str) -> str:
        """Return an address without a signature (avatars)."""
        return f"{self.base_url}{quote(path)}"

    def signed(self, path: str) -> str:
        """Return an address that works from now for `lifetime_seconds`."""
        now = int(self.clock.now())
        expires, issued = f"{now + int(self.lifetime_seconds):x}", f"{now:x}"
        return f"{self.public(path)}?ex={expires}&is={issued}&hm={self._mac(path, expires, issued)}&"

    def renewed(self, url: str) -> str | None:
        """Return a fresh address for an attachment's own, expired or not; None for any other address.

        The fresh address of a file that was removed is 404 too, or None without `refreshes_gone`.
        """
        path = unquote(url.partition("?")[0].removeprefix(self.base_url))
        if not url.startswith(self.base_url) or not path.startswith(_SIGNED):
            return None
        return self.signed(path) if self.refreshes_gone or path in self.files else None

    def expire(self) -> None:
        """Let every address that was signed until now be 404; fresh ones can be had."""
        self._key = secrets.token_bytes(32)

    def _mac(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self._key, f"{path}?{expires}&{issued}".encode(), hashlib.sha256).hexdigest()

    def _genuine(self, path: str, query: dict[str, str]) -> bool:
        expires, issued = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(self._mac(path, expires, issued), query.get("hm", "")):
            return False
        return self.clock.now() < int(expires, 16)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a download: 404 for what is not there, altered or expired."""
        path = "/" + request.match_info["path"]
        found = self.files.get(path)
        if found is None or (path.startswith(_SIGNED) and not self._genuine(path, dict(request.query))):
            text = "This content is no longer available."
            return web.Response(status=404, text=text, headers=HEADERS)
        data, content_type = found
        return web.Response(body=data, headers=HEADERS | {"Content-Type": content_type})
