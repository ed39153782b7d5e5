"""Pictures of an evaluation: truth and result side by side, and J over the frames."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vostool.evaluate.chart import Line, draw_chart
from vostool.evaluate.headless import ids_of
from vostool.evaluate.measured import BAD_IOU, frame_means
from vostool.evaluate.semi_supervised import SequenceRun
from vostool.evaluate.sequence import VOID, Ids
from vostool.frames import Image
from vostool.masks.colours import palette_colour
from vostool.masks.overlay import blend, overlay_rgba

WORST = 4
_TILE_WIDTH = 560

Shown = tuple[int, str]
"""A frame and what is written under its pictures."""


def plot_j(run: SequenceRun) -> PillowImage.Image:
    """J of every object over the frames."""
    step = _usual_step(run.sequence.annotated)
    lines = []
    for object_id, quality in run.objects.items():
        points = [(float(m.frame), m.j) for m in run.measures if m.object_id == object_id]
        name = f"object {object_id} ({quality.j.mean:.3f})"
        lines.append(Line(name, palette_colour(object_id), sorted(points), gap=2 * step))
    title = f"{run.sequence.name}: J by frame"
    return draw_chart(title, lines, "frame", {"IoU 0.5": BAD_IOU})


def worst_frames(run: SequenceRun, count: int = WORST) -> list[Shown]:
    """The frames of the lowest J&F, worst first."""
    means = frame_means(run.measures)
    ordered = sorted(means, key=lambda frame: (means[frame], frame))
    return [(frame, f"J&F {means[frame]:.3f}") for frame in ordered[:count]]


def overview_frames(run: SequenceRun) -> list[Shown]:
    """First, three spread evenly in the middle, and the worst frame."""
    means = frame_means(run.measures)
    annotated = run.sequence.annotated
    last = len(annotated) - 1
    places = dict.fromkeys(round(last * share) for share in (0.0, 0.25, 0.5, 0.75))
    shown = [
        (annotated[p], f"J&F {means[annotated[p]]:.3f}" if annotated[p] in means else "given")
        for p in places
    ]
    return shown + [(frame, f"worst, {text}") for frame, text in worst_frames(run, 1)]


def side_by_side(run: SequenceRun, shown: Sequence[Shown]) -> PillowImage.Image | None:
    """A row for each frame: the truth to the left, the result to the right; None for no frame.

    Raises:
        SourceError, LabelsError: a picture or a mask cannot be read any more.
    """
    rows = []
    with closing(run.sequence.open()) as source:
        for frame, text in shown:
            picture = source.frame(frame)
            truth = painted_tile(picture, run.sequence.truth(frame), f"frame {frame}: truth")
            result = painted_tile(picture, ids_of(run.project, frame), f"result, {text}")
            rows.append((truth, result))
    if not rows:
        return None
    width, height = rows[0][0].size
    sheet = PillowImage.new("RGB", (2 * width, height * len(rows)))
    for number, (truth, result) in enumerate(rows):
        sheet.paste(truth, (0, number * height))
        sheet.paste(result, (width, number * height))
    return sheet


def painted_tile(picture: Image, ids: Ids, text: str) -> PillowImage.Image:
    """One picture with its objects laid over, as wide as the sheet's columns are."""
    found = [int(i) for i in np.unique(ids) if i not in (0, VOID)]
    masks = {object_id: ids == object_id for object_id in found}
    painted = blend(picture, overlay_rgba(masks, {})) if masks else picture
    height, width = picture.shape[:2]
    size = _TILE_WIDTH, max(1, round(height * _TILE_WIDTH / width))
    tile = PillowImage.fromarray(painted).resize(size, PillowImage.Resampling.LANCZOS)
    ImageDraw.Draw(tile).text(
        (8, 6), text, "white", ImageFont.load_default(16), stroke_width=2, stroke_fill="black"
    )
    return tile


def _usual_step(frames: Sequence[int]) -> int:
    """The median distance of annotated frames."""
    return int(np.median(np.diff(frames))) if len(frames) > 1 else 1
