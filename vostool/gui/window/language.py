"""The language of the window: chosen before anything is made that says something."""

from __future__ import annotations

from PyQt6.QtCore import QLibraryInfo, QLocale, QTranslator
from PyQt6.QtGui import QFont, QFontDatabase
from PyQt6.QtWidgets import QApplication

from vostool.gui.settings import values
from vostool.words import best_language, use_language

SCRIPTS = {"zh_CN": QFontDatabase.WritingSystem.SimplifiedChinese}
FONTS = {
    "zh_CN": (
        "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC",
        "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    )
}  # fmt: skip
"""The usual ones of systems, the first that is there; they have Latin letters, too."""


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
    if (font := font_for(code, app.font())) is not None:
        app.setFont(font)
    return code


def font_for(code: str, font: QFont) -> QFont | None:
    """One that has the language's letters itself; None where the given one has them.

    Letters that Qt takes from another font than the widget's are higher than the lines that the
    widget makes for its own, and are cut.
    """
    script = SCRIPTS.get(code)
    there = [] if script is None else QFontDatabase.families(script)
    if font.family() in there:
        return None
    chosen = next((name for name in FONTS.get(code, ()) if name in there), None)
    if chosen is None:
        return None
    made = QFont(font)
    made.setFamily(chosen)
    return made
