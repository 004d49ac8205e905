"""What people do on the page, through the real bot: in each test a server of its own."""

from playwright.async_api import Page, expect

from tests.browser.stage import Stage, command, is_loaded, picture, send, swap

REROLL = "Re-roll · 5¢"


async def test_two_dropped_pictures_become_one(stage: Stage) -> None:
    """From the drop to the result: the command opens by itself, the picture and its price are shown."""
    page = await stage.open(stage.ada)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    assert await is_loaded(picture(result))
    await expect(result).to_contain_text("$0.05")
    await expect(result.get_by_role("button", name=REROLL)).to_be_enabled()


async def test_an_error_of_the_api_is_shown(stage: Stage) -> None:
    """A switch in the console lets the next call fail: the member reads why, and that it cost nothing."""
    page = await stage.open(stage.ada)
    await page.get_by_role("button", name="Console").click()
    switch = page.get_by_role("button", name="400: invalid parameters")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    result = await swap(page)
    await expect(result).to_contain_text("did not accept these pictures")
    await expect(result).to_contain_text("You were not charged")
    await expect(page.get_by_role("complementary", name="Console")).to_contain_text("/v1/faceswap-v5")


async def test_a_moderator_lowers_the_limit(stage: Stage) -> None:
    """One form in the panel, and the member's next swap is refused, to the member alone."""
    page, panel = await stage.open(stage.ada), await stage.open(stage.mia)
    await command(panel, "faceswap-admin settings")
    await send(panel)
    await panel.get_by_role("button", name="Change numbers").click()
    form = panel.get_by_role("dialog", name="Limits and budgets")
    await form.get_by_role("textbox").first.fill("0")
    await form.get_by_role("button", name="Submit").click()
    await expect(panel.get_by_role("log")).to_contain_text("Swaps per member in 24 hours: 0")
    refusal = await swap(page)
    await expect(refusal).to_contain_text("Only you can see this")
    await expect(refusal).to_contain_text("Swaps in this server are switched off")
    await expect(picture(refusal)).to_have_count(0)


async def test_a_killed_bot_rerolls_what_it_had_made(stage: Stage) -> None:
    """Killed and started from the console, the bot knows the result, and makes another one of it."""
    page = await stage.open(stage.ada)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    await stage.settled()
    await page.get_by_role("button", name="Console").click()
    await page.get_by_role("button", name="Kill the bot").click()
    await expect(page.get_by_text("is offline")).to_be_visible()
    await page.get_by_role("button", name="Start the bot").click()
    await expect(page.get_by_text("is online")).to_be_visible()
    await result.get_by_role("button", name=REROLL).click()
    again = page.get_by_role("article").nth(1)
    await expect(picture(again)).to_be_visible()
    assert await is_loaded(picture(again))
    await expect(picture(result)).to_be_visible()


async def test_a_report_hides_the_picture(stage: Stage) -> None:
    """From a message's menu to the form, and what everybody saw is gone for everybody."""
    page, other = await stage.open(stage.ada), await stage.open(stage.mia)
    result = await swap(page)
    await expect(picture(result)).to_be_visible()
    await stage.settled()
    seen = other.get_by_role("article").first
    await expect(picture(seen)).to_be_visible()
    await seen.hover()
    await seen.get_by_role("button", name="More").click()
    await other.get_by_role("menuitem", name="Report face swap").click()
    form = other.get_by_role("dialog")
    await form.get_by_role("button", name="What is wrong with it?").click()
    await other.get_by_role("option").first.click()
    await form.get_by_role("button", name="Submit").click()
    for one in (result, seen):
        await expect(one).to_contain_text("report", ignore_case=True)
        await expect(picture(one)).to_have_count(0)


async def test_what_is_ephemeral_is_seen_by_one(stage: Stage) -> None:
    """A private answer is marked for its member, reaches no other page, and once dismissed stays away."""
    page, other = await stage.open(stage.ada), await stage.open(stage.mia)
    await command(page, "credits show")
    await send(page)
    private = page.get_by_role("article", name="only you can see this")
    await expect(private).to_contain_text("10 left")
    await page.get_by_role("textbox", name="Message").fill("Did you see that?")
    await page.keyboard.press("Enter")
    await expect(other.get_by_role("article")).to_have_count(1)
    await expect(other.get_by_role("article")).to_contain_text("Did you see that?")
    await expect(page.get_by_role("article")).to_have_count(2)
    await private.get_by_role("button", name="Dismiss message").click()
    await expect(private).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("article")).to_have_count(1)


async def test_what_the_page_does_not_know_is_shown_loudly(stage: Stage) -> None:
    """A component that Discord may add tomorrow: its type and all that it says."""
    sandbox = stage.playground.sandbox
    message = sandbox.write(stage.ada, stage.channel, "")
    message.components = [{"type": 99, "id": 1, "flavour": "peach"}]
    page = await stage.open(stage.mia)
    shown = page.get_by_role("article")
    await expect(shown).to_contain_text("Unknown component type 99")
    await expect(shown).to_contain_text('"flavour": "peach"')


async def test_a_swap_without_a_mouse(stage: Stage) -> None:
    """From the first Tab to the result with the keyboard alone, out of the ready-made portraits."""
    page = await stage.open(stage.ada)
    press = page.keyboard.press
    await press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await press("Enter")
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    await page.keyboard.type("/faceswap")
    await expect(page.get_by_role("option", name="/faceswap").first).to_be_visible()
    await press("Enter")
    form = page.get_by_role("form", name="/faceswap")
    for portrait in ("Astronaut", "Admiral"):
        await until_focused(page, "Ready-made portraits")
        await press("Enter")
        await page.keyboard.type(portrait)
        await expect(page.get_by_role("option")).to_have_count(1)
        await press("Enter")
    await expect(form.get_by_role("button", name="Remove A")).to_have_count(2)
    await until_focused(page, "Send")
    await press("Enter")
    await expect(picture(page.get_by_role("article").first)).to_be_visible()


async def until_focused(page: Page, name: str) -> None:
    """Press Tab until a button of this name has the focus."""
    for _ in range(40):
        focused = await page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        )
        if focused.startswith(name):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached")
