"""How a run ended: what was written, and every warning, to be read and copied."""

from __future__ import annotations

from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from vostool.gui.export.texts import report_text
from vostool.io.batch.run import BatchReport
from vostool.words import tr


class ReportPanel(QWidget):
    """The report as text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.copy_button = QPushButton(tr("Cop&y report"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setAccessibleName(tr("Report"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addLayout(row)

    def show_report(self, report: BatchReport) -> None:
        """Show this run's."""
        self.text.setPlainText(report_text(report))

    def show_sentence(self, sentence: str) -> None:
        """Nothing was written; say why."""
        self.text.setPlainText(sentence)

    def copy(self) -> None:
        """Put the whole report on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text.toPlainText())
