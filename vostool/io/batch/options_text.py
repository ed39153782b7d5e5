"""Export options as plain values, for recipes and presets, and back; errors name the option."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from vostool.io.exports.options import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy
from vostool.io.imports.plain_table import Table
from vostool.io.options import OptionValue

Plain = dict[str, Any]

_RENAMED = {"object_ids": "objects", "format_options": "formats"}
_NAMES = {field.name: _RENAMED.get(field.name, field.name) for field in fields(ExportOptions)}


def options_to_plain(options: ExportOptions) -> Plain:
    """What differs from the defaults, as text, numbers, lists and tables."""
    usual = ExportOptions()
    plain: Plain = {}
    for field, name in _NAMES.items():
        value = getattr(options, field)
        if value == getattr(usual, field):
            continue
        if isinstance(value, enum.Enum):
            plain[name] = value.value
        elif isinstance(value, Split):
            plain[name] = {
                "by": value.by.value, "train": value.train, "val": value.val, "test": value.test
            }  # fmt: skip
        elif field in {"object_ids", "labels"}:
            plain[name] = list(value)
        elif field == "format_options":
            plain[name] = {form: dict(given) for form, given in value.items() if given}
        else:
            plain[name] = value
    return plain


def options_from_plain(plain: Mapping[str, object]) -> ExportOptions:
    """The options that :func:`options_to_plain` made these values of.

    Raises:
        UsageError: an unknown name, a value of another type, or one that makes no sense.
    """
    table = Table(plain, "options")
    known: dict[str, Any] = {
        "first": table.whole("first", 0),
        "last": table.whole("last", None),
        "every": table.whole("every", 1),
        "frames": table.choice("frames", FrameChoice.LABELLED),
        "object_ids": table.several("objects", int),
        "labels": table.several("labels", str),
        "min_area": table.whole("min_area", 0),
        "fill_holes": table.whole("fill_holes", 0),
        "drop_specks": table.whole("drop_specks", 0),
        "polygon_tolerance": table.number("polygon_tolerance", 0.0),
        "split": _split(table.table("split")),
        "pattern": table.text("pattern", ""),
        "images": table.choice("images", ImageFiles.NONE),
        "jpeg_quality": table.whole("jpeg_quality", 95),
        "overwrite": table.yes("overwrite"),
        "format_options": _formats(table.table("formats")),
    }
    table.finish()
    return ExportOptions(**known)


def _split(table: Table) -> Split:
    usual = Split()
    split = Split(
        table.choice("by", SplitBy.NONE),
        table.number("train", usual.train),
        table.number("val", usual.val),
        table.number("test", usual.test),
    )
    table.finish()
    return split


def _formats(table: Table) -> dict[str, dict[str, OptionValue]]:
    found: dict[str, dict[str, OptionValue]] = {}
    for name in table.names():
        given = table.table(name)
        found[name] = {option: given.option(option) for option in given.names()}
    return found
