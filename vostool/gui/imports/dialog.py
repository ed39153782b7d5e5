"""Import of a label file: what comes in and what is left out, before it is applied as one step."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QStringListModel, Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vostool.frames import FrameSource
from vostool.gui.imports.reading import Plan, Reading
from vostool.gui.session.document import Document
from vostool.gui.widgets.choices import add_choices, chosen_name
from vostool.gui.widgets.option_fields import OptionFields
from vostool.gui.widgets.own_html import Strong, bold, plain
from vostool.io.imports.edit import (
    ImportPolicy,
    ImportSummary,
    ObjectPolicy,
    Ungrouped,
)
from vostool.io.imports.importers import IMPORT_FORMATS
from vostool.words import mark, tr

OBJECTS = {
    mark("Come in as new objects"): ObjectPolicy.NEW,
    mark("Go on with objects of the same id and label"): ObjectPolicy.MATCH,
}
UNGROUPED = {
    mark("One object a label, where it is there once a frame"): Ungrouped.AUTO,
    mark("Each shape is an object"): Ungrouped.EACH,
    mark("One object a label"): Ungrouped.LABEL,
}


class ImportDialog(QDialog):
    """Reads off the GUI thread, shows the summary, applies it, and offers to track from it.

    Attributes:
        summary: of what was applied; None until then.
        track_wanted: the person chose to track from the imported frames.
        reading: what reads the labels.
    """

    def __init__(
        self, document: Document, source: FrameSource, path: Path, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import labels"))
        self.summary: ImportSummary | None = None
        self.track_wanted = False
        self._document = document
        self._path = path
        self.reading = Reading(document, source, path, self)
        self.format, self.objects, self.ungrouped = QComboBox(), QComboBox(), QComboBox()
        self.replace = QCheckBox(tr("Also replace what was confirmed"))
        self.boxes = QCheckBox(tr("Interpolated boxes become prompts, too"))
        self.options = OptionFields()
        self.bar = QProgressBar()
        self.sentence = QLabel()
        self.left_out = QLabel(" ".join(IMPORT_FORMATS.problems))
        self.left_out.setWordWrap(True)
        self.left_out.setVisible(bool(IMPORT_FORMATS.problems))
        self.details = QListView()
        self._lines = QStringListModel(self)
        self.import_button = QPushButton(tr("Import"))
        self.track_button = QPushButton(tr("Track from imported frames"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self._set_up()
        self._lay_out()
        document.changed.connect(self._plan_again)
        self.reading.detect()  # where no format is found, the person may choose one

    # -- making --------------------------------------------------------------------------------

    def _set_up(self) -> None:
        for name, entry in IMPORT_FORMATS.items():
            self.format.addItem(tr(entry.title), name)
            self.format.setItemData(
                self.format.count() - 1,
                tr(
                    "Keeps: {keeps}.\nLoses: {loses}.",
                    keeps=", ".join(map(tr, entry.keeps)),
                    loses=", ".join(map(tr, entry.loses)),
                ),
                Qt.ItemDataRole.ToolTipRole,
            )
        add_choices(self.objects, OBJECTS)
        add_choices(self.ungrouped, UNGROUPED)
        self.format.setPlaceholderText(tr("Choose a format"))
        self.format.setCurrentIndex(-1)
        self.format.currentIndexChanged.connect(self._choose_format)
        self.options.changed.connect(self._read)
        self.objects.currentIndexChanged.connect(self._plan_again)
        self.ungrouped.currentIndexChanged.connect(self._plan_again)
        self.replace.toggled.connect(self._plan_again)
        self.boxes.toggled.connect(self._plan_again)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setModel(self._lines)
        self.details.setWordWrap(True)
        self.details.setUniformItemSizes(False)
        self.details.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.details.setAccessibleName(tr("Details"))
        self.reading.began.connect(self._began)
        self.reading.progressed.connect(self._progressed)
        self.reading.detected.connect(self._detected)
        self.reading.planned.connect(self._show_plan)
        self.reading.failed.connect(self._failed)
        self.import_button.clicked.connect(self.apply)
        self.track_button.clicked.connect(self._track)
        self.cancel_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        name = QLabel(self._path.name)
        name.setToolTip(str(self._path))
        form = QFormLayout()
        form.addRow(tr("Labels"), name)
        form.addRow(tr("Format"), self.format)
        form.addRow(tr("Objects"), self.objects)
        form.addRow(tr("Without identity"), self.ungrouped)
        form.addRow("", self.replace)
        form.addRow("", self.boxes)
        buttons = QDialogButtonBox()
        buttons.addButton(self.track_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.import_button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self.options, self.bar, self.sentence, self.details, self.left_out, buttons):
            layout.addWidget(widget)
        layout.setStretchFactor(self.details, 1)
        self.track_button.hide()  # a button box shows what is added to it
        self.import_button.setDefault(True)
        self.resize(640, 520)

    # -- reading and planning ------------------------------------------------------------------

    def _choose_format(self) -> None:
        name = self.format.currentData()
        self.options.show_options(IMPORT_FORMATS[name].options if name else ())
        if name:
            self._read()

    def _read(self) -> None:
        """Read the file as it is chosen now, and plan what it would do."""
        self.reading.read(self.format.currentData(), self.options.values(), self._policy())

    def _plan_again(self, *_: object) -> None:
        """Plan again for other choices, or for a project that has changed meanwhile."""
        if self.summary is not None or self.format.currentData() is None:
            return
        if self.reading.plan is None:
            self._read()
        else:
            self.reading.plan_again(self._policy())

    def _policy(self) -> ImportPolicy:
        return ImportPolicy(
            OBJECTS[chosen_name(self.objects)],
            UNGROUPED[chosen_name(self.ungrouped)],
            replace_confirmed=self.replace.isChecked(),
            boxes_between=self.boxes.isChecked(),
        )

    def _began(self, text: str) -> None:
        self.import_button.setEnabled(False)
        plain(self.sentence, text)
        self._lines.setStringList([])
        self.bar.setRange(0, 0)
        self.bar.show()

    def _progressed(self, done: int, total: int, _what: str) -> None:
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(int(1000 * done / total) if total else 0)

    def _detected(self, name: str) -> None:
        self.format.setCurrentIndex(self.format.findData(name))

    def _show_plan(self, plan: Plan) -> None:
        self.bar.hide()
        summary = plan.summary
        title = tr(IMPORT_FORMATS[plan.format].title)
        left = tr(" Left out: {count}.", count=len(summary.skipped)) if summary.skipped else ""
        frames = summary.frames_sentence()
        lines = [tr("Frames: {frames}", frames=frames)] if frames else []
        lines += [Strong(doubt.sentence) for doubt in summary.doubts]
        bold(self.sentence, summary.sentence(), "", *lines, f"{title}.{left}")
        notes = [tr("Note: {note}", note=note) for note in (*summary.notes(), *summary.warnings)]
        self._lines.setStringList(
            [*notes, *(tr("Left out: {text}", text=text) for text in summary.skipped)]
        )
        self.import_button.setEnabled(bool(plan.edit.changes))
        if not plan.edit.changes:
            plain(self.sentence, tr("The project holds all of this already; nothing would change."))

    def _failed(self, text: str) -> None:
        self.bar.hide()
        plain(self.sentence, text)

    # -- what the person decides ---------------------------------------------------------------

    def apply(self) -> None:
        """Bring it in as one undo step, and offer to track from it."""
        plan = self.reading.plan
        if plan is None or self.reading.is_busy:
            return
        self.summary = plan.summary
        self._document.do(plan.edit)
        bold(self.sentence, tr("Imported: {sentence}.", sentence=plan.summary.sentence()))
        for widget in (self.format, self.objects, self.ungrouped, self.replace, self.boxes):
            widget.setEnabled(False)
        self.options.setEnabled(False)
        self.import_button.hide()
        self.cancel_button.setText(tr("Close"))
        self.track_button.setVisible(plan.summary.trackable)
        button = self.track_button if plan.summary.trackable else self.cancel_button
        button.setDefault(True)
        button.setFocus()

    def _track(self) -> None:
        self.track_wanted = True
        self.accept()

    def done(self, result: int) -> None:
        """Stop reading before the dialog goes."""
        self._document.changed.disconnect(self._plan_again)
        self.reading.close()
        super().done(result)
