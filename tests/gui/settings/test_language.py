"""The language is the one of the settings, else the system's; what is stored stays English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QLocale, QTranslator
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QWidget

from vostool import words
from vostool.gui.actions.keymap import Keymap
from vostool.gui.settings import values
from vostool.gui.settings.values import Values
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.gui.window.action_table import action_table
from vostool.gui.window.language import font_for, speak
from vostool.gui.window.settings.dialog import SettingsDialog


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    font = qapp.font()
    yield qapp
    for made in qapp.findChildren(QTranslator):
        qapp.removeTranslator(made)
    qapp.setFont(font)
    words.use_language(words.ENGLISH)


def test_the_settings_come_before_the_system(application: QApplication, monkeypatch) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda *_: ["zh-Hans-CN"])
    assert speak(application) == "zh_CN"
    assert words.tr("Undo") == "撤销"
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"
    values.save(Values(language="en"))
    assert speak(application) == "en"
    assert words.tr("Undo") == "Undo"


def test_a_language_that_there_is_not_is_the_systems(qtbot) -> None:
    values.save(Values(language="xx"))
    assert values.load().language == ""


def test_the_dialog_keeps_it(application: QApplication, qtbot) -> None:
    words.use_language("zh_CN")
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SettingsDialog(Values(theme="Dark"), Keymap(), action_table(), parent)
    assert [dialog.language.itemText(n) for n in range(3)] == ["跟随系统", "English", "中文"]
    dialog.language.setCurrentIndex(2)
    assert dialog.values().language == "zh_CN"
    assert dialog.theme.currentText() == "深色"
    assert dialog.values().theme == "Dark"


def test_lists_show_the_language_and_give_english(application: QApplication, qtbot) -> None:
    words.use_language("zh_CN")
    box = QComboBox()
    qtbot.addWidget(box)
    add_choices(box, ("Forward", "Backward"))
    choose_name(box, "Backward")
    assert (box.currentText(), chosen_name(box)) == ("反向", "Backward")
    choose_name(box, "Sideways")
    assert chosen_name(box) == "Backward"


def test_english_needs_no_other_font() -> None:
    assert font_for("en", QFont()) is None
