"""Makes the new face as sharp, or as grainy, as the picture around it."""

import numpy as np

from bot.engine.imaging import Floats, blur, floats, luma

_SIGMAS = (0.5, 0.7, 0.9, 1.2, 1.6, 2.2, 3.0)


def match_detail(
    face: Floats, target: Floats, weights: tuple[Floats, Floats], width: float, *, seed: int, fineness: float
) -> Floats:
    """Blur a face that is too sharp, or grain one that is too soft.

    `weights` say how surely each is plain skin; `width` is the face's width in these pixels. `seed` decides
    the grain, `fineness` is a factor of the sharpness aimed at.
    """
    sigma = max(0.006 * width, 0.5)
    light = luma(face)
    mine = _fineness(light, weights[0], sigma)
    wanted = fineness * _fineness(luma(target), weights[1], sigma)
    if mine > 1.25 * wanted:
        enough = (s for s in _SIGMAS if _fineness(blur(light, s), weights[0], sigma) < 1.1 * wanted)
        return blur(face, next(enough, _SIGMAS[-1]))
    if mine < 0.75 * wanted:
        strength = min(0.018, float(np.sqrt((0.75 * wanted) ** 2 - mine**2)))
        noise = np.random.default_rng(seed).standard_normal(light.shape, np.float32)
        # The blur takes 1.9 times off the noise's strength; that is given back.
        return floats(face + (1.9 * strength * blur(noise, 0.7))[..., None])
    return face


def _fineness(light: Floats, weight: Floats, sigma: float) -> float:
    """Root mean square of what a small blur takes away, over skin."""
    fine = light - blur(light, sigma)
    return float(np.sqrt((weight * fine * fine).sum() / max(float(weight.sum()), 1e-6)))
