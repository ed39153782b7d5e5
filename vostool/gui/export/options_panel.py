"""The options that every format has: which frames, which objects, how masks and files are made."""

from __future__ import annotations

from typing import TypeVar

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QWidget,
)

from vostool.errors import UsageError
from vostool.gui.export.formats_panel import OptionValues
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.io.exports.exporters import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy
from vostool.words import mark, tr

FRAMES = {
    mark("Labelled frames"): FrameChoice.LABELLED,
    mark("All frames"): FrameChoice.ALL,
    mark("Prompted frames only"): FrameChoice.PROMPTED,
    mark("Confirmed frames only"): FrameChoice.CONFIRMED,
}
PICTURES = {
    mark("Labels only"): ImageFiles.NONE,
    mark("With JPEG pictures"): ImageFiles.JPEG,
    mark("With PNG pictures (lossless)"): ImageFiles.PNG,
}
SPLITS = {
    mark("No split"): SplitBy.NONE,
    mark("Whole videos (of merged projects)"): SplitBy.VIDEO,
    mark("Each video by time"): SplitBy.TIME,
}
LARGEST = 99_999_999
PATTERN_TIP = mark("May hold {video}, {frame:06d} and {name}; empty: as each format names frames")
Choice = TypeVar("Choice")


class OptionsPanel(QWidget):
    """Fields for :class:`~vostool.io.exports.options.ExportOptions`, on pages for a tab widget.

    Signals:
        changed(): any of them.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.frames, self.pictures, self.split = QComboBox(), QComboBox(), QComboBox()
        self.first, self.last, self.every = QSpinBox(), QSpinBox(), QSpinBox()
        self.objects, self.labels, self.pattern = QLineEdit(), QLineEdit(), QLineEdit()
        self.min_area, self.fill_holes, self.drop_specks = QSpinBox(), QSpinBox(), QSpinBox()
        self.tolerance, self.quality = QDoubleSpinBox(), QSpinBox()
        self.shares = QDoubleSpinBox(), QDoubleSpinBox(), QDoubleSpinBox()
        self.overwrite = QCheckBox(tr("Replace earlier exports without asking"))
        self._set_up()
        self._connect()
        self.set_options(ExportOptions())

    def add_pages(self, tabs: QTabWidget) -> None:
        """Put the fields on two pages."""
        tabs.addTab(self._page_of_frames(), tr("Frames and &masks"))
        tabs.addTab(self._page_of_files(), tr("Pictures and f&iles"))

    def options(self, format_options: OptionValues) -> ExportOptions:
        """What is chosen.

        Raises:
            UsageError: a value that makes no sense.
        """
        last = self.last.value()
        shares = [round(share.value() / 100, 6) for share in self.shares]
        return ExportOptions(
            first=self.first.value(),
            last=None if last < 0 else last,
            every=self.every.value(),
            frames=FRAMES[chosen_name(self.frames)],
            object_ids=_numbers(self.objects.text()),
            labels=_words(self.labels.text()) or None,
            min_area=self.min_area.value(),
            fill_holes=self.fill_holes.value(),
            drop_specks=self.drop_specks.value(),
            polygon_tolerance=self.tolerance.value(),
            split=Split(SPLITS[chosen_name(self.split)], *shares),
            pattern=self.pattern.text().strip(),
            images=PICTURES[chosen_name(self.pictures)],
            jpeg_quality=self.quality.value(),
            overwrite=self.overwrite.isChecked(),
            format_options=format_options,
        )

    def set_options(self, options: ExportOptions) -> None:
        """Show these."""
        self.blockSignals(True)
        self.first.setValue(options.first)
        self.last.setValue(-1 if options.last is None else options.last)
        self.every.setValue(options.every)
        choose_name(self.frames, _title(FRAMES, options.frames))
        self.objects.setText(", ".join(str(number) for number in options.object_ids or ()))
        self.labels.setText(", ".join(options.labels or ()))
        self.min_area.setValue(options.min_area)
        self.fill_holes.setValue(options.fill_holes)
        self.drop_specks.setValue(options.drop_specks)
        self.tolerance.setValue(options.polygon_tolerance)
        choose_name(self.split, _title(SPLITS, options.split.by))
        given = options.split.train, options.split.val, options.split.test
        for field, share in zip(self.shares, given, strict=True):
            field.setValue(100 * share / (sum(given) or 1))
        self.pattern.setText(options.pattern)
        choose_name(self.pictures, _title(PICTURES, options.images))
        self.quality.setValue(options.jpeg_quality)
        self.overwrite.setChecked(options.overwrite)
        self.blockSignals(False)
        self._changed()

    # -- helpers -------------------------------------------------------------------------------

    def _set_up(self) -> None:
        for combo, titles in ((self.frames, FRAMES), (self.pictures, PICTURES)):
            add_choices(combo, titles)
        add_choices(self.split, SPLITS)
        self.first.setRange(0, LARGEST)
        self.last.setRange(-1, LARGEST)
        self.last.setSpecialValueText(tr("the end"))
        self.every.setRange(1, LARGEST)
        for spin in (self.min_area, self.fill_holes, self.drop_specks):
            spin.setRange(0, LARGEST)
            spin.setSuffix(tr(" px"))
        self.tolerance.setRange(0, 1000)
        self.tolerance.setSingleStep(0.5)
        self.tolerance.setSuffix(tr(" px"))
        self.tolerance.setToolTip(tr("How far polygons may lie from the outline; 0 is exact"))
        self.quality.setRange(1, 100)
        for share, name in zip(
            self.shares, (tr("Training"), tr("Validation"), tr("Test")), strict=True
        ):
            share.setRange(0, 100)
            share.setDecimals(1)
            share.setSuffix(" %")
            share.setAccessibleName(tr("{name} share", name=name))
        self.objects.setPlaceholderText(tr("all; or numbers: 1, 4"))
        self.labels.setPlaceholderText(tr("all; or names: car, dog"))
        self.pattern.setPlaceholderText(tr("as each format does"))
        self.pattern.setToolTip(tr(PATTERN_TIP))
        self.overwrite.setToolTip(tr("Files that no export wrote are kept either way"))

    def _connect(self) -> None:
        for combo in (self.frames, self.pictures, self.split):
            combo.currentIndexChanged.connect(self._changed)
        for spin in (
            self.first, self.last, self.every, self.min_area, self.fill_holes, self.drop_specks,
            self.quality, self.tolerance, *self.shares,
        ):  # fmt: skip
            spin.valueChanged.connect(self._changed)
        for line in (self.objects, self.labels, self.pattern):
            line.textChanged.connect(self._changed)
        self.overwrite.toggled.connect(self._changed)

    def _changed(self, *_: object) -> None:
        self.quality.setEnabled(PICTURES[chosen_name(self.pictures)] is ImageFiles.JPEG)
        for share in self.shares:
            share.setEnabled(SPLITS[chosen_name(self.split)] is not SplitBy.NONE)
        self.changed.emit()

    def _page_of_frames(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.addRow(tr("Frames"), self.frames)
        form.addRow(tr("From frame"), _row(self.first, QLabel(tr("to")), self.last))
        form.addRow(tr("Every n-th frame"), self.every)
        form.addRow(tr("Objects"), self.objects)
        form.addRow(tr("Labels"), self.labels)
        form.addRow(tr("Smallest mask"), self.min_area)
        form.addRow(tr("Fill holes up to"), self.fill_holes)
        form.addRow(tr("Drop specks below"), self.drop_specks)
        form.addRow(tr("Polygon tolerance"), self.tolerance)
        _name_fields(form)
        self.first.setAccessibleName(tr("First frame"))
        self.last.setAccessibleName(tr("Last frame"))
        return page

    def _page_of_files(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.addRow(tr("Pictures"), self.pictures)
        form.addRow(tr("JPEG quality"), self.quality)
        form.addRow(tr("File names"), self.pattern)
        form.addRow(tr("Split"), self.split)
        for share, name in zip(
            self.shares, (tr("Training"), tr("Validation"), tr("Test")), strict=True
        ):
            form.addRow(name, share)
        form.addRow("", self.overwrite)
        note = QLabel(
            tr(
                "File names: {lower}{pattern_tip}.",
                lower=PATTERN_TIP[0].lower(),
                pattern_tip=PATTERN_TIP[1:],
            )
        )
        note.setWordWrap(True)
        form.addRow(note)
        _name_fields(form)
        return page


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return row


def _name_fields(form: QFormLayout) -> None:
    """Screen readers say of each field what its label shows."""
    for place in range(form.rowCount()):
        label = form.itemAt(place, QFormLayout.ItemRole.LabelRole)
        field = form.itemAt(place, QFormLayout.ItemRole.FieldRole)
        text = label.widget() if label is not None else None
        widget = field.widget() if field is not None else None
        if isinstance(text, QLabel) and widget is not None and text.text():
            widget.setAccessibleName(text.text().replace("&", ""))


def _title(titles: dict[str, Choice], value: Choice) -> str:
    return next(title for title, choice in titles.items() if choice == value)


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _numbers(text: str) -> list[int] | None:
    try:
        return [int(part) for part in _words(text)] or None
    except ValueError:
        raise UsageError(
            tr(
                "Objects are numbers with commas between them, such as 1, 4; not {text!r}.",
                text=text,
            )
        ) from None
