"""MOTS pictures: 16-bit PNGs of ``class * 1000 + number``, 10000 is a region to ignore.

Layout: ``instances/<frame>.png`` and ``labels.txt`` with a class a line, as datumaro writes them,
or KITTI MOTS' ``instances/<sequence>/<frame>.png``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.id_picture import id_picture, masks_by_id, png_size
from vostool.io.imports.readers.label_tree import LabelTree, open_tree, peek_tree
from vostool.io.imports.readers.pictures.folders import find_folder, mask_pngs
from vostool.io.imports.readers.rows.mots import CLASSES, IGNORE, PER_CLASS, mots_number
from vostool.io.imports.readers.rows.text import classes_beside
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress

_LARGEST_PNG = 256 << 20


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read the pictures of one sequence, one at a time.

    Raises:
        LabelsError: there are several sequences to choose from, or no picture fits the target.
    """
    with open_tree(path) as tree:
        folder = find_folder(tree, str(values["folder"]), "frames")
        names = folder.pictures[None]
        classes = classes_beside(tree, names[0])
        reader = _PictureReader(Collector(tree.shown(folder.video), target), classes or CLASSES)
        places = reader.out.place([Picture(name) for name in names], values)
        for number, (name, frame) in enumerate(zip(names, places, strict=True)):
            progress(number, len(names), name)
            reader.picture(tree, name, frame)
    return reader.result([ImportedLabel(label) for label in classes.values()])


class _PictureReader:
    def __init__(self, out: Collector, classes: Mapping[int, str]) -> None:
        self.out = out
        self._classes = classes
        self._ignored: list[str] = []
        self._seen: set[int] = set()

    def picture(self, tree: LabelTree, name: str, frame: int | None) -> None:
        """Read one PNG."""
        short = PurePosixPath(name).name
        target = self.out.target
        if frame is None or frame in self._seen:
            why = "the video has no such frame" if frame is None else f"frame {frame} stands twice"
            self.out.skip(f"{short}: {why}; the picture was left out.")
            return
        self._seen.add(frame)
        try:
            ids, _ = id_picture(tree.read(name, _LARGEST_PNG), target.width, target.height)
            masks = masks_by_id(ids)
        except ValueError as error:
            self.out.skip(f"{short}: {error}; the picture was left out.")
            return
        for value, mask in masks.items():
            kind = value // PER_CLASS
            if kind == IGNORE:
                self._ignored.append(short)
                continue
            label = self._classes.get(kind, f"class {kind}")
            self.out.declare(value, label, mots_number(value, kind))
            self.out.add(frame, value, label, mask, f"{short}, id {value}")

    def result(self, labels: list[ImportedLabel]) -> Imported:
        """Everything read."""
        if self._ignored:
            self.out.skip(
                f"Regions to ignore (class {IGNORE}) were left out on "
                f"{counted(len(self._ignored), 'picture')} ({some(self._ignored)})."
            )
        return self.out.result(labels)


def detect(path: Path) -> bool:
    """True where the first and the last PNG hold 16-bit ids with a class."""
    try:
        with peek_tree(path) as tree:
            names = mask_pngs(tree)
            looked = {*names[:1], *names[-1:]}
            return bool(looked) and all(_has_classes(tree, name) for name in looked)
    except (LabelsError, OSError):
        return False


def _has_classes(tree: LabelTree, name: str) -> bool:
    data = tree.read(name, _LARGEST_PNG)
    try:
        width, height = png_size(data)
        if width * height > 64 << 20 or data[24:25] != b"\x10":
            return False
        ids, _ = id_picture(data, width, height)
    except ValueError:
        return False
    found = ids[ids > 0]
    # KITTI's other pictures are class * 256 + number, with classes up to 33; they lie in
    # "instance", without classes of their own.
    listed = "instances" in PurePosixPath(tree.path.as_posix(), name).parts
    return bool(found.size) and bool((found >= PER_CLASS).all()) and listed


MOTS_PNG = ImportFormat(
    name="mots-png",
    title="MOTS masks (16-bit PNGs)",
    suffixes=(".png", ".zip", ""),
    keeps=("exact masks", "object ids", "labels (labels.txt, or MOTS' car and pedestrian)"),
    loses=("regions to ignore (class 10)",),
    detect=detect,
    read=read,
    options=(OptionSpec("folder", "Folder, where there are several sequences", ""), *NAME_OPTIONS),
)
"""MOTS pictures."""
