"""The language of the window: chosen before anything is made that says something."""

from __future__ import annotations

from PyQt6.QtCore import QLibraryInfo, QLocale, QTranslator
from PyQt6.QtWidgets import QApplication

from vostool.gui.settings import values
from vostool.words import best_language, use_language


def speak(app: QApplication) -> str:
    """Say everything in the language of the settings, else the system's; returns its code.

    What Qt itself says, on buttons such as Cancel, comes from Qt's own catalogue.
    """
    code = values.load().language or best_language(QLocale.system().uiLanguages())
    use_language(code)
    translator = QTranslator(app)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{code}", place):
        app.installTranslator(translator)
    return code
