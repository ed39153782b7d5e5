"""Where the mask PNGs of one video lie in a folder or zip.

Layouts: one picture a frame (``Annotations/<video>/<frame>.png``, or just a folder of PNGs), and
one picture an object and frame (``<video>/<object id>/<frame>.png``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.readers.collector import some
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.words import tr

_PICTURES = {"jpegimages", "images", "img1", "image_2", "rgb"}
_INSTANCES = ("SegmentationObject", "instances", "instance")


@dataclass(frozen=True, slots=True)
class MaskFolder:
    """The PNGs of one video.

    Attributes:
        video: its name in the data set, "" where it has none.
        pictures: names in the tree by object id; the key None stands for pictures that hold all
            objects.
    """

    video: str
    pictures: Mapping[int | None, Sequence[str]]


def mask_pngs(tree: LabelTree) -> list[str]:
    """PNGs that may be masks: those not in a folder of pictures."""
    return [
        name
        for name in tree.ending(".png")
        if not _PICTURES & {part.lower() for part in PurePosixPath(name).parts[:-1]}
    ]


def find_folder(tree: LabelTree, given: str, layout: str) -> MaskFolder:
    """The one video's pictures, or the given video's.

    Args:
        given: name of a folder, or "".
        layout: "frames", "objects" or "auto".

    Raises:
        LabelsError: there are no PNGs, or several videos to choose from.
    """
    folders = _folders(tree, layout)
    if given:
        for folder, found in folders.items():
            if given in (found.video, folder):
                return found
        names = some(list(folders)) or "none"
        raise LabelsError(
            tr(
                "'{path_name}' holds no masks in '{given}', but in {names}.",
                path_name=tree.path.name,
                given=given,
                names=names,
            )
        )
    if not folders:
        raise LabelsError(tr("'{path_name}' holds no mask PNGs.", path_name=tree.path.name))
    if len(folders) == 1:
        return next(iter(folders.values()))
    wanted = [f for f in folders.values() if f.video in _INSTANCES]
    if len(wanted) == 1:
        return wanted[0]
    raise LabelsError(
        tr(
            "'{path_name}' holds masks in {count} folders ({some}); choose "
            "one with the option 'folder'.",
            path_name=tree.path.name,
            count=len(folders),
            some=some(list(folders)),
        )
    )


def _folders(tree: LabelTree, layout: str) -> dict[str, MaskFolder]:
    """The videos by their folder."""
    by_folder: dict[str, list[str]] = {}
    for name in mask_pngs(tree):
        by_folder.setdefault(PurePosixPath(name).parent.as_posix(), []).append(name)
    root = tree.path.stem if tree.path.is_file() else tree.path.name
    objects: dict[str, dict[int | None, Sequence[str]]] = {}
    found: dict[str, MaskFolder] = {}
    split = _by_object(by_folder) if layout == "auto" else layout == "objects"
    for folder, names in by_folder.items():
        path = PurePosixPath(folder)
        if split and path.name.isdecimal():
            objects.setdefault(path.parent.as_posix(), {})[int(path.name)] = names
        else:
            found[folder] = MaskFolder(root if folder == "." else path.name, {None: names})
    for folder, pictures in objects.items():
        video = root if folder == "." else PurePosixPath(folder).name
        found[folder] = MaskFolder(video, pictures)
    return found


def _by_object(by_folder: Mapping[str, Sequence[str]]) -> bool:
    """True where numbered folders below one place share names of frames, as objects do."""
    numbered: dict[str, list[set[str]]] = {}
    for folder, names in by_folder.items():
        path = PurePosixPath(folder)
        if path.name.isdecimal() and path.parent.name != "Annotations":
            frames = {PurePosixPath(name).name for name in names}
            numbered.setdefault(path.parent.as_posix(), []).append(frames)
    groups = list(numbered.values())
    return any(len(group) == 1 or set.intersection(*group) for group in groups)
