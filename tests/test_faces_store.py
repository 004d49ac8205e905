"""Saved faces and open forms in the store, on both engines; and which names a face can have."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import NotYours
from bot.face_names import face_name, suggested
from bot.references import InMessage
from bot.store import faces, forms
from bot.store.database import Store, Transaction
from bot.store.faces import Face
from bot.trust_errors import BadFaceName, FormExpired, TooManyFaces
from tests.stores import START

ADA, BEA = 300, 301


def a_face(name: str, message_id: int = 1) -> Face:
    """A face in a message."""
    return Face(name, InMessage(500, message_id), START)


def names(db: Transaction, user_id: int) -> list[str]:
    """The names of a member's faces."""
    return [face.name for face in faces.of_member(db, user_id)]


async def test_a_face_is_found_by_its_member_alone(store: Store) -> None:
    """In capitals or not, with the message it is in; another member has none of it."""
    face = a_face("Élise")
    assert await store.run(faces.save, ADA, face, 10) is None
    for typed in ("Élise", "éLISE", "E\u0301lise", "  élise "):
        assert await store.run(faces.find, ADA, typed) == face
    assert await store.run(faces.find, ADA, "Elise") is None
    assert await store.run(faces.find, BEA, "Élise") is None
    await store.run(faces.forget, BEA, 1)
    assert await store.run(names, ADA) == ["Élise"]
    await store.run(faces.forget, ADA, 1)
    assert await store.run(names, ADA) == []


async def test_the_same_name_replaces(store: Store) -> None:
    """Even at the limit; a new name is one too many."""
    first, second = a_face("Me", 1), a_face("ME", 2)
    await store.run(faces.save, ADA, first, 1)
    assert await store.run(faces.save, ADA, second, 1) == first
    assert await store.run(faces.of_member, ADA) == [second]
    await store.run(faces.check_room, ADA, "me", 1)
    for call in (
        store.run(faces.check_room, ADA, "You", 1),
        store.run(faces.save, ADA, a_face("You", 3), 1),
    ):
        with pytest.raises(TooManyFaces) as caught:
            await call
        assert caught.value.limit == 1
    assert await store.run(faces.of_member, ADA) == [second]


async def test_the_limit_holds_for_many_at_once(store: Store) -> None:
    """Twelve saves at the same moment leave as many faces as may be; others of the same name leave one."""
    calls = [store.run(faces.save, ADA, a_face(f"face {number}", number), 3) for number in range(12)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(result, TooManyFaces) for result in results) == 9
    assert len(await store.run(names, ADA)) == 3
    same = [store.run(faces.save, BEA, a_face(name, 20 + n), 9) for n, name in enumerate(("a", "A") * 4)]
    replaced = [face.place.message_id for face in await asyncio.gather(*same) if face]
    (kept,) = await store.run(faces.of_member, BEA)
    assert sorted([*replaced, kept.place.message_id]) == list(range(20, 28))


async def test_all_of_a_member_is_forgotten(store: Store) -> None:
    """What privacy needs: which messages are to be deleted; others keep theirs."""
    for user, name, message in ((ADA, "b", 1), (ADA, "a", 2), (BEA, "a", 3)):
        await store.run(faces.save, user, a_face(name, message), 10)
    gone = await store.run(faces.forget_all, ADA)
    assert [(face.name, face.place.message_id) for face in gone] == [("a", 2), ("b", 1)]
    assert await store.run(faces.forget_all, ADA) == []
    assert await store.run(names, BEA) == ["a"]


async def test_a_form_is_taken_once_by_its_reader(store: Store) -> None:
    """By one interaction, however often that arrives; kept until it is closed."""
    await store.run(forms.keep, 1, ADA, ["https://x/1", "https://x/2"], START)
    await store.run(forms.keep, 1, ADA, ["https://x/3"], START)
    with pytest.raises(NotYours):
        await store.run(forms.take, 1, BEA, 50, START)
    for _ in range(2):
        assert await store.run(forms.take, 1, ADA, 50, START) == ["https://x/1", "https://x/2"]
    with pytest.raises(FormExpired):
        await store.run(forms.take, 1, ADA, 51, START)
    await store.run(forms.close, 1)
    with pytest.raises(FormExpired):
        await store.run(forms.take, 1, ADA, 50, START)


async def test_expired_forms_are_erased(store: Store) -> None:
    """At its time a form is dead; the next one that is opened erases what it was about."""
    await store.run(forms.keep, 1, ADA, ["https://x/1"], START)
    late = START + forms.LIFE
    assert await store.run(forms.take, 1, ADA, 50, late - timedelta(milliseconds=1)) == ["https://x/1"]
    with pytest.raises(FormExpired):
        await store.run(forms.take, 1, ADA, 50, late)
    await store.run(forms.keep, 2, ADA, ["https://x/2"], late)
    assert await store.run(lambda db: db.rows("SELECT id FROM forms")) == [{"id": 2}]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  my   face\n", "my face"),
        ("x" * 32, "x" * 32),
        ("私の顔", "私の顔"),
        ("وجهي", "وجهي"),
        ("👩‍🔬", "👩‍🔬"),
        ("a\0b\x1bc\ud800", "abc"),
        ("\u202eevil\u2066", "evil"),
        ("E\u0301", "É"),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(typed: str, name: str) -> None:
    """Any script, without what would turn or break the text around it."""
    assert face_name(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200b", "\u202e", "\u0301", "\0", "x" * 33])
def test_a_name_needs_something_to_see(typed: str) -> None:
    """Nothing, or nothing visible, or too much, is no name."""
    with pytest.raises(BadFaceName):
        face_name(typed)


def test_suggestions_begin_with_what_begins_so() -> None:
    """First the names that begin with what was typed, then those that hold it, each in their order."""
    saved = ["anna", "Banana", "Nan", "Zoe", "Übung"]
    assert suggested(saved, "") == saved
    assert suggested(saved, "nan") == ["Nan", "Banana"]
    assert suggested(saved, "AN") == ["anna", "Banana", "Nan"]
    assert suggested(saved, "u\u0308b") == ["Übung"]
