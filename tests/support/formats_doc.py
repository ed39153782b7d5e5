"""The tables of formats in docs/formats.md, made of the registries.

    python tests/support/formats_doc.py

writes them anew; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from vostool.io.exports.exporters import FORMATS, ExportFormat, OptionSpec
from vostool.io.imports.format import ImportFormat
from vostool.io.imports.importers import IMPORT_FORMATS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def export_table() -> str:
    """One row a format, in the order of menus."""
    rows = ["| Format | Writes | Keeps | Loses | Options |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_export_row(entry) for entry in FORMATS.values())])


def import_table() -> str:
    """One row a format, in the order in which files are looked at."""
    rows = ["| Format | Reads | Keeps | Loses | Options |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_import_row(entry) for entry in IMPORT_FORMATS.values())])


TABLES: Mapping[str, Callable[[], str]] = {
    "export formats": export_table,
    "import formats": import_table,
}


def written(text: str, name: str) -> str:
    """The table of this name that the document holds."""
    return _around(text, name)[1].strip()


def _around(text: str, name: str) -> tuple[str, str, str]:
    before, rest = text.split(f"<!-- {name} -->\n")
    table, after = rest.split(f"<!-- end of {name} -->\n")
    return before, table, after


def _export_row(entry: ExportFormat) -> str:
    notes = [f"`{entry.name}`", entry.title]
    if entry.family == "labels":
        notes.append("exact" if entry.lossless else "not exact")
        notes += [] if entry.overlaps else ["no overlaps"]
    return _row(notes, f"`{entry.main or '{frame}' + entry.suffix}`", entry)


def _import_row(entry: ImportFormat) -> str:
    reads = ", ".join(f"`{suffix}`" if suffix else "folders" for suffix in entry.suffixes)
    return _row([f"`{entry.name}`", entry.title], reads, entry)


def _row(notes: list[str], files: str, entry: ExportFormat | ImportFormat) -> str:
    cells = [
        "<br>".join(_text(note) for note in notes),
        files,
        "; ".join(map(_text, entry.keeps)),
        "; ".join(map(_text, entry.loses)) or "nothing",
        "<br>".join(_option(spec) for spec in entry.options) or "none",
    ]
    return "| " + " | ".join(cells) + " |"


def _option(spec: OptionSpec) -> str:
    if spec.choices:
        values = ", ".join(
            f"**{value}**" if value == spec.default else str(value) for value in spec.choices
        )
    elif isinstance(spec.default, bool):
        values = "**yes**, no" if spec.default else "yes, **no**"
    else:
        values = f"**{spec.default}**" if spec.default != "" else "any text"
    return _text(f"`{spec.name}`: {spec.title} ({values})")


def _text(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        before, _, after = _around(text, name)
        text = f"{before}<!-- {name} -->\n{table()}\n<!-- end of {name} -->\n{after}"
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
