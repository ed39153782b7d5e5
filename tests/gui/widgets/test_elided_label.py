"""A line that does not fit says that it goes on, and where the rest is."""

from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QImage

from vostool.gui.widgets.elided_label import ElidedLabel

TEXT = "Click: part of the object; far off: <b>a new one</b>"


def painted(label: ElidedLabel) -> np.ndarray:
    image = label.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asarray(image.sizeInBytes()), np.uint8)
    return rows.reshape(image.height(), image.bytesPerLine())[:, : image.width()]


def test_it_ends_in_dots_where_there_is_no_room(qtbot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(TEXT)
    label.resize(label.sizeHint())
    assert label.shown == label.text() == TEXT
    whole = painted(label)
    label.resize(120, label.height())
    assert label.shown.endswith("…") and len(label.shown) < len(TEXT)
    assert label.text() == label.toolTip() == TEXT
    cut = painted(label)
    assert cut.std() > 0  # something is there, and it is not the whole text's beginning
    assert (cut != whole[:, :120]).any()
    assert label.minimumSizeHint().width() < 40


def test_the_tools_hint_gives_way_in_a_narrow_window(opened) -> None:
    opened.window.resize(1280, 800)
    hint = opened.window.findChild(ElidedLabel, "note")
    assert hint is not None and hint.text() == opened.canvas.tool.tip
    opened.until(lambda: hint.shown.endswith("…") or hint.width() >= hint.sizeHint().width())
