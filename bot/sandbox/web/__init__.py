"""The sandbox's page: what a person sees of it and does in it, over HTTP on loopback.

    page = Page(samples=samples())
    async with Sandbox.start(port=8080, page=page) as sandbox:
        town(sandbox, page.samples)
        page.console = ...  # for engineers; optional

Open `sandbox.base_url` in a browser. Nothing asks who somebody is: whoever reaches the port plays everybody.
"""

from bot.sandbox.web.console import Console, Refused
from bot.sandbox.web.page import Page
from bot.sandbox.web.samples import Sample, samples
from bot.sandbox.web.town import town

__all__ = ["Console", "Page", "Refused", "Sample", "samples", "town"]
