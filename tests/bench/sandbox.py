"""How soon the sandbox can be used: the command, its page, the first click, the first result."""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

from playwright.async_api import Page

from tests.browser.chromium import installed, launched
from tests.browser.stage import picture

_ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    """Measure and print."""
    path = installed()
    if path is None:
        print("No Chromium is installed (on the path, or named by CHROMIUM).")
        return
    asyncio.run(_measure(path))


async def _measure(path: str) -> None:
    async with launched(path) as browser:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "sandbox", "--port=0"), cwd=_ROOT, stdout=PIPE
        )
        try:
            assert process.stdout is not None
            line = (await process.stdout.readline()).decode()
            print(f"from the command to its address: {time.perf_counter() - began:.1f} s")
            page = await browser.new_page()
            await page.goto(next(word for word in line.split() if word.startswith("http")))
            first = page.get_by_role("button", name="Try /faceswap")
            await first.wait_for()
            print(f"from the command to a page that works: {time.perf_counter() - began:.1f} s")
            print(f"from the first click to the first result: {await _swap(page):.1f} s")
            print(f"from one more to its result: {await _reroll(page):.1f} s")
        finally:
            process.terminate()
            await process.wait()


async def _swap(page: Page) -> float:
    began = time.perf_counter()
    await page.get_by_role("button", name="Try /faceswap").click()
    await page.get_by_role("form", name="/faceswap").get_by_role("button", name="Send").click()
    return await _shown(page, began)


async def _reroll(page: Page) -> float:
    began = time.perf_counter()
    await page.get_by_role("button", name="Re-roll").click()
    await page.get_by_role("button", name="Re-roll").nth(1).wait_for()
    return await _shown(page, began)


async def _shown(page: Page, began: float) -> float:
    """Seconds until the last message shows a picture that has arrived."""
    image = picture(page.get_by_role("article").last)
    await image.evaluate("(image) => image.decode()")
    return time.perf_counter() - began
