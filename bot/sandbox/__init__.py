"""A stand-in for Discord: the unmodified discord.py client runs against it, connected by address only.

    async with Sandbox.start() as sandbox:
        guild = sandbox.create_guild("Harbour")
        channel, ada = guild.create_channel("general"), guild.join(sandbox.create_user("Ada"))
        with redirected(sandbox.base_url):  # bot.sandbox.doorway
            ...  # start a client with sandbox.token
        await sandbox.wait_until_ready()
        played = await ada.slash(channel, "faceswap", source=Upload("a.jpg", a), target=Upload("b.jpg", b))
        reply = await played.reply()
        chosen = await reply.select("Channels", by=ada, values=[channel])  # custom_id or placeholder
        opened = await reply.press("Limits", by=ada)  # custom_id or label
        sent = await opened.submit({"Swaps a day": "5"}, by=ada)  # custom_ids or labels of the form's fields

    ada.install()  # brings the bot to places where it is no member, such as sandbox.group(ada, bea)
    reply.pictures, reply.pings  # what its galleries show, and whom it notified

Nothing here imports discord.py but `doorway`.
"""

from bot.sandbox.bodies import Limits
from bot.sandbox.errors import NotOffered
from bot.sandbox.permissions import Permission
from bot.sandbox.played import FirstResponse, Form, Picture, Played, Reply
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.uploads import Upload

__all__ = [
    "FirstResponse",
    "Form",
    "Limits",
    "NotOffered",
    "Permission",
    "Picture",
    "Played",
    "Reply",
    "Sandbox",
    "Upload",
]
