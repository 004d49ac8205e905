"""How Discord shows the commands: their names and descriptions, in each language there is a catalogue for."""

import discord
from discord import app_commands

from bot.language import CATALOGUES, translation


class CommandTranslator(app_commands.Translator):
    """Looks up what is published of the commands; a text's place, such as "option name", is its context."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in the language of this locale, or None where it stays English."""
        if locale.value not in CATALOGUES:
            return None  # most of them, and every text is asked for in each
        return translation(locale.value, context_of(context.location), string.message)


def context_of(location: app_commands.TranslationContextLocation) -> str:
    """The context of a text in the catalogues."""
    return location.name.replace("_", " ").replace("parameter", "option")
