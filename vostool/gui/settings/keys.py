"""Every key under which something is kept between two starts of the program, and what it holds."""

from __future__ import annotations

GEOMETRY = "geometry"
"""Size and place of the window, as Qt packs them."""
DOCKS = "docks"
"""Where the docks lie, as Qt packs it."""
KEYMAP = "keymap"
"""A person's own shortcuts, as JSON."""
LABELS = "labels"
"""The labels that new projects begin with, as CVAT's JSON of labels."""
RECENT = "recent"
"""What was opened lately, the newest first, as a JSON list of paths."""
TOUR_SEEN = "tour_seen"
"""Whether the tour was shown."""

THEME = "theme"
"""One of :data:`vostool.gui.settings.values.THEMES`."""
QUALITY = "quality"
"""One of :data:`vostool.models.engine_options.QUALITIES`."""
FRAME_MEGABYTES = "frame_megabytes"
"""Bound on decoded frames, in MiB."""
FEATURE_MEGABYTES = "feature_megabytes"
"""Bound on the engine's encoder features, in MiB."""
FEATURES_ON_DISK = "features_on_disk"
"""Whether encoder features are kept on the disk as well."""
FIRST_LABEL = "first_label"
"""The label of a project's first object."""

BRUSH_SIZE = "brush_size"
"""The brush's diameter in pixels of the frame."""
WAND_TOLERANCE = "wand_tolerance"
"""The wand's tolerance, 0..255."""
WAND_CONTIGUOUS = "wand_contiguous"
"""Whether the wand takes only what hangs together with the click."""

TRACK_COUNT = "track_count"
"""How many frames a run of some frames took last."""
TRACK_WAY = "track_way"
"""Which way it went, as the dialog shows it."""

VIEW_STYLE = "view/style"
"""Name of the masks' style."""
VIEW_OPACITY = "view/opacity"
"""Of the masks, 0..1."""


def view_flag(name: str) -> str:
    """The key of one switch of the view, such as "labels"."""
    return f"view/{name}"
