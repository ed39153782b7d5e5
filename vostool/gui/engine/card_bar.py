"""Says that a card is there which the installed PyTorch cannot use, and what to type."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QGuiApplication, QResizeEvent
from PyQt6.QtWidgets import QPushButton, QSizePolicy, QWidget

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_text
from vostool.gui.settings.values import of_this_computer
from vostool.gui.threads.background import Background
from vostool.gui.widgets.line_bar import LineBar
from vostool.models.nvidia import UnusedCard, unused_card
from vostool.words import tr


class CardBar(LineBar):
    """A line above the canvas; closed once, it comes again only for another card or PyTorch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.copy_button = QPushButton(tr("Copy the line to install it"))
        super().__init__("", (self.copy_button,), parent)
        self.setObjectName("card_bar")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._found: UnusedCard | None = None
        self._whole = ""
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self._remember)

    def look(self) -> None:
        """Ask the driver in a thread, and show what there is to say."""
        search = Background(lambda _progress: unused_card())
        search.succeeded.connect(self.show_card)
        search.start()

    def show_card(self, found: UnusedCard | None) -> None:
        """Show the line for this card, unless it was closed before."""
        if found is None or stored_text(_key()) == _remembered(found):
            return
        self._found = found
        self._whole = tr(
            "{card} is not used: PyTorch {torch} is for the CPU only, one for CUDA is far faster.",
            card=found.card,
            torch=found.torch,
        )
        self.text.setToolTip(f"{self._whole}\n{found.remedy}")
        self.copy_button.setToolTip(found.remedy)
        self.setAccessibleName(self._whole)
        self.show()
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """A narrow window cuts the sentence, and is not widened by it."""
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        metrics = self.text.fontMetrics()
        elided = metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, self.text.width())
        self.text.setText(elided)

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self._found is not None:
            clipboard.setText(self._found.remedy)
            self.copy_button.setText(tr("Copied: type it in a terminal"))

    def _remember(self) -> None:
        if self._found is not None:
            settings().setValue(_key(), _remembered(self._found))


def _key() -> str:
    return of_this_computer(keys.CARD_SEEN)


def _remembered(found: UnusedCard) -> str:
    return f"{found.card}, {found.torch}"
