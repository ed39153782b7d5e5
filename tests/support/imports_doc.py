"""The two tables in docs/imports.md: the import formats, and what other programs' files give.

    python tests/support/imports_doc.py [folder of exports]

writes the first anew from the registry and, where the folder is given, the results in the second
(its files, sizes and frames stay). Tests compare both with what is there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from formats_doc import _option

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportFormat, ImportTarget
from vostool.io.imports.importers import IMPORT_FORMATS, detect_format, read_labels

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "imports.md"
BEGIN, END = "<!-- import formats -->", "<!-- end of import formats -->"
FILES, FILES_END = "<!-- files -->", "<!-- end of files -->"
_HEAD = "| File or folder | Size | Frames | Result |\n|---|---|---|---|"


@dataclass(frozen=True)
class FileRow:
    """One row of the second table; ``pattern`` is below the folder of exports."""

    pattern: str
    size: str
    frames: str
    result: str

    @property
    def text(self) -> str:
        return f"| `{self.pattern}` | {self.size} | {self.frames} | {self.result} |"

    @property
    def target(self) -> ImportTarget:
        """A video of so many frames, or pictures of these names."""
        width, height = map(int, self.size.split("x"))
        count, plural, _ = self.frames.partition(" frame")
        if plural:
            return ImportTarget(width, height, int(count), "frame_{:06d}".format)
        names = self.frames.split(", ")
        return ImportTarget(width, height, len(names), names.__getitem__)


def table() -> str:
    """One row a format, in the order in which detection asks them."""
    rows = ["| Format | Given as | Keeps | Loses | Options |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(entry) for entry in IMPORT_FORMATS.values())])


def between(text: str, begin: str, end: str) -> str:
    """What the document holds between two marks."""
    return text.split(begin)[1].split(end, maxsplit=1)[0].strip()


def file_rows() -> list[FileRow]:
    """The second table."""
    lines = between(DOCUMENT.read_text(encoding="utf-8"), FILES, FILES_END).splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return [FileRow(pattern.strip("`"), *rest) for pattern, *rest in rows]


def outcome(path: Path, target: ImportTarget) -> str:
    """What an import gives, in words; the file's own name is "it"."""
    try:
        entry = detect_format(path)
        found = read_labels(path, target, entry.name)
    except LabelsError as error:
        why = str(error).split(" Formats that are read:")[0].replace(f"'{path.name}'", "it")
        return f"refused: {why}"
    result = f"{entry.name}: {_counted(len(found.objects), 'object')}"
    result += f", {_counted(len(found.shapes), 'shape')}"
    return result + (f", {len(found.skipped)} skipped" if found.skipped else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _row(entry: ImportFormat) -> str:
    cells = [
        f"`{entry.name}`<br>{entry.title}",
        ", ".join(f"`{suffix}`" if suffix else "a folder" for suffix in entry.suffixes),
        "; ".join(entry.keeps),
        "; ".join(entry.loses),
        "<br>".join(_option(spec) for spec in entry.options) or "none",
    ]
    return "| " + " | ".join(cells) + " |"


def _replaced(text: str, begin: str, end: str, content: str) -> str:
    before, rest = text.split(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.split(end)[1]}"


def main() -> None:
    text = _replaced(DOCUMENT.read_text(encoding="utf-8"), BEGIN, END, table())
    if len(sys.argv) > 1:
        exports = Path(sys.argv[1])
        rows = []
        for row in file_rows():
            paths = sorted(exports.glob(row.pattern))
            results = {outcome(path, row.target) for path in paths}
            result = results.pop() if len(results) == 1 else f"DIFFERENT: {results}"
            rows.append(FileRow(row.pattern, row.size, row.frames, result).text)
        text = _replaced(text, FILES, FILES_END, "\n".join([_HEAD, *rows]))
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
