"""A short clip with exact ground truth, made from nothing: what the demo and the tests measure on.

A beetle (1) and a fish (2) cross, the beetle in front; the fish passes wholly behind a post; a
starfish (3) leaves the picture and comes back; the camera pans over a meadow, with sensor noise.
The ids are exact by construction: an object owns the pixels of which it covers at least half.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image as PillowImage

from vostool.errors import ExportError, UsageError
from vostool.evaluate import sprites
from vostool.evaluate.metrics import IdImage
from vostool.evaluate.sprites import Texture
from vostool.frames import Image

SUPERSAMPLING = 2
LABELS = {1: "ladybird", 2: "fish", 3: "starfish"}


@dataclass(frozen=True)
class GeneratedClip:
    """Frames and their truth.

    Attributes:
        frames: RGB (H, W, 3) uint8 each.
        ids: object ids (H, W) uint8 each, 0 is background; objects 1, 2 and 3.
        rate: frames a second.
    """

    frames: tuple[Image, ...]
    ids: tuple[IdImage, ...]
    rate: float


@dataclass(frozen=True, slots=True)
class _Pose:
    """Where a figure is: centre and size as shares of the picture's width and height."""

    x: float
    y: float
    size: float
    angle: float


def generate_clip(
    frame_count: int = 60, width: int = 480, height: int = 270, seed: int = 7, rate: float = 25.0
) -> GeneratedClip:
    """Make the clip; the same arguments give the same pixels.

    Raises:
        UsageError: fewer than 2 frames, or a picture of less than 64x64.
    """
    if frame_count < 2 or min(width, height) < 64:
        raise UsageError("The generated clip needs at least 2 frames of 64x64 pixels or more.")
    scene = _Scene(width, height, seed)
    shots = [scene.shoot(i, i / (frame_count - 1)) for i in range(frame_count)]
    return GeneratedClip(tuple(s[0] for s in shots), tuple(s[1] for s in shots), rate)


class _Scene:
    """The figures and the ground, painted once; each frame only places them."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._seed = seed
        self._width, self._height = width, height
        self._canvas = width * SUPERSAMPLING, height * SUPERSAMPLING
        big_width, big_height = self._canvas
        self._ground = sprites.meadow(rng, int(big_height * 1.3), int(big_width * 1.3))
        self._post = sprites.pillar(rng, int(big_height * 1.4), int(0.23 * big_width))
        side = int(0.22 * big_width)
        self._figures = {
            1: sprites.ladybird(rng, side),
            2: sprites.fish(rng, side),
            3: sprites.starfish(rng, side),
        }

    def shoot(self, index: int, t: float) -> tuple[Image, IdImage]:
        """Frame ``index`` at time ``t`` of 0..1, with its ids."""
        width, height = self._canvas
        pan_x = width * (0.15 - 0.09 * math.sin(5 * t))
        pan_y = height * (0.15 + 0.06 * math.sin(7 * t))
        picture = _placed(self._ground, _shift(-pan_x, -pan_y), (width, height))
        ids = np.zeros((self._height, self._width), np.uint8)
        post_x = 0.82 * width - pan_x
        layers = [
            (3, self._figures[3], self._matrix(_starfish_pose(t))),
            (2, self._figures[2], self._matrix(_fish_pose(t))),
            (0, self._post, _shift(post_x - self._post.shape[1] / 2, -0.05 * height)),
            (1, self._figures[1], self._matrix(_ladybird_pose(t))),
        ]
        for object_id, figure, matrix in layers:
            self._paste(picture, ids, object_id, figure, matrix)
        small = cv2.resize(picture, (self._width, self._height), interpolation=cv2.INTER_AREA)
        noise = np.random.default_rng((self._seed, index)).normal(0, 2.5 / 255, small.shape)
        return np.clip((small + noise) * 255 + 0.5, 0, 255).astype(np.uint8), ids

    def _paste(
        self, picture: Texture, ids: IdImage, object_id: int, figure: Texture, matrix: Texture
    ) -> None:
        """Draw one figure into the canvas and its id into the ids, within its own box only."""
        x0, y0, x1, y1 = self._box(figure, matrix)
        if x1 <= x0 or y1 <= y0:
            return
        n = SUPERSAMPLING
        layer = _placed(figure, _moved(matrix, -x0, -y0), (x1 - x0, y1 - y0))
        alpha = layer[..., 3:]
        part = picture[y0:y1, x0:x1]
        part[:] = part * (1 - alpha) + layer[..., :3] * alpha
        size = (x1 - x0) // n, (y1 - y0) // n
        covered = cv2.resize(layer[..., 3], size, interpolation=cv2.INTER_AREA)
        ids[y0 // n : y1 // n, x0 // n : x1 // n][covered >= 0.5] = object_id

    def _box(self, figure: Texture, matrix: Texture) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 of the placed figure on the canvas, on whole pixels of the picture."""
        height, width = figure.shape[:2]
        corners = np.array(((0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)))
        placed = corners @ matrix.T / SUPERSAMPLING
        low = np.clip(np.floor(placed.min(0)) - 1, 0, (self._width, self._height))
        high = np.clip(np.ceil(placed.max(0)) + 1, 0, (self._width, self._height))
        x0, y0, x1, y1 = (int(v) * SUPERSAMPLING for v in (*low, *high))
        return x0, y0, x1, y1

    def _matrix(self, pose: _Pose) -> Texture:
        """The figure's pixels to the canvas's."""
        width, height = self._canvas
        side = self._figures[1].shape[0]
        scale = pose.size * width / side
        matrix = cv2.getRotationMatrix2D((side / 2, side / 2), pose.angle, scale)
        matrix[:, 2] += (pose.x * width - side / 2, pose.y * height - side / 2)
        return np.asarray(matrix, np.float32)


