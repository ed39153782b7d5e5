"""Named choices of formats and options: some that come along, and those that a person keeps.

The person's own lie in one TOML file in the configuration folder, ``presets.toml``: a table for
each name with ``formats`` and ``options`` as in a recipe.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import platformdirs

from vostool.errors import ExportError, UsageError
from vostool.files import read_bounded
from vostool.io.batch import toml
from vostool.io.batch.options_text import Plain, options_from_plain, options_to_plain
from vostool.io.exports.options import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy
from vostool.io.imports.plain_table import Table
from vostool.replacing import replacing
from vostool.words import mark, tr


@dataclass(frozen=True, slots=True)
class Preset:
    """One choice.

    Attributes:
        formats: names of formats, or empty where the person's choice is left alone.
        options: all of them.
    """

    formats: tuple[str, ...] = ()
    options: ExportOptions = field(default_factory=ExportOptions)


BUILT_IN: Mapping[str, Preset] = MappingProxyType(
    {
        mark("Labels only"): Preset(),
        mark("Training set, JPEG, split by time"): Preset(
            options=ExportOptions(images=ImageFiles.JPEG, split=Split(SplitBy.TIME))
        ),
        mark("Confirmed frames, lossless pictures"): Preset(
            options=ExportOptions(frames=FrameChoice.CONFIRMED, images=ImageFiles.PNG)
        ),
        mark("Tidy polygons"): Preset(
            formats=("coco",),
            options=ExportOptions(
                min_area=25,
                fill_holes=100,
                drop_specks=25,
                polygon_tolerance=1.0,
                format_options={"coco": {"segmentation": "polygon"}},
            ),
        ),
        mark("Back to CVAT"): Preset(formats=("cvat-images",)),
    }
)
"""Presets that come along, by name."""

_LARGEST = 16 << 20


def presets_file() -> Path:
    """Where the person's presets are; the environment variable VOSTOOL_CONFIG names the folder."""
    chosen = os.environ.get("VOSTOOL_CONFIG")
    folder = Path(chosen) if chosen else platformdirs.user_config_path("vostool", appauthor=False)
    return folder / "presets.toml"


def load_presets(path: Path | None = None) -> dict[str, Preset]:
    """The person's own presets by name; none where there is no file.

    Raises:
        UsageError: the file is damaged; one sentence.
    """
    place = path or presets_file()
    try:
        plain = toml.loads(read_bounded(place, _LARGEST).decode("utf-8"))
        return {name: _preset(value, name) for name, value in plain.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        text = str(getattr(error, "strerror", None) or error).rstrip(".").replace("\n", " ")
        raise UsageError(
            tr(
                "The presets in '{place}' cannot be read ({text}); correct or delete the file.",
                place=place,
                text=text,
            )
        ) from None
    except UsageError as error:
        raise UsageError(
            tr("The presets in '{place}' cannot be used: {error}", place=place, error=error)
        ) from None


def save_preset(name: str, preset: Preset, path: Path | None = None) -> None:
    """Keep a preset; one of the same name is replaced, and built-in names are taken.

    Raises:
        UsageError: an empty or a built-in name, or the file is damaged.
        ExportError: it cannot be written.
    """
    if not name.strip() or name in BUILT_IN:
        raise UsageError(tr("A preset cannot be called {name!r}; choose another name.", name=name))
    _store({**load_presets(path), name: preset}, path)


def delete_preset(name: str, path: Path | None = None) -> None:
    """Forget one of the person's presets; nothing happens where there is none.

    Raises:
        UsageError, ExportError: as :func:`save_preset`.
    """
    kept = load_presets(path)
    if kept.pop(name, None) is not None:
        _store(kept, path)


def _preset(value: object, name: str) -> Preset:
    if not isinstance(value, dict):
        raise UsageError(tr("{name!r} must be a table.", name=name))
    table = Table(value, name)
    formats = table.several("formats", str) or []
    options = options_from_plain(table.mapping("options"))
    table.finish()
    return Preset(tuple(formats), options)


def _store(presets: Mapping[str, Preset], path: Path | None) -> None:
    place = path or presets_file()
    plain: Plain = {
        name: {"formats": list(preset.formats), "options": options_to_plain(preset.options)}
        for name, preset in presets.items()
    }
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as beside:
            beside.write_text(toml.dumps(plain), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ExportError(
            tr(
                "The presets cannot be kept in '{place}': {strerror}.",
                place=place,
                strerror=error.strerror or error,
            )
        ) from error
