"""What is under the mouse, for the status bar: the pixel, its colour and the object."""

from __future__ import annotations

import math

from vostool.frames import Image
from vostool.gui.canvas.tools.picking import objects_at
from vostool.project.mask_notes import is_occluded
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.words import tr


def describe(project: Project, frame: int | None, image: Image | None, x: float, y: float) -> str:
    """One line on a place of a frame, "" outside it.

    Args:
        image: the frame as it was decoded, (H, W, 3) RGB uint8, whatever it is shown like.
        x, y: image pixels; NaN where the mouse is elsewhere.
    """
    if math.isnan(x) or math.isnan(y) or frame is None:
        return ""
    column, row = math.floor(x), math.floor(y)
    parts = [f"x {column}  y {row}"]
    if image is not None and 0 <= row < image.shape[0] and 0 <= column < image.shape[1]:
        red, green, blue = (int(value) for value in image[row, column])
        parts.append(f"RGB {red} {green} {blue}")
    there = objects_at(project, frame, x, y)
    if there:
        front = project.objects[there[0]]
        behind = f" (+{len(there) - 1})" if len(there) > 1 else ""
        hidden = tr(", occluded") if is_occluded(project, frame, front.id) else ""
        parts.append(f"{object_title(project, front)}{hidden}{behind}")
    return "   ".join(parts)
