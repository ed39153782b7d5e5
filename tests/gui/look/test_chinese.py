"""Every screen in Chinese: no text that is cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fitting import faults_of
from PyQt6.QtWidgets import QApplication

from tests.gui.look.conftest import lasting
from vostool import words
from vostool.gui.window.language import SCRIPTS, font_for


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    """The language and the font that :func:`vostool.gui.window.language.speak` chooses."""
    before = qapp.font()
    font = font_for("zh_CN", before)
    if font is None and before.family() not in families():
        pytest.skip("no font here has Chinese letters; install fonts-noto-cjk")
    words.use_language("zh_CN")
    qapp.setFont(font or before)
    yield
    qapp.setFont(before)
    words.use_language(words.ENGLISH)


def families() -> list[str]:
    from PyQt6.QtGui import QFontDatabase

    return QFontDatabase.families(SCRIPTS["zh_CN"])


def test_nothing_is_cut(chinese: None, walk) -> None:
    faults: list[str] = []
    seen = 0
    for name, widget in walk("Light"):
        faults += [f"{name}: {each}" for each in lasting(lambda w=widget: faults_of(w))]
        seen += 1
    assert not faults, "\n".join(faults)
    assert seen > 80
