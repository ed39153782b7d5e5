"""JSON files, parsed whole."""

from __future__ import annotations

import json

from vostool.errors import LabelsError
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.words import tr


def parse(tree: LabelTree, name: str) -> object:
    """The value of a JSON file.

    Raises:
        LabelsError: it is no JSON, with line and column.
    """
    return parse_bytes(tree.read(name), tree.shown(name))


def parse_bytes(data: bytes, shown: str) -> object:
    """The value of JSON text in UTF-8, UTF-16 or UTF-32; NaN and Infinity are let through."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LabelsError(
            tr(
                "{shown} is no valid JSON at {place}: {msg}.",
                shown=shown,
                place=place,
                msg=error.msg,
            )
        ) from None
    except UnicodeDecodeError as error:
        raise LabelsError(
            tr("{shown} is no text at byte {start}, so no JSON.", shown=shown, start=error.start)
        ) from None
    except ValueError as error:
        raise LabelsError(
            tr("{shown} is no valid JSON: {error}.", shown=shown, error=error)
        ) from None
    except RecursionError:
        raise LabelsError(tr("{shown} is nested too deeply to be labels.", shown=shown)) from None
