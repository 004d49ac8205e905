"""Makes `tables.npz`: the mesh's triangles, a symmetric mean face, and which point mirrors which.

Run once, from the project: `python -m bot.engine.make_tables` (needs the assets and pip). The triangles are
those of MediaPipe's FACEMESH_TESSELATION (Apache-2.0, Google), read from the wheel that `assets.toml` pins;
the mean face is measured on the two public-domain portraits, each with its mirror image.
"""

import ast
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from bot.engine.assets import FOLDER, asset, download, manifest
from bot.engine.decode import decode
from bot.engine.face import LEFT_EYE, MOUTH, OVAL, RIGHT_EYE
from bot.engine.geometry import similarity
from bot.engine.imaging import Floats, Ints, floats
from bot.engine.nets import load_nets
from bot.engine.search import largest_face

_CORNERS = ((33, 133, RIGHT_EYE), (263, 362, LEFT_EYE), (78, 308, MOUTH))
_CONNECTIONS = "mediapipe/python/solutions/face_mesh_connections.py"


def main() -> None:
    """Write `tables.npz` beside this module."""
    triangles = np.concatenate([_tesselation(), *(_closing(*corners) for corners in _CORNERS)])
    if len(triangles) != 898 or _boundary(triangles) != set(OVAL):
        raise SystemExit("The tesselation is not the one this engine was made for.")
    mean, mirror = _mean_face()
    out = Path(__file__).with_name("tables.npz")
    np.savez_compressed(out, triangles=triangles.astype(np.int16), mean=mean, mirror=mirror.astype(np.int16))


def _tesselation() -> Ints:
    """Read the edges in the order they are written: each three in a row are a triangle."""
    wheel = manifest()[0]
    with tempfile.TemporaryDirectory() as name:
        download(wheel, Path(name))
        with zipfile.ZipFile(Path(name) / wheel.filename) as archive:
            source = archive.read(_CONNECTIONS).decode()
    text = source.split("FACEMESH_TESSELATION = frozenset(")[1].split(")\n\n")[0].rstrip(") \n")
    edges = np.array(ast.literal_eval(text if text.endswith("]") else f"{text})]"), np.int32)
    return edges.reshape(-1, 3, 2)[:, :, 0]


def _closing(start: int, end: int, loop: list[int]) -> Ints:
    """Triangles across an opening, in a strip from corner to corner."""
    at = loop.index(start)
    turned = loop[at:] + loop[:at]
    half = turned.index(end)
    low, high = turned[: half + 1], [start, *turned[:half:-1], end]
    strip: list[tuple[int, int, int]] = [(start, low[1], high[1])]
    for i in range(1, half - 1):
        strip += [(low[i], low[i + 1], high[i]), (high[i], low[i + 1], high[i + 1])]
    return np.array([*strip, (low[half - 1], end, high[half - 1])], np.int32)


def _boundary(triangles: Ints) -> set[int]:
    """Vertices on edges that belong to one triangle only."""
    edges = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    return {int(vertex) for vertex in unique[counts == 1].ravel()}


def _mean_face() -> tuple[Floats, Ints]:
    """Origin in the centre, unit rms radius, y down; and the mirror index, an involution."""
    nets = load_nets(FOLDER)
    faces: list[Floats] = []
    for name in ("astronaut.png", "grace_hopper.jpg"):
        face = largest_face(nets, decode(asset(name).read_bytes(), 1024).rgb)
        if face is None:
            raise SystemExit(f"no face in {name}")
        faces.append(_unit(face.points))
    flip = floats([-1, 1, 1])
    mean, mirror = faces[1], np.arange(468, dtype=np.int32)
    for _ in range(20):
        # Both faces and both mirror images, each laid over the current mean, then its median made symmetric.
        fitted = [_onto(points, mean) for face in faces for points in (face, (face * flip)[mirror])]
        middle = floats(np.median(fitted, axis=0)) if (mirror != np.arange(468)).any() else mean
        mean = _unit(_upright(middle))
        mirror = _mirror(mean)
        mean = _unit(floats((mean + mean[mirror] * flip) / 2))
    if (mirror[mirror] != np.arange(468)).any() or int((mirror == np.arange(468)).sum()) != 28:
        raise SystemExit("the mirror index is not an involution with 28 fixed points")
    return mean, mirror


def _mirror(mean: Floats) -> Ints:
    """Match each point with its mirror image by optimal assignment (the auction algorithm)."""
    cost = np.linalg.norm(mean[:, None] * floats([-1, 1, 1]) - mean[None], axis=2)
    owner = np.full(468, -1)
    bought = np.full(468, -1)
    price = np.zeros(468)
    while (bought < 0).any():
        bidder = int(np.flatnonzero(bought < 0)[0])
        value = -(cost[bidder].astype(np.float64) ** 2) - price
        best = int(value.argmax())
        margin = value[best] - np.partition(value, -2)[-2]
        price[best] += margin + 1e-7
        if owner[best] >= 0:
            bought[owner[best]] = -1
        owner[best], bought[bidder] = bidder, best
    return bought.astype(np.int32)


def _onto(points: Floats, target: Floats) -> Floats:
    scale, turn, shift = similarity(points, target, np.ones(468, np.float32))
    return floats(scale * points @ turn.T + shift)


def _unit(points: Floats) -> Floats:
    centred = points - points.mean(axis=0)
    return floats(centred / np.sqrt((centred**2).sum(axis=1).mean()))


def _upright(points: Floats) -> Floats:
    """Turn the face so that the eyes and mouth corners of both sides mirror each other."""
    right, left = [33, 133, 61, 46, 234, 98], [263, 362, 291, 276, 454, 327]
    swapped = points.copy()
    swapped[right], swapped[left] = points[left], points[right]
    weights = np.zeros(468, np.float32)
    weights[right + left] = 1
    weights[[10, 152, 1, 168]] = 1
    flip = floats([-1, 1, 1])
    _, turn, _ = similarity(swapped * flip, points, weights)
    # `turn` undoes twice the lean of the face, so half of it stands it upright.
    return points @ _half(turn)


def _half(turn: Floats) -> Floats:
    """The rotation which, done twice, is `turn` (by less than half a turn)."""
    u, _, vt = np.linalg.svd(turn + np.eye(3))
    return floats(u @ vt)


if __name__ == "__main__":
    main()
