"""The world that `python -m bot sandbox` opens with: two servers, and people to be in them."""

import io

from PIL import Image, ImageDraw, ImageOps

from bot.sandbox.permissions import Permission
from bot.sandbox.places import Guild, User
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.web.samples import Sample

MODERATOR = int(Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES | Permission.MODERATE_MEMBERS)
_SIDE = 256

Circles = tuple[tuple[float, float, float, str], ...]
"""Centre and radius in parts of the picture's side, and a colour."""

_BUST: Circles = ((0.5, 0.4, 0.2, "#f4ead8"), (0.5, 1.05, 0.4, "#f4ead8"))
_SWAP: Circles = ((0.36, 0.5, 0.22, "#f4ead8"), (0.64, 0.5, 0.22, "#f2b84b"), (0.5, 0.5, 0.13, "#5b57d1"))
_PEOPLE = (
    # name, about, colour behind a drawn head, portrait to wear instead, the client's language
    ("Nora", "A member: swap two pictures with /faceswap in #faces.", "#3e7c6f", "", "en-US"),
    ("Stella", "In both servers; added the bot to her own account.", "#b5651d", "astronaut.png", "en-US"),
    ("Ines", "A moderator: /faceswap-admin settings opens the panel.", "#7a4b94", "", "en-US"),
    ("Vera", "Owns both servers and may do everything.", "#2f5d8a", "grace_hopper.jpg", "en-GB"),
    ("Jonas", "Lives in the Kupferkessel alone, and his client is German.", "#a23b3b", "", "de"),
)


def town(sandbox: Sandbox, samples: dict[str, Sample]) -> None:
    """Build it; whoever has a portrait among the samples wears it."""
    people: dict[str, User] = {}
    for name, about, colour, portrait, locale in _PEOPLE:
        picture = _square(samples[portrait].data) if portrait in samples else _drawn(colour)
        people[name] = sandbox.create_user(name, avatar=picture, locale=locale)
        people[name].about = about
    bot = sandbox.world.bot
    bot.avatar = sandbox.world.cdn.put_avatar(f"/avatars/{bot.id}", _drawn("#5b57d1", _SWAP))
    nora, stella, ines, vera, jonas = people.values()
    stella.install()
    club = _club(sandbox, vera, samples)
    moderators = club.create_role("Moderators", permissions=MODERATOR)
    for one in (nora, stella):
        club.join(one)
    club.join(ines, roles=(moderators,))
    office = club.create_channel("moderators")
    office.overwrite(club.everyone, deny=Permission.VIEW_CHANNEL)
    office.overwrite(moderators, allow=Permission.VIEW_CHANNEL)
    office.overwrite(club.members[bot.id], allow=Permission.VIEW_CHANNEL)
    kettle = sandbox.create_guild("Kupferkessel", owner=vera, locale="de")
    for name in ("stammtisch", "bilder"):
        kettle.create_channel(name)
    for one in (stella, jonas):
        kettle.join(one)
    for one in people.values():
        sandbox.dm(one)
    sandbox.group(stella, nora, ines, name="Weekend plans")


def _club(sandbox: Sandbox, owner: User, samples: dict[str, Sample]) -> Guild:
    club = sandbox.create_guild("Lantern Club", owner=owner)
    general, faces = club.create_channel("general"), club.create_channel("faces")
    club.create_channel("after-dark", nsfw=True)
    welcome = "Welcome! Try `/faceswap` here, or pick a command from the menu of a message or a person."
    sandbox.write(owner, general, welcome)
    if "rocket.jpg" in samples and "astronaut.png" in samples:
        shown = [samples[name].upload() for name in ("astronaut.png", "rocket.jpg")]
        sandbox.write(owner, faces, "Two from the archive. Which one has a face in it?", shown)
    return club


def _square(data: bytes) -> bytes:
    """Cut the middle out of a portrait; heads are in the upper half."""
    with Image.open(io.BytesIO(data)) as picture:
        return _png(ImageOps.fit(picture.convert("RGB"), (_SIDE, _SIDE), centering=(0.5, 0.1)))


def _drawn(colour: str, circles: Circles = _BUST) -> bytes:
    """Draw circles on a colour, at twice the size for smooth edges."""
    side = _SIDE * 2
    picture = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(picture)
    for x, y, radius, fill in circles:
        box = [(x - radius) * side, (y - radius) * side, (x + radius) * side, (y + radius) * side]
        draw.ellipse(box, fill=fill)
    return _png(picture.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