def _ladybird_pose(t: float) -> _Pose:
    y = 0.56 + 0.08 * math.sin(6 * t)
    return _Pose(0.13 + 0.72 * t, y, 0.17 + 0.02 * math.sin(5 * t), 12 * math.sin(8 * t))


def _fish_pose(t: float) -> _Pose:
    y = 0.5 + 0.06 * math.sin(9 * t + 1)
    return _Pose(0.89 - 0.74 * t, y, 0.17 - 0.015 * math.sin(4 * t), 9 * math.sin(10 * t))


def _starfish_pose(t: float) -> _Pose:
    away = 0.5 * math.sin(math.pi * t) ** 1.5
    return _Pose(0.3 - away, 0.2 + 0.05 * math.sin(6 * t), 0.17, 90 * t)


def _shift(x: float, y: float) -> Texture:
    return np.array(((1, 0, x), (0, 1, y)), np.float32)


def _moved(matrix: Texture, x: float, y: float) -> Texture:
    moved = matrix.copy()
    moved[:, 2] += (x, y)
    return moved


def _placed(picture: Texture, matrix: Texture, size: tuple[int, int]) -> Texture:
    placed = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR)
    return np.asarray(placed, np.float32)


def write_video(clip: GeneratedClip, path: Path) -> None:
    """Write the frames as H.264 in ``path`` (mp4 or mkv), nearly without loss, in any player.

    Raises:
        ExportError: the file cannot be written; what was there stays.
    """
    height, width = clip.frames[0].shape[:2]
    if width % 2 or height % 2:
        raise ExportError(f"H.264 needs even sizes, not {width}x{height}; generate an even one.")
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        with av.open(str(beside), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(clip.rate).limit_denominator())
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.options = {"crf": "8", "preset": "fast"}
            for frame in clip.frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            container.mux(stream.encode(None))
        beside.replace(path)
    except (OSError, av.FFmpegError, ValueError) as error:
        beside.unlink(missing_ok=True)
        raise ExportError(f"The clip cannot be written to {path}: {error}.") from error


def write_ground_truth(clip: GeneratedClip, folder: Path) -> None:
    """Write ``00000.png`` and on: palette PNGs as DAVIS keeps them, the pixel being the id.

    Raises:
        ExportError: ``folder`` holds something already, or cannot be written.
    """
    beside = folder.with_name(f".{folder.name}.part")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ExportError(f"{folder} holds something already; name an empty or new folder.")
        beside.mkdir(parents=True)
        for index, ids in enumerate(clip.ids):
            picture = PillowImage.fromarray(ids)
            picture.putpalette(_davis_palette())
            picture.save(beside / f"{index:05d}.png")
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        raise ExportError(f"The ground truth cannot be written to {folder}: {error}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _davis_palette() -> bytes:
    """The VOC bit palette: the bits of an id, three at a time, from the top bits of R, G, B."""
    palette = np.zeros((256, 3), np.uint8)
    for index in range(256):
        for bit in range(8):
            for channel in range(3):
                palette[index, channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return palette.tobytes()
