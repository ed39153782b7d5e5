"""Export of the open project: formats, frames and place; progress, cancel and a report."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QCloseEvent, QDesktopServices
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vostool.frames import FrameSource
from vostool.gui import dialogs
from vostool.gui.background import Background
from vostool.io.exporters import FORMATS, ExportOptions, ExportReport, FrameChoice, ImageFiles
from vostool.io.exporters import export as write_export
from vostool.progress import Progress
from vostool.project import Project

FRAMES = {
    "Labelled frames": FrameChoice.LABELLED,
    "All frames": FrameChoice.ALL,
    "Prompted frames only": FrameChoice.PROMPTED,
    "Confirmed frames only": FrameChoice.CONFIRMED,
}
PICTURES = {
    "Labels only": ImageFiles.NONE,
    "With JPEG pictures": ImageFiles.JPEG,
    "With PNG pictures": ImageFiles.PNG,
}
DEFAULT_FORMATS = ("cvat-images", "coco", "masks")


class ExportDialog(QDialog):
    """Writes one project snapshot; the window stays usable only after it is closed."""

    def __init__(self, project: Project, source: FrameSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._project = project
        self._source = source
        self._job: Background | None = None
        self.formats = {name: QCheckBox(entry.title) for name, entry in FORMATS.items()}
        self.frames, self.pictures = QComboBox(), QComboBox()
        self.frames.addItems(list(FRAMES))
        self.pictures.addItems(list(PICTURES))
        self.first, self.last, self.every = QSpinBox(), QSpinBox(), QSpinBox()
        self.folder = QLineEdit(str(_proposed_folder(project)))
        self.overwrite = QCheckBox("Replace an earlier export in this folder")
        self.bar = QProgressBar()
        self.report = QLabel()
        self.export_button = QPushButton("Export")
        self.cancel_button = QPushButton("Cancel")
        self.open_button = QPushButton("Open folder")
        self._set_up()
        self._lay_out()

    def _set_up(self) -> None:
        for name, box in self.formats.items():
            entry = FORMATS[name]
            box.setChecked(name in DEFAULT_FORMATS)
            box.setToolTip(f"Keeps: {', '.join(entry.keeps)}.\nLoses: {', '.join(entry.loses)}.")
            box.toggled.connect(self._check)
        end = len(self._source) - 1
        self.first.setRange(0, end)
        self.last.setRange(0, end)
        self.last.setValue(end)
        self.every.setRange(1, max(end, 1))
        self.bar.hide()
        self.report.setWordWrap(True)
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.export_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder.text()))
        )
        if not len(self._project.masks):
            self.report.setText("There is no mask yet; label something first.")
            self.export_button.setEnabled(False)

    def _lay_out(self) -> None:
        group = QGroupBox("Formats")
        inside = QVBoxLayout(group)
        for box in self.formats.values():
            inside.addWidget(box)
        spans = QHBoxLayout()
        for text, spin in (("", self.first), ("to", self.last), ("every", self.every)):
            if text:
                spans.addWidget(QLabel(text))
            spans.addWidget(spin, 1)
        browse = QPushButton("Browse…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        form = QFormLayout()
        form.addRow("Frames", self.frames)
        form.addRow("Range", spans)
        form.addRow("Pictures", self.pictures)
        form.addRow("Folder", place)
        form.addRow("", self.overwrite)
        buttons = QDialogButtonBox()
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.export_button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(group)
        layout.addLayout(form)
        for widget in (self.bar, self.report, buttons):
            layout.addWidget(widget)
        self.open_button.hide()  # a button box shows what is added to it
        self.export_button.setDefault(True)  # counts only once it is in the dialog
        self.resize(560, self.sizeHint().height())

    def start(self) -> None:
        """Write what is chosen, off the GUI thread."""
        names = [name for name, box in self.formats.items() if box.isChecked()]
        folder = Path(self.folder.text()).expanduser()
        if not self.overwrite.isChecked() and any((folder / name).exists() for name in names):
            if not dialogs.ask_to_replace(self, folder):
                return
            self.overwrite.setChecked(True)
        options = ExportOptions(
            first=self.first.value(),
            last=max(self.last.value(), self.first.value()),
            every=self.every.value(),
            frames=FRAMES[self.frames.currentText()],
            images=PICTURES[self.pictures.currentText()],
            overwrite=self.overwrite.isChecked(),
        )
        project, source = self._project, self._source.clone()

        def work(progress: Progress) -> ExportReport:
            try:
                return write_export(project, source, names, folder, options, progress)
            finally:
                source.close()

        job = Background(work, self)
        self._job = job
        job.progressed.connect(self._progressed)
        job.succeeded.connect(self._succeeded)
        job.failed.connect(self._ended)
        job.cancelled.connect(lambda: self._ended("Cancelled; nothing was written."))
        self.export_button.setEnabled(False)
        self.open_button.hide()
        self.report.setText("")
        self.bar.setRange(0, 0)
        self.bar.show()
        job.start()

    def reject(self) -> None:
        """Cancel what runs; close when nothing does."""
        if self._job is not None:
            self._job.cancel()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
        super().closeEvent(event)

    def _progressed(self, done: int, total: int, what: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.setFormat("%v of %m frames")

    def _succeeded(self, report: ExportReport) -> None:
        lines = [f"{report.masks} masks of {report.objects} objects on {report.frames} frames:"]
        lines += [f"{item.main} ({item.size_bytes / 1e6:.2f} MB)" for item in report.written]
        lines += [f"Note: {warning}" for warning in report.warnings]
        self.open_button.show()
        self.cancel_button.setText("Close")
        self._ended("\n".join(lines))

    def _ended(self, text: str) -> None:
        if self._job is not None:
            self._job.wait()
            self._job = None
        self.bar.hide()
        self.report.setText(text)
        self._check()

    def _check(self) -> None:
        chosen = any(box.isChecked() for box in self.formats.values())
        self.export_button.setEnabled(chosen and self._job is None and len(self._project.masks) > 0)

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if name:
            self.folder.setText(name)


def _proposed_folder(project: Project) -> Path:
    path = project.source.path
    return path.with_name(f"{path.stem}-labels")
