"""The formats and options of the last export, for the next time the dialog opens."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from vostool.errors import VosToolError
from vostool.io.batch.presets import Preset, load_presets, presets_file, save_preset
from vostool.io.exports.exporters import FORMATS
from vostool.words import tr

USUAL = Preset(formats=("cvat-images", "coco", "masks"))
FOR_VIDEO = Preset(formats=("cvat-video", "coco", "masks"))
_NAME = "last"


def last_choice(*, video: bool = False) -> Preset:
    """What was exported last; where nothing was, or it cannot be read, the usual formats.

    Args:
        video: the usual formats for a video, not for pictures.
    """
    with contextlib.suppress(VosToolError):
        found = load_presets(_file()).get(_NAME)
        if found is not None and found.formats and all(name in FORMATS for name in found.formats):
            return found
    return FOR_VIDEO if video else USUAL


def exported_before() -> str:
    """The formats of the last export in short, "CVAT for video, COCO instances"; "" before one."""
    with contextlib.suppress(VosToolError):
        found = load_presets(_file()).get(_NAME)
        names = [name for name in found.formats if name in FORMATS] if found is not None else []
        return ", ".join(
            tr(FORMATS[name].title).partition(" (")[0].partition("（")[0] for name in names
        )
    return ""


def remember_choice(preset: Preset) -> None:
    """Keep it, but for what belongs to certain videos; it is no matter where that fails."""
    options = replace(
        preset.options, first=0, last=None, object_ids=None, labels=None, overwrite=False
    )
    with contextlib.suppress(VosToolError):
        save_preset(_NAME, replace(preset, options=options), _file())


def _file() -> Path:
    return presets_file().with_name("last-export.toml")
