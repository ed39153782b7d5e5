"""Label files of text: their rows with line numbers, and lists of class names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.readers.collector import some, whole
from vostool.io.imports.readers.label_tree import LabelTree, peek_tree
from vostool.words import tr

_PEEKED_BYTES = 4096
_PEEKED_ROWS = 5
_PEEKED_FILES = 20
_LARGEST_LIST = 1 << 20

CLASS_LISTS = frozenset({"labels.txt", "classes.txt", "obj.names", "labelmap.txt"})
"""Names of files that name classes and hold no label themselves."""


def rows(data: bytes, shown: str) -> Iterator[tuple[int, str]]:
    """(line number from 1, text) of every row that is no comment and not empty.

    Raises:
        LabelsError: it is no text.
    """
    for number, line in enumerate(text(data, shown).splitlines(), 1):
        row = line.strip()
        if row and not row.startswith("#"):
            yield number, row


def text(data: bytes, shown: str) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises:
        LabelsError: it is no text.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsError(
            tr("{shown} is no text (byte {start}).", shown=shown, start=error.start)
        ) from None


def text_files(tree: LabelTree, fits: Callable[[str], bool], most: int | None = None) -> list[str]:
    """Text files whose first rows all fit; lists of classes are left out.

    Args:
        most: look at no more files than this.
    """
    names = [n for n in tree.ending(".txt") if PurePosixPath(n).name not in CLASS_LISTS]
    return [name for name in names[:most] if _fits(tree, name, fits)]


def holds_rows(path: Path, fits: Callable[[str], bool]) -> bool:
    """True where a text file, or one of the first in a folder or zip, has such rows."""
    try:
        with peek_tree(path) as tree:
            return bool(text_files(tree, fits, _PEEKED_FILES))
    except (LabelsError, OSError):
        return False


def only_file(tree: LabelTree, fits: Callable[[str], bool], given: str, what: str) -> str:
    """The one text file with such rows, or the given one.

    Raises:
        LabelsError: there is none, or there are several to choose from.
    """
    if tree.path.is_file() and tree.files == (tree.path.name,):
        return tree.files[0]
    found = text_files(tree, fits)
    if given:
        found = [name for name in tree.files if given in (name, PurePosixPath(name).name)]
    if not found:
        raise LabelsError(
            tr(
                "'{path_name}' holds no {what} file{given}.",
                path_name=tree.path.name,
                what=what,
                given=given and f" {given!r}",
            )
        )
    if len(found) > 1:
        raise LabelsError(
            tr(
                "'{path_name}' holds {count} {what} files ({some}); choose one "
                "with the option 'file'.",
                path_name=tree.path.name,
                count=len(found),
                what=what,
                some=some(found),
            )
        )
    return found[0]


def classes_beside(tree: LabelTree, name: str) -> dict[int, str]:
    """Class names by number from ``labels.txt`` in the folder of a label file.

    A row is ``number name``, or a name alone, where rows count from 1.
    """
    data = _beside(tree, name, "labels.txt")
    if data is None:
        return {}
    found: dict[int, str] = {}
    lines = [row for _, row in rows(data, "'labels.txt'")]
    numbered = all(len(row.split(None, 1)) == 2 and row.split()[0].isdecimal() for row in lines)
    for place, row in enumerate(lines, 1):
        number = whole(row.split()[0]) if numbered else place
        found[place if number is None else number] = row.split(None, 1)[1] if numbered else row
    return found


def _beside(tree: LabelTree, name: str, wanted: str) -> bytes | None:
    if tree.path.is_file() and tree.files == (tree.path.name,):
        path = tree.path.parent / wanted
        small = path.is_file() and path.stat().st_size <= _LARGEST_LIST
        return path.read_bytes() if small else None
    inside = (PurePosixPath(name).parent / wanted).as_posix()
    return tree.read(inside, _LARGEST_LIST) if inside in tree.files else None


def _fits(tree: LabelTree, name: str, fits: Callable[[str], bool]) -> bool:
    data = tree.ends(name, _PEEKED_BYTES)[:_PEEKED_BYTES]
    if len(data) == _PEEKED_BYTES:
        cut = data.rfind(b"\n")
        # One row of run lengths can be longer than the look; its beginning is enough then.
        data = data[: cut if cut > 0 else len(data)]
    try:
        first = [row for _, row in rows(data, name)][:_PEEKED_ROWS]
    except LabelsError:
        return False
    return bool(first) and all(fits(row) for row in first)
