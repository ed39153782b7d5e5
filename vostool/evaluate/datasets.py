"""Data sets of sequences with ground truth, in three layouts.

davis        JPEGImages/480p/<name>/, Annotations/480p/<name>/ and ImageSets/2017/val.txt. The
             objects are those of the first frame; others are left out, as its evaluator asks.
youtube-vos  JPEGImages/<name>/, Annotations/<name>/ and meta.json. Each object is given on the
             first frame that meta.json lists for it; without meta.json, that shows it.
folder       <name>/JPEGImages/ and <name>/Annotations/, or one such folder. Each object is
             given on the first annotated frame that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vostool.errors import LabelsError, UsageError
from vostool.evaluate.sequence import TruthSequence
from vostool.evaluate.truth_folder import TruthFolder
from vostool.files import read_bounded
from vostool.io.imports.readers.json_values import parse_bytes
from vostool.io.video.image_files import natural_key

LAYOUTS = ("davis", "youtube-vos", "folder")
_PICTURES, _MASKS = "JPEGImages", "Annotations"
_LARGEST = 64 << 20  # bytes of a list or of meta.json, which has 1 MB
_LISTS = ("ImageSets/2017/val.txt", "ImageSets/480p/val.txt")


@dataclass(frozen=True, slots=True)
class Listed:
    """A sequence by name; ``load`` reads and checks it, and takes the number of frames wanted."""

    name: str
    load: Callable[[int | None], TruthSequence]


def list_sequences(root: Path, layout: str, wanted: Sequence[str] = ()) -> list[Listed]:
    """The sequences of a data set, or those wanted by name.

    Raises:
        UsageError: no such layout, or a sequence is asked for that is not there.
        LabelsError: the folder does not have the layout, or ``meta.json`` is damaged.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"There is no layout '{layout}'; known are {', '.join(LAYOUTS)}.")
    if not root.is_dir():
        raise LabelsError(f"There is no folder '{root}'; check --dataset.")
    listed = {"davis": _davis, "youtube-vos": _youtube_vos, "folder": _folders}[layout](root)
    if not listed:
        raise LabelsError(f"'{root}' holds no sequence of the layout '{layout}'; choose another.")
    by_name = {entry.name: entry for entry in listed}
    missing = [name for name in wanted if name not in by_name]
    if missing:
        some = ", ".join(list(by_name)[:20])
        raise UsageError(f"There is no sequence '{missing[0]}' in '{root}'; it holds {some}.")
    if wanted:
        return [by_name[name] for name in dict.fromkeys(wanted)]
    val = _validation(root) if layout == "davis" else []
    return [by_name[name] for name in val if name in by_name] or listed


def _davis(root: Path) -> list[Listed]:
    pictures, masks = _resolution(root / _PICTURES), _resolution(root / _MASKS)

    def load(name: str, count: int | None) -> TruthSequence:
        folder = TruthFolder(name, pictures / name, masks / name, count, background_void=True)
        if folder.annotated[0] != 0:
            raise LabelsError(f"{name}: the first frame has no mask, from which DAVIS starts.")
        seen = folder.first_seen()
        late = [str(object_id) for object_id, frame in seen.items() if frame > 0]
        warnings = [
            f"{name}: objects that the first frame does not show are left out: {', '.join(late)}."
        ]
        given = {object_id: frame for object_id, frame in seen.items() if frame == 0}
        return folder.sequence(given, warnings if late else [])

    return _listed(_names(masks), load)


def _youtube_vos(root: Path) -> list[Listed]:
    meta = _meta(root)

    def load(name: str, count: int | None) -> TruthSequence:
        folder = TruthFolder(name, root / _PICTURES / name, root / _MASKS / name, count)
        given = folder.first_seen() if meta is None else _stated(meta, name, folder)
        blind = [i for i, frame in given.items() if i not in folder.ids.get(frame, set())]
        warnings = [
            f"{name}: object {i} has no mask on the frame that meta.json names; it is left out."
            for i in blind
        ]
        kept = {i: frame for i, frame in given.items() if i not in blind}
        return folder.sequence(kept, warnings)

    return _listed(_names(root / _MASKS), load)


def _folders(root: Path) -> list[Listed]:
    alone = (root / _PICTURES).is_dir() and (root / _MASKS).is_dir()
    found = [root] if alone else [f for f in _folders_in(root) if (f / _MASKS).is_dir()]
    places = {folder.name: folder for folder in found}

    def load(name: str, count: int | None) -> TruthSequence:
        place = places[name]
        folder = TruthFolder(name, place / _PICTURES, place / _MASKS, count)
        return folder.sequence(folder.first_seen(), [])

    return _listed(list(places), load)


def _listed(names: Sequence[str], load: Callable[[str, int | None], TruthSequence]) -> list[Listed]:
    def loader(name: str) -> Callable[[int | None], TruthSequence]:
        return lambda count: load(name, count)

    return [Listed(name, loader(name)) for name in names]


def _resolution(folder: Path) -> Path:
    """``480p`` in the folder, else its one resolution."""
    if (folder / "480p").is_dir():
        return folder / "480p"
    full = folder / "Full-Resolution"
    return full if full.is_dir() else folder


def _validation(root: Path) -> list[str]:
    for name in _LISTS:
        if (root / name).is_file():
            text = read_bounded(root / name, _LARGEST).decode("utf-8", "replace")
            lines = [line.split()[0] for line in text.splitlines() if line.strip()]
            # DAVIS 2016 lists pairs of paths; the folder of the picture is the sequence.
            return list(dict.fromkeys(Path(s).parent.name if "/" in s else s for s in lines))
    return []


def _meta(root: Path) -> Mapping[str, object] | None:
    path = root / "meta.json"
    if not path.is_file():
        return None
    value = parse_bytes(read_bounded(path, _LARGEST), f"'{path}'")
    videos = value.get("videos") if isinstance(value, dict) else None
    if not isinstance(videos, dict):
        raise LabelsError(f"'{path}' names no videos; it is no meta.json of YouTube-VOS.")
    return videos


def _stated(meta: Mapping[str, object], name: str, folder: TruthFolder) -> dict[int, int]:
    """By object id the frame that ``meta.json`` names first, within the frames worked on."""
    entry = meta.get(name)
    objects = entry.get("objects") if isinstance(entry, dict) else None
    if not isinstance(objects, dict):
        raise LabelsError(f"{name}: meta.json does not name the objects of this sequence.")
    found = {}
    for key, value in objects.items():
        frames = value.get("frames") if isinstance(value, dict) else None
        if not str(key).isdecimal() or not isinstance(frames, list) or not frames:
            raise LabelsError(f"{name}: meta.json names no frames for the object '{key}'.")
        frame = folder.frame_of(str(frames[0]))
        if frame is not None:
            found[int(key)] = frame
    return dict(sorted(found.items()))


def _names(folder: Path) -> list[str]:
    return [found.name for found in _folders_in(folder)]


def _folders_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [f for f in folder.iterdir() if f.is_dir() and not f.name.startswith(".")]
    return sorted(found, key=lambda f: natural_key(f.name))
