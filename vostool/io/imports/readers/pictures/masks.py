"""Mask PNGs: DAVIS palettes, grey ids of 8 and 16 bits, one picture an object, YouTube-VOS.

In 8-bit ground truth 255 means void (DAVIS 2017, VOC), but DAVIS 2016 and every binary mask paint
the object itself 255; so by default it is void where the sequence holds other ids, and the one
object where it does not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.id_picture import id_picture, looks_like_ids, masks_by_id
from vostool.io.imports.readers.label_tree import LabelTree, open_tree, peek_tree
from vostool.io.imports.readers.pictures.folders import MaskFolder, find_folder, mask_pngs
from vostool.io.imports.readers.pictures.objects import NAMES, MaskObject, objects_beside
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.mask import Mask
from vostool.progress import Progress

VOID = 255
_VOC_INSTANCES = "SegmentationObject"
_LARGEST_PNG = 256 << 20


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read the masks of one video from a PNG, folder or zip; one picture at a time.

    Raises:
        LabelsError: there are no masks or several videos to choose from, ``objects.json`` or
            ``meta.json`` is damaged, or no picture fits the target.
    """
    with open_tree(folder_of(path)) as tree:
        folder = find_folder(tree, str(values["folder"]), str(values["layout"]))
        known = objects_beside(tree, folder.video)
        reader = _MaskReader(Collector(tree.shown(folder.video), target), known, values)
        if folder.video == _VOC_INSTANCES and None in folder.pictures:
            reader.out.warnings.append(
                f"{_VOC_INSTANCES} may number its instances anew in each picture; then the objects "
                "here are not the same through time. Give the folder above it for labels."
            )
        pictures = list(_pictures(folder))
        places = reader.out.place([Picture(name) for _, name in pictures], values)
        for number, ((oid, name), frame) in enumerate(zip(pictures, places, strict=True)):
            progress(number, len(pictures), name)
            reader.picture(tree, oid, name, frame)
        return reader.result()


