"""Makes the README's picture of the sandbox: `python -m tests.browser.screenshot [FILE]`.

It is the real thing: what `python -m bot sandbox` serves, with a swap in it.
"""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image

from bot.playground.playground import open_playground
from tests.browser.chromium import installed, launched
from tests.browser.stage import picture, swap

SIZE = (1200, 800)
COLOURS = 256
OUT = Path(__file__).parent.parent.parent / "docs" / "sandbox.png"


def main(out: Path) -> None:
    """Take the picture and keep it."""
    out.write_bytes(small(asyncio.run(take())))
    print(f"{out}: {out.stat().st_size:,} bytes")  # noqa: T201 - a script prints


async def take() -> bytes:
    """Let Nora swap two portraits."""
    path = installed()
    if path is None:
        raise SystemExit("No Chromium is installed (on the path, or named by CHROMIUM).")
    async with open_playground() as playground, launched(path) as browser:
        width, height = SIZE
        page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark")
        await page.goto(playground.sandbox.base_url)
        await page.get_by_role("link", name="faces").click()
        await page.get_by_role("heading", name="faces").first.wait_for()
        result = await swap(page)
        await result.get_by_role("button", name="Re-roll").wait_for()
        await picture(result).evaluate("(image) => image.decode()")
        await page.mouse.move(0, 0)
        return await page.screenshot(animations="disabled")


def small(screenshot: bytes) -> bytes:
    """The same picture in few colours."""
    with Image.open(io.BytesIO(screenshot)) as whole:
        few = whole.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT)
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
