"""An automated accessibility check: nothing serious in either theme, wide or narrow, whatever is open."""

from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import NARROW, WIDE, Stage, command, picture, send, swap

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

AT_REST = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

MOVING_TO_LIGHT = """() => {
    document.documentElement.dataset.theme = "light";
    return document.getAnimations().map((one) => `${one.transitionProperty}: ${one.effect.target.className}`);
}"""


async def findings(page: Page) -> list[str]:
    """What is serious or critical, and where."""
    told: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[(node['target'], node['failureSummary']) for node in one['nodes']]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


Look = tuple[str, Literal["dark", "light"]]
SIZES = {"wide": WIDE, "narrow": NARROW}


async def everywhere(page: Page, state: str, looks: list[Look]) -> dict[str, list[str]]:
    """What is found in this state of the page, in these sizes and themes."""
    found: dict[str, list[str]] = {}
    for size, theme in looks:
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=theme)
        await expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
        await page.evaluate(AT_REST)
        found[f"{state}, {size}, {theme}"] = await findings(page)
    return {where: serious for where, serious in found.items() if serious}


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([("wide", "dark"), ("narrow", "light")], id="two looks"),
        pytest.param([("wide", "light"), ("narrow", "dark")], id="the others", marks=pytest.mark.soak),
    ],
)
async def test_nothing_serious_is_found(stage: Stage, looks: list[Look]) -> None:
    """A channel with a result and the moderators' panel; a form; a command; the console."""
    page = await stage.open(stage.mia)
    await page.evaluate(AXE)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    await command(page, "faceswap-admin settings")
    await send(page)
    await page.get_by_role("button", name="Change numbers").wait_for()
    found = await everywhere(page, "channel", looks)
    await page.get_by_role("button", name="Change numbers").click()
    await page.get_by_role("dialog").wait_for()
    found |= await everywhere(page, "form", looks)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await command(page, "faceswap")
    found |= await everywhere(page, "command", looks)
    await page.get_by_role("button", name="Console").click()
    await page.get_by_role("button", name="Kill the bot").wait_for()
    found |= await everywhere(page, "console", looks)
    assert found == {}


async def test_less_motion_means_none(stage: Stage) -> None:
    """Who asked for less motion sees another theme at once, however deep a text lies in others."""
    page = await stage.open(stage.mia)
    await command(page, "faceswap-admin settings")
    await send(page)
    await page.get_by_role("button", name="Change numbers").wait_for()
    await page.evaluate(AT_REST)
    moving: list[str] = await page.evaluate(MOVING_TO_LIGHT)
    assert moving == []
