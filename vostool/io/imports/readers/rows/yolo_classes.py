"""The class names of a YOLO data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import yaml

from vostool.errors import LabelsError
from vostool.files import TooLarge, read_bounded
from vostool.io.imports.readers.collector import whole
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.io.imports.readers.rows.text import text
from vostool.words import tr

_LISTS = ("classes.txt", "obj.names", "labels.txt")
_DATA_SET = {"train", "val", "test", "path", "kpt_shape"}
_UP = 3
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class YoloClasses:
    """Names by class number, from 0.

    Attributes:
        key_points: how many numbers of a row are key points.
        data_set: the file names the pictures of a data set, too.
    """

    names: dict[int, str] = field(default_factory=dict)
    key_points: int = 0
    data_set: bool = False


def find_classes(
    tree: LabelTree, given: Path | None, labels: Sequence[str] = (), used: Set[int] = frozenset()
) -> YoloClasses:
    """The classes of a data set: of the given ``data.yaml``, or of the file that fits best.

    A list beside the label files, or beside their folder, comes before a YAML file, which may be
    of something else; a YAML file that names pictures, too, comes before others; and a file that
    names all classes that occur comes before one that does not.

    Args:
        labels: names of the label files.
        used: class numbers that occur in them.

    Raises:
        LabelsError: the given file is damaged.
    """
    if given is not None:
        found = _from_yaml(read_bounded(given, _LARGEST), f"'{given.name}'")
        return found or YoloClasses()
    near = {
        parent.as_posix()
        for name in labels
        for parent in (PurePosixPath(name).parent, PurePosixPath(name).parent.parent)
    }
    best: tuple[tuple[bool, int], YoloClasses] | None = None
    for name, data in _candidates(tree):
        is_yaml = name.lower().endswith((".yaml", ".yml"))
        if is_yaml:
            found = _from_yaml(data, f"'{name}'")
        else:
            lines = text(data, f"'{name}'").splitlines()
            found = YoloClasses(dict(enumerate(line.strip() for line in lines if line.strip())))
        if found is None or not found.names:
            continue
        beside = not is_yaml and PurePosixPath(name).parent.as_posix() in near
        rank = (not used <= found.names.keys(), 0 if beside else 1 if found.data_set else 2)
        if best is None or rank < best[0]:
            best = rank, found
    return best[1] if best is not None else YoloClasses()


def is_data_yaml(path: Path) -> bool:
    """True where a YAML file names classes.

    Raises:
        LabelsError: it is no YAML.
        OSError: it cannot be read.
    """
    try:
        data = read_bounded(path, _LARGEST)
    except TooLarge:
        return False
    found = _from_yaml(data, f"'{path.name}'")
    return found is not None and bool(found.names)


def _candidates(tree: LabelTree) -> Iterator[tuple[str, bytes]]:
    if tree.path.is_dir() or tree.files != (tree.path.name,):
        for name in sorted(tree.files, key=_rank):
            if _may_name(name):
                yield name, tree.read(name, _LARGEST)
    if tree.path.suffix.lower() != ".zip":
        for folder in tree.path.absolute().parents[:_UP]:
            for path in sorted(folder.iterdir(), key=lambda p: _rank(p.name)):
                if _may_name(path.name) and path.is_file() and path.stat().st_size <= _LARGEST:
                    yield path.name, path.read_bytes()


def _may_name(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml")) or PurePosixPath(name).name in _LISTS


def _rank(name: str) -> tuple[int, bool, str]:
    path = PurePosixPath(name)
    return len(path.parts), path.name != "data.yaml", name


def _from_yaml(data: bytes, shown: str) -> YoloClasses | None:
    """Classes of a ``data.yaml``; None for a YAML file that names none.

    Raises:
        LabelsError: it is no YAML.
    """
    try:
        value = yaml.safe_load(text(data, shown))
    except (yaml.YAMLError, RecursionError, ValueError):
        raise LabelsError(tr("{shown} is no valid YAML.", shown=shown)) from None
    names = value.get("names") if isinstance(value, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        return None
    found = {whole(key): str(name) for key, name in names.items()}
    shape = value.get("kpt_shape")
    counted = isinstance(shape, list) and len(shape) == 2
    points = (whole(shape[0]) or 0) * (whole(shape[1]) or 0) if counted else 0
    own = {k: n for k, n in found.items() if k is not None}
    return YoloClasses(own, max(points, 0), bool(_DATA_SET & value.keys()))