class _MaskReader:
    def __init__(
        self,
        out: Collector,
        known: Mapping[int, MaskObject] | None,
        values: Mapping[str, OptionValue],
    ) -> None:
        self.out = out
        self._target = out.target
        self._known = known
        self._void = str(values["void"])
        self._absent = bool(values["absent"])
        self._held: list[tuple[int, str, Mask]] = []
        self._tracks: dict[int, Hashable] = {}
        self._seen: dict[int, set[int]] = {}
        self._names: dict[int, str] = {}

    def picture(self, tree: LabelTree, oid: int | None, name: str, frame: int | None) -> None:
        """Read one PNG; ``oid`` is the object it is of, None where it holds all."""
        short = PurePosixPath(name).name if oid is None else name
        if frame is None:
            self.out.skip(f"{short}: this video has no such frame; the picture was left out.")
            return
        if oid is None and frame in self._seen:
            self.out.skip(f"{short}: frame {frame} is {self._names[frame]} already.")
            return
        try:
            data = tree.read(name, _LARGEST_PNG)
            ids, void = id_picture(data, self._target.width, self._target.height)
            masks = masks_by_id(ids)
        except ValueError as error:
            self.out.skip(f"{short}: {error}; the picture was left out.")
            return
        if oid is not None:
            self._one(frame, oid, masks, short)
            return
        self._names[frame] = short
        self._all(frame, masks, short, void=void)

    def _one(self, frame: int, oid: int, masks: Mapping[int, Mask], short: str) -> None:
        if len(masks) > 1:
            self.out.skip(
                f"{short}: it holds the ids {some(list(masks))}, but the folders look like one "
                "picture an object; choose with the option 'layout'."
            )
            return
        blank = Mask.empty(self._target.height, self._target.width)
        self._add(frame, oid, next(iter(masks.values()), blank), short)

    def _all(self, frame: int, masks: Mapping[int, Mask], short: str, *, void: bool) -> None:
        seen = self._seen.setdefault(frame, set())
        for number, mask in masks.items():
            if void and number == VOID and self._void != "object":
                self._held.append((frame, short, mask))
            elif self._add(frame, number, mask, short):
                seen.add(number)

    def _add(self, frame: int, number: int, mask: Mask, short: str) -> bool:
        if self._known is not None and number not in self._known:
            self.out.skip(
                f"{short}: id {number} is none of the declared objects ({some(list(self._known))})."
            )
            return False
        entry = (self._known or {}).get(number, MaskObject(number))
        if number not in self._tracks:
            own = self.out.attributes(entry.label, entry.attributes)
            self.out.declare(number, entry.label, entry.number, own, entry.colour)
            self._tracks[number] = number
        if not mask.is_empty or self._absent:
            self.out.add(frame, number, entry.label, mask, f"{short}, id {number}")
        return True

    def result(self) -> Imported:
        """Decide on 255, add where objects are absent, and hand everything over."""
        self._settle_void()
        if self._absent:
            for frame, seen in self._seen.items():
                for number in self._tracks.keys() - seen:
                    label = (self._known or {}).get(number, MaskObject(number)).label
                    self.out.add(frame, number, label, None, self._names[frame])
        self._name_missing()
        return self.out.result()

    def _settle_void(self) -> None:
        if not self._held:
            return
        if self._void == "ignore" or self._tracks or self._known is not None:
            held = counted(len(self._held), "picture")
            self.out.warnings.append(
                f"255 was taken for void on {held}, not for an object (option 'void')."
            )
            return
        # DAVIS 2016: its one object is painted 255.
        for frame, short, mask in self._held:
            self._add(frame, 1, mask, short)
            self._seen[frame].add(1)

    def _name_missing(self) -> None:
        """Frames on which meta.json sees an object, but that have no picture."""
        there = {PurePosixPath(name).stem for name in self._names.values()}
        for number, entry in (self._known or {}).items():
            missing = [name for name in entry.frames if name not in there]
            if missing:
                self.out.skip(
                    f"object {number}: the pictures of its frames {some(missing, 20)} are missing."
                )


def _pictures(folder: MaskFolder) -> Iterator[tuple[int | None, str]]:
    for oid, names in folder.pictures.items():
        for name in names:
            yield oid, name


def folder_of(path: Path) -> Path:
    """The folder that a list of objects (:data:`NAMES`) lies in, or the path itself."""
    return path.parent if path.name in NAMES and path.is_file() else path


def detect(path: Path) -> bool:
    """True where the first PNGs hold ids and are no photographs."""
    try:
        with peek_tree(folder_of(path)) as tree:
            names = mask_pngs(tree)
            looked = {*names[:1], *names[len(names) // 2 :][:1], *names[-1:]}
            return bool(looked) and all(
                looks_like_ids(tree.read(name, _LARGEST_PNG)) for name in looked
            )
    except (LabelsError, OSError):
        return False


MASKS = ImportFormat(
    name="masks",
    title="Mask PNGs (DAVIS, YouTube-VOS, one picture an object)",
    suffixes=(".png", ".zip", ".json", ""),
    keeps=(
        "exact masks with holes and parts",
        "overlaps, where each object has its own pictures",
        "object ids (palette indices, 8 and 16 bit grey values, folder names)",
        "labels (objects.json, meta.json)",
        "where an object is absent",
    ),
    loses=("overlaps, where a picture holds all objects",),
    detect=detect,
    read=read,
    options=(
        OptionSpec("folder", "Folder, where there are several videos", ""),
        OptionSpec("layout", "One picture for", "auto", ("auto", "frames", "objects")),
        OptionSpec("void", "255 means", "auto", ("auto", "ignore", "object")),
        OptionSpec("absent", "An object that a picture does not show is absent there", True),
        *NAME_OPTIONS,
    ),
)
"""Mask PNGs."""
