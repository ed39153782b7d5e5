"""The program's texts and their catalogues: `make words` writes anew what the code says now.

Texts are the literals given to `tr`, `trn`, `mark` and `counted`, and those fields of the tables of
actions and tools that are shown. Babel reads and writes the catalogues.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

REPOSITORY = Path(__file__).resolve().parents[2]
LOCALES = REPOSITORY / "resources" / "locale"
FIELDS = {
    "ActionSpec": ("id", "menu", "text", "shortcuts", "needs", "tip"),
    "ToolSpec": ("id", "title", "kind", "tip", "gesture", "keys", "text"),
    "ExportFormat": ("name", "title", "main", "suffix", "keeps", "loses"),
    "ImportFormat": ("name", "title", "suffixes", "keeps", "loses"),
    "OptionSpec": ("name", "title", "default", "choices", "texts"),
}
"""Of tables, their fields in order; a table's text may be made of joined literals."""
SHOWN = {"menu", "text", "tip", "title", "keeps", "loses", "texts"}
Message = tuple[str, str]
"""A text and its plural, "" where it has none."""


@dataclass
class Words:
    """What the code says.

    Attributes:
        places: by message, the files that say it.
        wrong: calls whose text is no literal where one is needed.
    """

    places: dict[Message, set[str]] = field(default_factory=dict)


def said_by_the_code(root: Path = REPOSITORY / "vostool") -> Words:
    """All messages of the package."""
    found = Words()
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for message in _messages(node):
                    place = path.relative_to(REPOSITORY).as_posix()
                    found.places.setdefault(message, set()).add(place)
    return found


def _messages(call: ast.Call) -> Iterator[Message]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    texts = [_text(argument) for argument in call.args]
    if name in ("tr", "mark") and texts and texts[0]:
        yield texts[0], ""
    elif name == "trn" and len(texts) > 1 and texts[0]:
        yield texts[0], texts[1]
    elif name in ("counted", "_count") and len(texts) > 1 and texts[1]:
        yield texts[1], texts[2] if len(texts) > 2 else texts[1] + "s"
    elif name in FIELDS:
        given = dict(zip(FIELDS[name], call.args, strict=False))
        given |= {each.arg: each.value for each in call.keywords if each.arg}
        for key, node in given.items():
            nodes = node.elts if isinstance(node, ast.Tuple) else [node]
            yield from ((_text(each), "") for each in nodes if key in SHOWN and _text(each))


def _text(node: ast.expr) -> str:
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if literal else ""


def catalogue(code: str) -> Catalog:
    """A language's catalogue as it is stored."""
    with place(code).open("rb") as file:
        return pofile.read_po(file, locale=code)


def place(code: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALES / code / "LC_MESSAGES" / "vostool.po"


def brought_up_to_date(old: Catalog) -> Catalog:
    """The catalogue with the code's messages; what the code says no more is left out."""
    made = Catalog(
        locale=old.locale, project="VOSTool", version="", fuzzy=False, creation_date=old.creation_date,
        revision_date=old.revision_date, last_translator="VOSTool's contributors",
        language_team="", msgid_bugs_address="", copyright_holder="",
        header_comment="# What VOSTool says. `make words` writes this file; translate its msgstr.",
    )  # fmt: skip
    made.mime_headers = [
        (name, value) for name, value in old.mime_headers
        if name in ("Language", "Plural-Forms", "Content-Type", "Content-Transfer-Encoding")
    ]  # fmt: skip
    for (one, many), places in sorted(said_by_the_code().places.items()):
        known = old.get(one)
        same = known is not None and isinstance(known.id, tuple) == bool(many)
        made.add(
            (one, many) if many else one,
            known.string if known is not None and same else None,
            locations=[(where, None) for where in sorted(places)],
            flags={"python-brace-format"} if "{" in one else (),
        )
    return made


def compiled(known: Catalog) -> bytes:
    """What the program reads."""
    out = BytesIO()
    mofile.write_mo(out, known)
    return out.getvalue()


def main() -> None:
    """Bring all catalogues up to date, compile them, and tell what is left to translate."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/vostool.po")):
        made = brought_up_to_date(catalogue(path.parts[-3]))
        with path.open("wb") as file:
            pofile.write_po(file, made, width=100, omit_header=False, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(made))
        left = [each.id for each in made if each.id and not _is_whole(each.string)]
        print(f"{path.relative_to(REPOSITORY)}: {len(made)} texts, {len(left)} to translate")
        for text in left:
            print(f"  {text!r}")


def _is_whole(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    main()
