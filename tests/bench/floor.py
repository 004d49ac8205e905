"""Two bots to measure ours against: plain aiohttp, one process, no ledger, no progress, no checks.

`python -m tests.bench.floor equal|bare`, configured like the bot itself, by DISCORD_SANDBOX_URL,
DISCORD_TOKEN, SEGMIND_BASE_URL, SEGMIND_API_KEY, C2PA_CERT and C2PA_KEY.

*Bare* does what no bot can leave out: it acknowledges, posts to the API, and edits the answer with the bytes
that it got. *Equal* does beside that what ours does to the bytes: it downloads both pictures and takes their
SHA-256, decodes the result once, writes the XMP mark beside the pixels, and signs with the same library and
the same kind of pair; it reads nothing back. Both read the gateway over a websocket as any client does, keep
connections alive, and use threads for what takes the CPU.
"""

import asyncio
import hashlib
import io
import json
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import aiohttp
from PIL import Image

from bot import manifests
from bot.certificate import read_pair
from bot.containers import marked
from bot.marker import XMP, manifest_of
from bot.pictures import Kind
from bot.provenance import SWAP
from bot.segmind_wire import SWAP_PATH

Json = dict[str, Any]

_DISPATCH, _HEARTBEAT, _IDENTIFY, _HELLO = 0, 1, 2, 10
_ATTACHMENT, _INTEGER = 11, 4
_COMPONENTS_V2 = 1 << 15

_COMMAND = {
    "name": "faceswap",
    "description": "Put the face of one picture into another",
    "options": [
        {"type": _ATTACHMENT, "name": "source", "description": "The face to use", "required": True},
        {"type": _ATTACHMENT, "name": "target", "description": "The picture", "required": True},
        {"type": _INTEGER, "name": "seed", "description": "The same number gives the same again"},
    ],
}


class Signer:
    """Signs as the bot does, without reading back what was written."""

    def __init__(self) -> None:
        pair = read_pair(os.environ["C2PA_CERT"], os.environ["C2PA_KEY"], datetime.now(UTC))
        self._context = manifests.signing(pair, ("c2pa.actions", SWAP))

    def signed(self, picture: bytes, swap_id: int) -> bytes:
        """Decode the picture once, mark it, and sign it."""
        Image.open(io.BytesIO(picture)).load()
        statement = manifest_of(swap_id, datetime.now(UTC))
        return manifests.sign(self._context, "image/png", marked(picture, Kind.PNG, XMP), statement)


class Floor:
    """One bot; `signer` is None for the bare one."""

    def __init__(self, session: aiohttp.ClientSession, signer: Signer | None) -> None:
        self._session = session
        self._signer = signer
        self._rest = f"{os.environ['DISCORD_SANDBOX_URL']}/api/v10"
        self._token = os.environ["DISCORD_TOKEN"]
        self._api = os.environ["SEGMIND_BASE_URL"] + SWAP_PATH
        self._key = {"x-api-key": os.environ["SEGMIND_API_KEY"]}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Answer every command until the gateway is gone."""
        gateway = f"{os.environ['DISCORD_SANDBOX_URL']}/gateway"
        async with self._session.ws_connect(gateway, params={"v": "10", "encoding": "json"}) as socket:
            async for frame in socket:
                event = json.loads(frame.data)
                if event["op"] == _HELLO:
                    self._go(self._beat(socket, event["d"]["heartbeat_interval"] / 1000))
                    identity: Json = {"token": self._token, "intents": 1, "properties": {}}
                    await socket.send_json({"op": _IDENTIFY, "d": identity})
                elif event["t"] == "READY":
                    self._go(self._register(event["d"]["application"]["id"]))
                elif event["t"] == "INTERACTION_CREATE":
                    self._go(self._swap(event["d"]))

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await socket.send_json({"op": _HEARTBEAT, "d": None})

    async def _register(self, application: str) -> None:
        url = f"{self._rest}/applications/{application}/commands"
        headers = {"Authorization": f"Bot {self._token}"}
        async with self._session.put(url, json=[_COMMAND], headers=headers) as answer:
            answer.raise_for_status()

    async def _swap(self, asked: Json) -> None:
        url = f"{self._rest}/interactions/{asked['id']}/{asked['token']}/callback"
        async with self._session.post(url, json={"type": 5}) as answer:
            answer.raise_for_status()
        options = {one["name"]: one["value"] for one in asked["data"]["options"]}
        files = asked["data"]["resolved"]["attachments"]
        source, target = (files[options[name]]["url"] for name in ("source", "target"))
        if self._signer:
            await asyncio.to_thread(_digests, *await asyncio.gather(self._get(source), self._get(target)))
        body = {"source_image": source, "target_image": target, "image_format": "png", "quality": 95}
        async with self._session.post(self._api, json=body, headers=self._key) as answer:
            answer.raise_for_status()
            picture = await answer.read()
        if self._signer:
            picture = await asyncio.to_thread(self._signer.signed, picture, int(asked["id"]))
        await self._show(asked, picture)

    async def _get(self, url: str) -> bytes:
        async with self._session.get(url) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def _show(self, asked: Json, picture: bytes) -> None:
        name = f"faceswap-{asked['id']}.png"
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps(_message(asked, name)), content_type="application/json")
        form.add_field("files[0]", io.BytesIO(picture), filename=name, content_type="image/png")
        url = f"{self._rest}/webhooks/{asked['application_id']}/{asked['token']}/messages/@original"
        async with self._session.patch(url, data=form) as answer:
            answer.raise_for_status()
            await answer.read()


def _digests(*pictures: bytes) -> list[bytes]:
    return [hashlib.sha256(one).digest() for one in pictures]


def _message(asked: Json, name: str) -> Json:
    """An answer of the same shape as the bot's: a line, the picture, a receipt and six buttons."""
    rows = [
        {"type": 1, "components": [_button(asked, row * 4 + n) for n in range(count)]}
        for row, count in enumerate((4, 2))
    ]
    picture = {"media": {"url": f"attachment://{name}"}, "description": "A face swap"}
    container = {
        "type": 17,
        "components": [
            {"type": 10, "content": "A face swap"},
            {"type": 12, "items": [picture]},
            {"type": 10, "content": "5¢ · seed 7 · 1 s"},
        ],
    }
    return {
        "flags": _COMPONENTS_V2,
        "components": [container, *rows],
        "attachments": [{"id": 0, "filename": name, "description": "A face swap"}],
    }


def _button(asked: Json, number: int) -> Json:
    return {"type": 2, "style": 2, "label": f"Button {number}", "custom_id": f"b{number}:{asked['id']}"}


async def _main(kind: str) -> None:
    signer = Signer() if kind == "equal" else None
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await Floor(session, signer).run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
