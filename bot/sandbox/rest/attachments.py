"""Fresh addresses for attachments; the route is open to bots, and undocumented."""

from typing import cast

from bot.sandbox.errors import InvalidForm
from bot.sandbox.rest.call import Answer, Call, Router


def refresh(call: Call) -> Answer:
    """POST /attachments/refresh-urls: 1 to 50 addresses; null for one that is no attachment's."""
    urls = cast("list[object]", call.form().get("attachment_urls") or [])
    if not 1 <= len(urls) <= 50:
        raise InvalidForm("attachment_urls", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 50 in length.")
    fresh = [(str(url), call.world.cdn.renewed(str(url))) for url in urls]
    return {"refreshed_urls": [{"original": old, "refreshed": new} for old, new in fresh]}


def register(router: Router) -> None:
    """Add this module's routes."""
    router.add("POST", "/attachments/refresh-urls", refresh)
