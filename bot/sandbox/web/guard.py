"""Who may talk to the page: this machine's browser, opened at the page's own address, and no other site."""

import functools
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""With every answer of the page's."""
_ELSEWHERE = "Another site cannot use the sandbox."


def guarded(handler: Handler, origin: Callable[[], str]) -> Handler:
    """Let only requests through that come from the page itself, or from somebody's address bar.

    A name that another site made to point here has the wrong Host. Another site's script cannot send
    `X-Sandbox` without asking first, which is never allowed (no answer carries CORS headers).
    """

    @functools.wraps(handler)
    async def checked(request: web.Request) -> web.StreamResponse:
        if _typed_by_name(request, origin()):
            raise web.HTTPTemporaryRedirect(f"{origin()}/", headers=HEADERS)
        wrong = _wrong(request, origin())
        return await handler(request) if wrong is None else refusal(*wrong)

    return checked


def _typed_by_name(request: web.Request, origin: str) -> bool:
    """Whether somebody has typed `localhost`, which means this machine and can be made to mean no other."""
    return request.path == "/" and f"http://{request.host}" == origin.replace("//127.0.0.1:", "//localhost:")


def _wrong(request: web.Request, origin: str) -> tuple[int, str] | None:
    if request.headers.getall("Host", []) != [origin.removeprefix("http://")]:
        return 421, f"Open {origin}/ in the browser: this address is another."
    # A link from elsewhere to the page is fine; reading from it, or acting in it, is not.
    followed = request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"} and not followed:
        return 403, _ELSEWHERE
    if request.method in {"GET", "HEAD"}:
        return None
    if request.headers.get("X-Sandbox") != "1":
        return 403, "The header X-Sandbox is missing."
    if request.headers.get("Origin", origin) != origin:
        return 403, _ELSEWHERE
    return None


def refusal(status: int, sentence: str) -> web.Response:
    """Answer with a sentence."""
    return web.json_response({"message": sentence}, status=status, headers=HEADERS)
