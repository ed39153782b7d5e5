"""How the window shows frames and masks: one place that menus, View panel and canvas follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.masks.overlay import DEFAULT_OPACITY
from vostool.masks.styles import Style

FLAGS = {
    "labels": keys.VIEW_LABELS,
    "minimap": keys.VIEW_MINIMAP,
    "preview": keys.VIEW_PREVIEW,
    "thumbnails": keys.VIEW_THUMBNAILS,
}
"""The names of the values that are on or off, and the keys under which they are stored."""


@dataclass(frozen=True)
class ViewValues:
    """How frames and masks are shown; nothing here changes a label.

    Attributes:
        style: how masks are shown.
        opacity: of fills, 0..1.
        labels: names and numbers at the masks.
        minimap: a small picture of the whole frame while a part of it is seen.
        preview: the mask under the mouse before the click.
        thumbnails: a strip of frames on the timeline.
        adjustment: of the picture; forgotten with the window.
    """

    style: Style = Style.FILL
    opacity: float = DEFAULT_OPACITY
    labels: bool = False
    minimap: bool = True
    preview: bool = True
    thumbnails: bool = True
    adjustment: Adjustment = field(default_factory=Adjustment)


class ViewState(QObject):
    """The values of one window; stored, so that the next window begins with them.

    Signals:
        changed(ViewValues)
    """

    changed = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.values = _stored()

    def set(self, **changes: Any) -> None:
        """Change some of the values by name."""
        new = replace(self.values, **changes)
        if new != self.values:
            self.values = new
            _store(new)
            self.changed.emit(new)

    def toggle(self, name: str) -> None:
        """Turn one of the flags on or off, by its name."""
        self.set(**{name: not getattr(self.values, name)})

    def next_style(self) -> None:
        """Choose the style after the present one; after the last comes the first."""
        styles = list(Style)
        self.set(style=styles[(styles.index(self.values.style) + 1) % len(styles)])

    def step_opacity(self, by: float) -> None:
        """Make masks more opaque (by above 0) or less, within 0..1."""
        self.set(opacity=min(max(round(self.values.opacity + by, 2), 0.0), 1.0))


def _stored() -> ViewValues:
    store, values = settings(), ViewValues()
    name = str(store.value(keys.VIEW_STYLE, values.style.name))
    try:
        opacity = float(str(store.value(keys.VIEW_OPACITY, values.opacity)))
    except ValueError:
        opacity = values.opacity
    flags: dict[str, Any] = {
        flag: str(store.value(key, getattr(values, flag))).lower() == "true"
        for flag, key in FLAGS.items()
    }
    style = Style[name] if name in Style.__members__ else values.style
    if style is Style.DIFFERENCE:
        style = values.style  # that run was made in an earlier window, and is not known here
    # max first: comparing with NaN is always False, so that NaN becomes 0.
    opacity = max(0.0, min(opacity, 1.0))
    return replace(ViewValues(style, opacity), **flags)


def _store(values: ViewValues) -> None:
    store = settings()
    store.setValue(keys.VIEW_STYLE, values.style.name)
    store.setValue(keys.VIEW_OPACITY, values.opacity)
    for flag, key in FLAGS.items():
        store.setValue(key, getattr(values, flag))
