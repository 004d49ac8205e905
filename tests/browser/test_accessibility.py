"""An automated accessibility check: nothing serious in either theme, wide or narrow, whatever is open."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.stage import NARROW, WIDE, Stage, command, picture, send, swap

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

AT_REST = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
    Promise.allSettled(document.getAnimations().map((one) => one.finished)))"""
"""Colours of a theme that was just chosen may be on their way."""


async def findings(page: Page) -> list[str]:
    """What is serious or critical, and where."""
    told: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def everywhere(page: Page, state: str) -> dict[str, list[str]]:
    """What is found in this state of the page, in both themes and sizes."""
    found: dict[str, list[str]] = {}
    for size, (width, height) in {"wide": WIDE, "narrow": NARROW}.items():
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            await expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
            await page.evaluate(AT_REST)
            found[f"{state}, {size}, {theme}"] = await findings(page)
    return {where: serious for where, serious in found.items() if serious}


async def test_nothing_serious_is_found(stage: Stage) -> None:
    """A channel with a result and the moderators' panel; a form; a command; the console."""
    page = await stage.open(stage.mia)
    await page.evaluate(AXE)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    await command(page, "faceswap-admin settings")
    await send(page)
    await page.get_by_role("button", name="Change numbers").wait_for()
    found = await everywhere(page, "channel")
    await page.get_by_role("button", name="Change numbers").click()
    await page.get_by_role("dialog").wait_for()
    found |= await everywhere(page, "form")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await command(page, "faceswap")
    found |= await everywhere(page, "command")
    await page.get_by_role("button", name="Console").click()
    await page.get_by_role("button", name="Kill the bot").wait_for()
    found |= await everywhere(page, "console")
    assert found == {}
