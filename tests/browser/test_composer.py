"""What the composer and the selects do before anything is sent, as Discord's client does it."""

from playwright.async_api import Page, Request, expect

from tests.browser.stage import Stage, command, drop, send

expect.set_options(timeout=20_000)


def acts(page: Page) -> list[str]:
    """What the page sends from now on; empty where files go along, which Chromium does not show."""
    found: list[str] = []

    def hear(request: Request) -> None:
        if request.url.endswith("/sandbox/acts"):
            found.append((request.post_data_buffer or b"").decode(errors="replace"))

    page.on("request", hear)
    return found


async def test_a_command_is_checked_before_it_is_sent(stage: Stage) -> None:
    """What is out of bounds is said beside the option and not sent; dropped pictures can change places."""
    page = await stage.open(stage.ada)
    sent = acts(page)
    await drop(page)
    form = page.get_by_role("form", name="/faceswap")
    source, target = (form.get_by_role("group", name=name, exact=True) for name in ("source", "target"))
    await expect(source).to_contain_text("astronaut.png")
    await form.get_by_role("button", name="Exchange source and target").click()
    await expect(source).to_contain_text("grace_hopper.jpg")
    await expect(target).to_contain_text("astronaut.png")
    await form.get_by_role("button", name="optional").click()
    await form.get_by_role("button", name="Add quality").click()
    quality = form.get_by_role("textbox", name="quality")
    await quality.fill("500")
    await quality.press("Enter")
    await expect(form).to_contain_text("Between 10 and 100.")
    await expect(quality).to_be_focused()
    await expect(quality).to_have_attribute("aria-invalid", "true")
    assert sent == []
    await quality.fill("50")
    await quality.press("Enter")
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    assert len(sent) == 1


async def test_several_choices_are_sent_when_the_list_closes(stage: Stage) -> None:
    """A select of several channels stays open, and is sent once, with all of them."""
    other = stage.guild.create_channel("elsewhere")
    page = await stage.open(stage.mia)
    await command(page, "faceswap-admin settings")
    await send(page)
    await page.get_by_role("button", name="Everywhere: choose to narrow it").click()
    sent = acts(page)
    for name in ("#pictures", "#elsewhere"):
        await page.get_by_role("option", name=name).click()
        await expect(page.get_by_role("option", name=name)).to_have_attribute("aria-selected", "true")
    assert sent == []
    await page.keyboard.press("Escape")
    chosen = page.get_by_role("button", name="Everywhere: choose to narrow it: #pictures, #elsewhere")
    await expect(chosen).to_be_focused()
    await expect(page.get_by_role("log")).to_contain_text("Allowed channels: pictures, elsewhere")
    assert [all(str(one.id) in body for one in (stage.channel, other)) for body in sent] == [True]
