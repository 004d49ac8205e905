"""Gives the source's texture the target's light and skin tone, and leaves eyes and teeth their own."""

from dataclasses import dataclass

import cv2
import numpy as np

from bot.engine.face import LEFT_EYE, MOUTH, RIGHT_EYE
from bot.engine.imaging import (
    LUMA,
    Floats,
    blur,
    floats,
    hull,
    luma,
    polygons,
    ramp,
    resize,
    smoothstep,
    thrice,
)
from bot.engine.look import Look

_SPAN = 0.20
"""Sigma of the light that is carried over, in face widths."""

_YELLOW = floats([0.45, 0.13, -1.86])
"""Away from blue, without a change of luma."""


@dataclass(frozen=True)
class Recolouring:
    """Smooth fields at the analysis scale, applied at any size by `apply`."""

    fields: Floats
    """Chroma gain, luma gain - chroma gain, luma offset, chroma shift (3), 1 / luma of the source's skin."""
    skin_chroma: Floats
    skin_share: float
    """0 where the source's skin has no colour to measure against, 1 where it has."""
    fades: bool
    """Whether the target's skin has less colour: then deep red shadows lose in proportion as well."""
    target_chroma: Floats
    colourful: float
    """0 for a grey target picture, 1 for one in colour."""

    def apply(self, texture: Floats, fields: Floats) -> Floats:
        """Recolour `texture` with `fields` of the same size; 0..1."""
        light, own = self._luma_and_projection(texture)
        # Whites of eyes, teeth and brows have little of the skin's tint and so take little of the shift.
        weight = own if self.fades else np.minimum(own, 1) * np.minimum(light * fields[..., 6], 1)
        lit = thrice(fields[..., 1] * light + fields[..., 2])
        out = texture * thrice(fields[..., 0]) + lit + fields[..., 3:6] * thrice(weight)
        if self.colourful < 1:
            grey = luma(floats(out))[..., None]
            out = grey + self.colourful * (out - grey) + (1 - self.colourful) * self.target_chroma
        return _shoulder(floats(out))

    def _luma_and_projection(self, texture: Floats) -> tuple[Floats, Floats]:
        towards = self.skin_chroma - LUMA * self.skin_chroma.sum()
        towards = towards / max(float(self.skin_chroma @ self.skin_chroma), 1e-6)
        both = floats(cv2.transform(texture, np.stack([LUMA, towards])))
        own = np.clip(both[..., 1], 0.1, 1.6)
        return both[..., 0], 1 + self.skin_share * (own - 1)


def plan_recolouring(
    texture: Floats,
    target: Floats,
    weights: tuple[Floats, Floats],
    posed: Floats,
    *,
    width: float,
    look: Look,
) -> Recolouring:
    """Measure texture and target, both at the analysis scale.

    `weights` say how surely each is plain skin, `posed` are the source's points (analysis pixels).
    """
    (low_s, reach_s), (low_t, reach_t) = (
        _low_pass(picture, weight, width) for picture, weight in zip((texture, target), weights, strict=True)
    )
    means = [_mean(picture, weight) for picture, weight in zip((texture, target), weights, strict=True)]
    local = thrice(0.85 * smoothstep(np.minimum(reach_s, reach_t), 0.02, 0.15))
    base_s, base_t = _level(low_s, means[0], local), _level(low_t, means[1], local)
    light_s, light_t = luma(floats(base_s)), luma(floats(base_t))
    ratio = (light_t + 0.03) / (light_s + 0.03)
    contrast = _residual(target, light_t, weights[1]) / max(_residual(texture, light_s, weights[0]), 1e-4)
    gain = np.clip(ratio, 0.4, 1.25) * (1 + 0.7 * (float(np.clip(contrast, 0.8, 1.2)) - 1)) * look.contrast
    chroma_s, chroma_t = (mean - float(mean @ LUMA) for mean in means)
    fades = bool(np.linalg.norm(chroma_t) < min(1.0, float(ratio.mean())) * np.linalg.norm(chroma_s))
    # Eyes and teeth keep their own colours, but not where the scene is much darker: they would glow.
    glint = _eyes_and_mouth(posed, ratio.shape, width) * (1 - smoothstep(floats(0.75 - ratio), 0, 0.35))
    gain += (np.clip(ratio, 0.9, 1.1) - gain) * glint
    spared = 0.2 if fades else 0.7
    wanted = light_s + (1 - 0.4 * glint) * (light_t * look.light - light_s)
    chroma = np.clip(ratio, 0.15, 1)
    own = thrice(floats(chroma)) * (base_s - thrice(light_s))
    tint = look.warmth * _YELLOW * light_t[..., None]
    shift = (look.colour * (base_t - thrice(light_t)) + tint - own) * thrice(1 - spared * glint)
    offset, inverse = wanted - gain * light_s, 1 / np.maximum(light_s, 0.02)
    parts = [chroma, gain - chroma, offset, *np.moveaxis(shift, 2, 0), inverse]
    return Recolouring(
        floats(cv2.merge(parts)),
        floats(chroma_s),
        ramp(float(np.linalg.norm(chroma_s)), 0.03, 0.08),
        fades,
        floats(chroma_t),
        ramp(float(np.linalg.norm(chroma_t)), 0.012, 0.04),
    )


def _eyes_and_mouth(posed: Floats, shape: tuple[int, ...], width: float) -> Floats:
    openings = (hull(posed[part]) for part in (RIGHT_EYE, LEFT_EYE, MOUTH))
    return blur(polygons((shape[0], shape[1]), *openings), max(0.008 * width, 0.3))


def _mean(picture: Floats, weight: Floats) -> Floats:
    return floats(np.einsum("hw,hwc->c", weight, picture) / max(float(weight.sum()), 1e-6))


def _low_pass(picture: Floats, weight: Floats, width: float) -> tuple[Floats, Floats]:
    """The picture blurred over skin alone, and how much skin each blur saw (0..1)."""
    height, wide = weight.shape
    sigma = _SPAN * width
    step = max(1.0, sigma / 3)
    small = max(1, round(wide / step)), max(1, round(height / step))
    weighted = floats(cv2.merge([picture * thrice(weight), weight]))
    spread = blur(resize(weighted, small), sigma / step)
    seen = spread[..., 3]
    low = floats(spread[..., :3] / np.maximum(seen, 1e-4)[..., None])
    return resize(low, (wide, height)), resize(np.ascontiguousarray(seen), (wide, height))


def _level(low: Floats, mean: Floats, local: Floats) -> Floats:
    """Between one mean for all and the local one."""
    everywhere = np.append(mean, 0).astype(np.float64)  # OpenCV's scalar: quicker than a row of three
    return floats(cv2.add(floats(cv2.subtract(low, everywhere)) * local, everywhere))


def _residual(picture: Floats, base: Floats, weight: Floats) -> float:
    return float(np.sqrt((weight * (luma(picture) - base) ** 2).sum() / max(float(weight.sum()), 1e-6)))


def _shoulder(picture: Floats) -> Floats:
    """Bend what would clip to white; clip black."""
    knee = np.float32(0.94)
    over = picture > knee
    if over.any():
        picture[over] = knee + 0.06 * (1 - np.exp((knee - picture[over]) / 0.06))
    return np.maximum(picture, 0, out=picture)
