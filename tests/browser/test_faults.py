"""What goes wrong with Discord, as people see it on the page: mostly not at all."""

import pytest
from playwright.async_api import expect

from tests.browser.stage import Stage, command, picture, send, swap


@pytest.mark.soak
@pytest.mark.parametrize("fault", ["discord-429", "discord-500", "discord-502", "discord-cut"])
async def test_a_fault_of_discord_is_survived(stage: Stage, fault: str) -> None:
    """Two of the bot's requests fail, and the picture comes all the same."""
    page = await stage.open(stage.ada)
    await stage.playground.console.do({"do": "fault", "id": fault, "times": 2})
    await expect(picture(await swap(page))).to_be_visible()
    await stage.settled()


@pytest.mark.soak
async def test_a_dropped_socket_is_survived(stage: Stage) -> None:
    """The bot resumes, and answers what was asked meanwhile."""
    page = await stage.open(stage.ada)
    await stage.playground.console.do({"do": "drop-socket"})
    await command(page, "credits show")
    await send(page)
    await expect(page.get_by_role("article", name="only you can see this")).to_contain_text("10 left")


@pytest.mark.soak
async def test_a_late_first_answer_is_told(stage: Stage) -> None:
    """After three seconds without an answer the page says so, as Discord's client does."""
    page = await stage.open(stage.ada)
    await stage.playground.console.do({"do": "fault", "id": "discord-slow-ack", "times": 1})
    await command(page, "credits show")
    await send(page)
    await expect(page.get_by_text("The application did not respond").first).to_be_visible()
