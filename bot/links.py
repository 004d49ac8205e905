"""Fresh addresses for pictures that Discord holds: a signature is renewed, a message is read anew."""

import re
from collections.abc import Callable
from datetime import datetime

import discord
from discord.http import Route

from bot.errors import PictureGone, Role, Unexpected
from bot.fetch import CONNECTION_ERRORS
from bot.references import InMessage, is_fresh, parse

_GONE = (403, 404)


class Links:
    """Asks Discord, through the client that is given once it is there."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._client: discord.Client | None = None
        self._now = now

    def ask_through(self, client: discord.Client) -> None:
        """Use this client from now on."""
        self._client = client

    async def fresh(self, reference: str, role: Role) -> str:
        """An address that can be used for a while.

        Raises PictureGone when Discord has the picture no more; an address it renewed may still lead nowhere.
        Raises Unexpected when Discord cannot be asked.
        """
        place = parse(reference)
        try:
            if isinstance(place, InMessage):
                url = await self.in_message(place.channel_id, place.message_id)
            else:
                url = place if is_fresh(place, self._now()) else await self._renewed(place)
        except (discord.HTTPException, *CONNECTION_ERRORS):
            raise Unexpected from None
        if url is None:
            raise PictureGone(role)
        return url

    async def in_message(self, channel_id: int, message_id: int) -> str | None:
        """The address of the first picture of a message, or None when the bot cannot see one there.

        Raises what discord.py does when Discord cannot be asked.
        """
        try:
            message = await self._asked.get_partial_messageable(channel_id).fetch_message(message_id)
        except discord.HTTPException as error:
            if error.status in _GONE:
                return None
            raise
        return next(iter(pictures_of(message)), None)

    @property
    def _asked(self) -> discord.Client:
        if self._client is None:
            raise Unexpected
        return self._client

    async def _renewed(self, url: str) -> str | None:
        """The same attachment with a new signature (the route is open to bots, and undocumented)."""
        try:
            route = Route("POST", "/attachments/refresh-urls")
            answer = await self._asked.http.request(route, json={"attachment_urls": [url]})
        except discord.HTTPException as error:
            if error.status in (*_GONE, 400):
                return None
            raise
        return answer["refreshed_urls"][0]["refreshed"]


def pictures_of(message: discord.Message | discord.MessageSnapshot) -> list[str]:
    """The addresses of a message's pictures: files, galleries (left out of `attachments`), forwarded ones."""
    found = [file.url for file in message.attachments if (file.content_type or "image/").startswith("image/")]
    for component in message.components:
        found += _shown(component)
    for snapshot in getattr(message, "message_snapshots", ()):
        found += pictures_of(snapshot)
    return found


def _shown(component: object) -> list[str]:
    if isinstance(component, discord.MediaGalleryComponent):
        return [item.media.url for item in component.items]
    children: list[object] = getattr(component, "children", [])
    return [url for child in children for url in _shown(child)]


def swap_of(url: str) -> int | None:
    """The id of the swap whose result this address shows, by its file's name."""
    match = re.search(r"/faceswap-(\d+)\.\w+(?:\?|$)", url)
    return int(match[1]) if match else None
