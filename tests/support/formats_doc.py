"""The table of export formats in docs/formats.md, made of the registry.

    python tests/support/formats_doc.py

writes the table anew; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path

from vostool.io.exporters import FORMATS, ExportFormat, OptionSpec

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- export formats -->", "<!-- end of export formats -->"


def table() -> str:
    """One row a format, in the order of menus."""
    rows = ["| Format | Writes | Keeps | Loses | Options |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(entry) for entry in FORMATS.values())])


def written(text: str) -> str:
    """The table that the document holds."""
    return text.split(BEGIN)[1].split(END, maxsplit=1)[0].strip()


def _row(entry: ExportFormat) -> str:
    notes = [f"`{entry.name}`", entry.title]
    if entry.family == "labels":
        notes.append("exact" if entry.lossless else "not exact")
        notes += [] if entry.overlaps else ["no overlaps"]
    cells = [
        "<br>".join(_text(note) for note in notes),
        f"`{entry.main or '{frame}' + entry.suffix}`",
        "; ".join(map(_text, entry.keeps)),
        "; ".join(map(_text, entry.loses)),
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
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
