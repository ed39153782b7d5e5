"""A distribution of another maker's, as pip would lay it out: modules, metadata, entry points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

STILL_ENGINE = '''
from vostool.masks.mask import Mask
from vostool.models.engine import EngineInfo, SegmentReply, TrackedFrame, tracked_span
from vostool.models.spec import EngineSpec


class StillEngine:
    """Fills a box, and keeps every mask where it was."""

    info = EngineInfo("still", "Still life")

    def open(self, source):
        self.size = source.info.height, source.info.width

    def close(self):
        pass

    def segment(self, request):
        box = request.prompts.box
        mask = Mask.empty(*self.size).to_array()
        mask[int(box.y0):int(box.y1), int(box.x0):int(box.x1)] = True
        return SegmentReply(Mask.from_array(mask), 0.5)

    def track(self, request, cancelled):
        for frame in range(request.first, request.last + 1):
            if cancelled():
                return
            yield TrackedFrame(frame, {
                key.object_id: SegmentReply(key.mask or self.segment(key).mask, 0.5)
                for key in request.keyframes
                if frame in tracked_span(request, key.object_id, True)
            })


ENGINE = EngineSpec(name="still", title="Still life", load=lambda *_: StillEngine())
'''


MIDDLE_FINDER = '''
import numpy as np

from vostool.finders.finder import Candidate, FinderInfo, Look, Way
from vostool.finders.spec import FinderSpec
from vostool.masks.box import Box
from vostool.masks.mask import Mask


class MiddleFinder:
    """Finds one thing, in the middle of every frame."""

    info = FinderInfo("middle", "The middle", (Way.TEXT,))

    def find(self, view, question):
        yield Look(0, 1)
        height, width = view.picture.shape[:2]
        pixels = np.zeros((height, width), bool)
        pixels[height // 4 : height // 2, width // 4 : width // 2] = True
        box = Box(width // 4, height // 4, width // 2, height // 2)
        found = Candidate(box, 0.9, question.phrases[0], Mask.from_array(pixels))
        yield Look(1, 1, (found,))

    def close(self):
        pass


FINDER = FinderSpec(name="middle", title="The middle", ways=(Way.TEXT,),
                    load=lambda *_: MiddleFinder())
'''


COUNTING_EXPORT = '''
from vostool.io.exports.format import ExportFormat


class Writer:
    """How many masks each frame has."""

    def __init__(self, dataset, folder, values):
        self.folder, self.lines = folder, []

    def write(self, frame):
        self.lines.append(f"{frame.index} {len(frame.masks)}")

    def picture_path(self, frame):
        return f"{frame.name}{frame.plan.ending}"

    def finish(self):
        self.folder.write("counts.txt", "\\n".join(self.lines).encode())
        return []

    def close(self):
        pass


FORMAT = ExportFormat(
    name="counts", title="Masks counted", main="counts.txt", suffix=".txt",
    keeps=("how many masks a frame has",), loses=("everything else",), open=Writer,
)
'''

LINES_IMPORT = """
from vostool.io.imports.format import Imported, ImportedObject, ImportFormat, Shape
from vostool.masks.mask import Mask


def detect(path):
    return path.suffix == ".lines"


def read(path, target, values, progress):
    shapes = []
    for line in path.read_text().split():
        frame, x0, y0, x1, y1 = map(int, line.split(","))
        mask = Mask.empty(target.height, target.width).to_array()
        mask[y0:y1, x0:x1] = True
        shapes.append(Shape(frame=frame, label="thing", mask=Mask.from_array(mask), track="1"))
    return Imported((ImportedObject("1", "thing"),), tuple(shapes))


FORMAT = ImportFormat(
    name="lines", title="A box a line", suffixes=(".lines",), keeps=("boxes",), loses=(),
    detect=detect, read=read,
)
"""


def write_distribution(
    folder: Path, modules: Mapping[str, str], entry_points: Mapping[str, Mapping[str, str]]
) -> Path:
    """Lay out ``scratch 1.0`` so that it counts as installed where ``folder`` is on the path.

    Args:
        modules: source by module name.
        entry_points: "module:attribute" by name, by group.
    """
    info = folder / "scratch-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scratch\nVersion: 1.0\n")
    lines = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)
    return folder
