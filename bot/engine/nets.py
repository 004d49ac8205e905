"""The three networks of one worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bot.engine.assets import asset
from bot.engine.detect import Detector, full_range, short_range
from bot.engine.mesh import Mesher


@dataclass(frozen=True)
class Nets:
    """Loaded once a worker, used by one thread."""

    near: Detector
    far: Detector
    mesher: Mesher


def load_nets(folder: Path) -> Nets:
    """Load the models; raises AssetError when one is missing or altered."""
    return Nets(
        short_range(_net(asset("face_detection_short_range.tflite", folder))),
        full_range(_net(asset("face_detection_full_range.tflite", folder))),
        Mesher(_net(asset("face_landmark.tflite", folder))),
    )


def _net(path: Path) -> Any:  # noqa: ANN401 - OpenCV's stubs do not type a network's calls
    # By content: OpenCV cannot open a path with letters outside the code page on Windows.
    model = np.frombuffer(path.read_bytes(), np.uint8)
    read: Any = cv2.dnn.readNetFromTFLite
    # OpenCV 5's new engine returns the first output only; 4.x has just the classic one.
    engine: int | None = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    return read(model) if engine is None else read(model, engine=engine)
