"""VOC's segmentation layout, which CVAT calls "Segmentation mask 1.1".

``SegmentationClass/<frame>.png`` paints every pixel in the colour of its class, as ``labelmap.txt``
lists them; ``SegmentationObject/<frame>.png`` paints each instance in a colour of its own, numbered
anew in every picture. So instances have a class, but no identity through time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.id_picture import colour_picture, masks_by_id
from vostool.io.imports.readers.label_tree import LabelTree, open_tree, peek_tree
from vostool.io.imports.readers.pictures.labelmap import BACKGROUND, labelmap_beside
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.colours import Colour
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr

CLASSES, INSTANCES = "SegmentationClass", "SegmentationObject"
_VOID = 0xE0E0C0  # VOC's border between objects
_LARGEST_PNG = 256 << 20

Codes = NDArray[np.int32]


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read the pictures of one data set, one frame at a time.

    Raises:
        LabelsError: there are several data sets to choose from, or no picture fits the target.
    """
    with open_tree(path) as tree:
        root = _root(tree, str(values["folder"]))
        pictures = _pictures(tree, root)
        reader = _VocReader(Collector(f"'{path.name}'", target), labelmap_beside(tree, root))
        places = reader.out.place([Picture(name) for name in pictures], values)
        for number, (name, frame) in enumerate(zip(pictures, places, strict=True)):
            progress(number, len(pictures), name)
            reader.frame(tree, name, pictures[name], frame)
    return reader.result()


def _root(tree: LabelTree, given: str) -> str:
    """The folder that holds the folders of classes and instances."""
    found = sorted(
        {
            PurePosixPath(*parts[: parts.index(part)]).as_posix()
            for name in tree.ending(".png")
            for parts in [PurePosixPath(name).parts]
            for part in (CLASSES, INSTANCES)
            if part in parts[:-1]
        }
    )
    chosen = [root for root in found if not given or given in (root, PurePosixPath(root).name)]
    if len(chosen) != 1:
        raise LabelsError(
            tr(
                "'{path_name}' holds {count} data sets ({some}); choose one "
                "with the option 'folder'.",
                path_name=tree.path.name,
                count=len(chosen),
                some=some(found) or "none",
            )
        )
    return chosen[0]


def _pictures(tree: LabelTree, root: str) -> dict[str, dict[str, str]]:
    """By the name of a frame, with its folders: the pictures of classes and of instances."""
    found: dict[str, dict[str, str]] = {}
    for kind in (CLASSES, INSTANCES):
        folder = PurePosixPath(root) / kind
        for name in tree.ending(".png"):
            path = PurePosixPath(name)
            if folder in path.parents:
                found.setdefault(path.relative_to(folder).as_posix(), {})[kind] = name
    return dict(sorted(found.items()))


class _VocReader:
    def __init__(self, out: Collector, colours: Mapping[str, Colour]) -> None:
        self.out = out
        self._colours = colours
        self._labels = {_code(colour): label for label, colour in colours.items()}
        self._order = [_code(colour) for colour in colours.values()]
        self._seen: dict[int, str] = {}
        self._unknown: set[str] = set()
        self._instances = False

    def frame(
        self, tree: LabelTree, name: str, pictures: Mapping[str, str], frame: int | None
    ) -> None:
        """Read what the pictures of one frame show."""
        if frame is None or frame in self._seen:
            why = "this video has no such frame"
            if frame is not None:
                why = f"frame {frame} is {self._seen[frame]} already"
            self.out.skip(f"{name}: {why}; the picture was left out.")
            return
        self._seen[frame] = name
        try:
            classes = self._codes(tree, pictures.get(CLASSES))
            instances = self._codes(tree, pictures.get(INSTANCES))
            self._add(frame, name, classes, instances)
        except ValueError as error:
            self.out.skip(f"{name}: {error}; the picture was left out.")

    def _codes(self, tree: LabelTree, name: str | None) -> Codes | None:
        if name is None:
            return None
        target = self.out.target
        colours, index = colour_picture(tree.read(name, _LARGEST_PNG), target.width, target.height)
        known = all(int(code) in self._labels for code in np.unique(colours) if code != _VOID)
        if CLASSES in PurePosixPath(name).parts and index is not None and not known:
            # Class numbers in a palette of other colours, or as grey values.
            order = np.array([*self._order, *[_VOID] * (256 - len(self._order))], np.int32)
            return order[index]
        return colours

    def _add(self, frame: int, name: str, classes: Codes | None, instances: Codes | None) -> None:
        rest = classes
        if instances is not None:
            self._instances = True
            painted = np.where(instances == _VOID, 0, instances)
            for code, mask in masks_by_id(painted).items():
                inside = instances == code
                label = self._label_of(classes[inside] if classes is not None else None)
                self.out.add(frame, None, label, mask, f"{name}, colour #{code:06x}")
            rest = np.where(painted == 0, classes, 0) if classes is not None else None
        if rest is None:
            return
        background = [_code(c) for label, c in self._colours.items() if _is_background(label)]
        rest = np.where(np.isin(rest, [*background, _VOID]), 0, rest).astype(np.int32)
        for code, mask in masks_by_id(rest).items():
            self.out.add(frame, None, self._named(code), mask, f"{name}, colour #{code:06x}")

    def _label_of(self, codes: Codes | None) -> str:
        """The class that most pixels of an instance have."""
        if codes is None:
            return DEFAULT_LABEL
        found, counts = np.unique(codes, return_counts=True)
        return self._named(int(found[int(counts.argmax())]))

    def _named(self, code: int) -> str:
        label = self._labels.get(code)
        if label is None:
            label = f"#{code:06x}"
            self._unknown.add(label)
        return label

    def result(self) -> Imported:
        """Everything read."""
        if self._unknown:
            self.out.warnings.append(
                f"No class has the colours {some(sorted(self._unknown))}; they became labels."
            )
        if self._instances:
            self.out.warnings.append(
                f"{INSTANCES} numbers its instances anew in each picture, so it does not say which "
                "are the same object."
            )
        return self.out.result(
            [
                ImportedLabel(label, colour)
                for label, colour in self._colours.items()
                if not _is_background(label)
            ]
        )


def _is_background(label: str) -> bool:
    return label.lower() in BACKGROUND


def _code(colour: Colour) -> int:
    red, green, blue = colour
    return red << 16 | green << 8 | blue


def detect(path: Path) -> bool:
    """True for a folder or zip with VOC's folder of classes, or of instances beside a list."""
    try:
        with peek_tree(path) as tree:
            folders = {p for name in tree.ending(".png") for p in PurePosixPath(name).parts[:-1]}
            listed = any(PurePosixPath(name).name == "labelmap.txt" for name in tree.files)
            return CLASSES in folders or (INSTANCES in folders and listed)
    except (LabelsError, OSError):
        return False


VOC_MASKS = ImportFormat(
    name="voc-masks",
    title="VOC masks (CVAT: Segmentation mask 1.1)",
    suffixes=(".zip", ""),
    keeps=("exact masks", "labels with colours (labelmap.txt)", "instances of each picture"),
    loses=("which instances are the same object through time", "overlaps"),
    detect=detect,
    read=read,
    options=(
        OptionSpec("folder", "Folder, where there are several data sets", ""),
        *NAME_OPTIONS,
    ),
)
"""VOC masks."""
