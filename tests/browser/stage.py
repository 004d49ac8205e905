"""What a browser test has: a server with people in it, and pages that belong to them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from bot.engine.assets import asset
from bot.playground.playground import Playground
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Guild, Member
from tests.playground.settling import settled

SECONDS = 20
WIDE, NARROW = (1280, 800), (400, 800)
expect.set_options(timeout=SECONDS * 1000)
FACES = ("astronaut.png", "grace_hopper.jpg")

_TRANSFER = """(files) => {
    const transfer = new DataTransfer();
    for (const [name, type, data] of files) {
        const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
        transfer.items.add(new File([bytes], name, {type}));
    }
    return transfer;
}"""


@dataclass
class Stage:
    """A server with a member and a moderator; `complaints` are what their pages did wrong."""

    playground: Playground
    browser: Browser
    guild: Guild
    channel: Channel
    ada: Member
    mia: Member
    complaints: list[str] = field(default_factory=list[str])
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])

    @classmethod
    def build(cls, playground: Playground, browser: Browser) -> Self:
        """Make the server and the people."""
        sandbox = playground.sandbox
        guild = sandbox.create_guild("Harbour")
        ada, mia = (guild.join(sandbox.create_user(name)) for name in ("Ada", "Mia"))
        mia.roles.append(guild.create_role("Moderators", permissions=int(Permission.MANAGE_GUILD)))
        return cls(playground, browser, guild, guild.create_channel("pictures"), ada, mia)

    async def open(
        self,
        who: Member,
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "dark",
        channel: Channel | None = None,
    ) -> Page:
        """Open the page as somebody, in the channel."""
        width, height = size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light" if theme == "light" else "dark",
            reduced_motion="reduce",
        )
        context.set_default_timeout(SECONDS * 1000)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._request)
        where = (channel or self.channel).id
        await page.goto(f"{self.playground.sandbox.base_url}/#{who.user.id}/{where}")
        await page.get_by_role("textbox", name="Message").wait_for()
        return page

    async def settled(self) -> None:
        """Wait until every swap is on the books."""
        await settled(self.playground.store, SECONDS)

    async def close(self) -> None:
        """Close the pages."""
        for context in self.contexts:
            await context.close()

    def _console(self, message: ConsoleMessage) -> None:
        # What the sandbox refuses is logged by the browser as a resource that failed to load.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"asked for {request.url}")


async def drop(page: Page, names: Sequence[str] = FACES) -> None:
    """Drop portraits onto the page."""
    kinds = {"png": "image/png", "jpg": "image/jpeg"}
    files = [
        [name, kinds[name.rpartition(".")[2]], base64.b64encode(asset(name).read_bytes()).decode()]
        for name in names
    ]
    transfer = await page.evaluate_handle(_TRANSFER, files)
    for kind in ("dragenter", "dragover", "drop"):
        await page.dispatch_event("main", kind, {"dataTransfer": transfer})


async def swap(page: Page) -> Locator:
    """Swap the two portraits, and return the message that answers once it is there."""
    before = await page.get_by_role("article").count()
    await drop(page)
    await page.get_by_role("form", name="/faceswap").get_by_role("button", name="Send").click()
    return page.get_by_role("article").nth(before)


def picture(message: Locator) -> Locator:
    """The picture that a message shows."""
    return message.get_by_role("button", name="Open picture").locator("img")


async def is_loaded(image: Locator) -> bool:
    """Whether a picture is there and has arrived."""
    return await image.evaluate("(image) => image.decode().then(() => image.naturalWidth > 0, () => false)")


async def command(page: Page, name: str) -> None:
    """Choose a command by typing its name."""
    await page.get_by_role("textbox", name="Message").fill(f"/{name} ")
    await page.get_by_role("form", name=f"/{name}").wait_for()


async def send(page: Page) -> None:
    """Send the command that is being written."""
    await page.locator("form.command").get_by_role("button", name="Send").click()
