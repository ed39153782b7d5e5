"""A picture of results: some frames side by side with their masks drawn in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from vostool.errors import ExportError
from vostool.frames import FrameSource
from vostool.masks.overlay import blend, overlay_rgba
from vostool.project.project import Project
from vostool.project.stacking import front_to_back
from vostool.replacing import replacing

_TILE_WIDTH = 640
_COLUMNS = 3


def write_contact_sheet(project: Project, source: FrameSource, path: Path, count: int = 6) -> None:
    """Write a PNG of ``count`` labelled frames spread evenly, three to a row.

    Raises:
        ExportError: there is nothing to show, or it cannot be written; what was there stays.
        SourceError: a frame could not be decoded.
    """
    labelled = project.masks.frames()
    if not labelled:
        raise ExportError("No frame has a mask yet; track first.")
    picks = np.linspace(0, len(labelled) - 1, min(count, len(labelled))).round().astype(int)
    tiles = [_tile(project, source, labelled[pick]) for pick in picks]
    width, height = tiles[0].size
    rows = -(-len(tiles) // _COLUMNS)
    sheet = PillowImage.new("RGB", (width * min(_COLUMNS, len(tiles)), height * rows))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % _COLUMNS * width, number // _COLUMNS * height))
    try:
        with replacing(path) as beside:
            sheet.save(beside, "PNG")
    except OSError as error:
        raise ExportError(f"The picture '{path}' cannot be written ({error.strerror}).") from error


def _tile(project: Project, source: FrameSource, frame: int) -> PillowImage.Image:
    """One frame at the tile's size; masks are enlarged before their outline is drawn."""
    scale = max(1, round(_TILE_WIDTH / source.info.width))
    size = source.info.width * scale, source.info.height * scale
    picture = PillowImage.fromarray(source.frame(frame)).resize(
        size, PillowImage.Resampling.BICUBIC
    )
    masks = {
        object_id: record.mask.to_array().repeat(scale, axis=0).repeat(scale, axis=1)
        for object_id, record in project.masks.at(frame).items()
    }
    colours = {object_id: shown.colour for object_id, shown in project.objects.items()}
    overlay = overlay_rgba(masks, colours, front_to_back=front_to_back(project))
    tile = PillowImage.fromarray(blend(np.asarray(picture), overlay))
    ImageDraw.Draw(tile).text(
        (8, 6), f"frame {frame}", "white", stroke_width=2, stroke_fill="black"
    )
    return tile
