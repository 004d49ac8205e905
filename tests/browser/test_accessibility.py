"""An automated accessibility check: nothing serious in either theme, wide or narrow, whatever is open."""

# pyright: reportMissingTypeStubs=false
# axe-playwright-python has no stubs; its own annotations are read.

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from tests.browser.stage import NARROW, WIDE, Stage, command, picture, send, swap


async def findings(page: Page) -> list[str]:
    """What is serious or critical, and where."""
    await page.evaluate(AXE_SCRIPT)
    told: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_nothing_serious_is_found(stage: Stage, theme: str, size: tuple[int, int]) -> None:
    """A channel with a result and the moderators' panel; a form; a command; the console."""
    page = await stage.open(stage.mia, size=size, theme=theme)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    await command(page, "faceswap-admin settings")
    await send(page)
    await page.get_by_role("button", name="Change numbers").wait_for()
    found = {"channel": await findings(page)}
    await page.get_by_role("button", name="Change numbers").click()
    await page.get_by_role("dialog").wait_for()
    found["form"] = await findings(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await command(page, "faceswap")
    found["command"] = await findings(page)
    await page.get_by_role("button", name="Console").click()
    await page.get_by_role("button", name="Kill the bot").wait_for()
    found["console"] = await findings(page)
    assert {state: serious for state, serious in found.items() if serious} == {}
