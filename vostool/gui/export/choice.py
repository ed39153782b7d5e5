"""What is chosen in the export dialog, as a batch, as a preset and as a recipe."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QWidget

from vostool.errors import UsageError, VosToolError
from vostool.files import expanded
from vostool.gui.export.last_choice import last_choice
from vostool.gui.export.layout import ExportWidgets
from vostool.gui.export.places import is_stored, proposed_folder
from vostool.gui.export.projects_panel import EMPTY
from vostool.gui.widgets import dialogs
from vostool.io.batch.presets import Preset
from vostool.io.batch.recipe import load_recipe, save_recipe
from vostool.io.batch.run import Batch
from vostool.io.exports.exporters import check_options
from vostool.words import tr


class Choice(QObject):
    """Reads and sets the widgets in which a batch is put together.

    Signals:
        changed(): the batch is another one.
        told(str, str): a sentence for the person, and its tone; "" for none.
    """

    changed = pyqtSignal()
    told = pyqtSignal(str, str)

    def __init__(self, ui: ExportWidgets, window: QWidget) -> None:
        """Follow the widgets; ``window`` is where files are asked for."""
        super().__init__(window)
        self._ui = ui
        self._window = window
        self._own_folder = False
        for edited in (
            ui.projects.rows.edited, ui.formats.changed, ui.options.changed, ui.merge.toggled,
        ):  # fmt: skip
            edited.connect(lambda *_: self.changed.emit())
        ui.folder.textChanged.connect(self._keep_folder)
        ui.browse.clicked.connect(self._browse)
        ui.presets.chosen.connect(self.take_preset)
        ui.load_recipe.triggered.connect(self.load_recipe)
        ui.save_recipe.triggered.connect(self.save_recipe)

    def batch(self) -> Batch:
        """What would be run now.

        Raises:
            UsageError: something is missing or makes no sense.
        """
        ui = self._ui
        if not ui.projects.rows.rows:
            raise UsageError(tr(EMPTY))
        if not ui.formats.chosen():
            raise UsageError(tr("Tick at least one format."))
        if not ui.folder.text().strip():
            raise UsageError(tr("Say which folder to write to."))
        made = Batch(
            ui.projects.rows.projects(),
            ui.formats.chosen(),
            expanded(ui.folder.text().strip()).absolute(),
            ui.options.options(ui.formats.option_values()),
            ui.merge.isChecked(),
        )
        made.check()
        return made

    def preset(self) -> Preset:
        """The formats and options.

        Raises:
            UsageError: an option makes no sense.
        """
        formats = self._ui.formats
        return Preset(formats.chosen(), self._ui.options.options(formats.option_values()))

    def take_preset(self, preset: Preset) -> None:
        """Show its formats, where it has some, and its options."""
        formats = preset.formats or self._ui.formats.chosen()
        try:
            check_options(formats or last_choice().formats, preset.options)
        except UsageError as error:
            self.told.emit(str(error), "bad")
            return
        self._ui.formats.choose(formats)
        self._ui.formats.set_option_values(preset.options.format_options)
        self._ui.options.set_options(preset.options)

    def propose_folder(self) -> None:
        """Name a folder for the projects of now, unless the person has named one."""
        if not self._own_folder:
            folder = str(proposed_folder(self._ui.projects.rows.projects()))
            if folder != self._ui.folder.text():
                self._ui.folder.blockSignals(True)
                self._ui.folder.setText(folder)
                self._ui.folder.blockSignals(False)

    def load_recipe(self) -> None:
        """Ask for a recipe, and show what is in it instead of everything here."""
        path = dialogs.ask_for_recipe(self._window)
        if path is None:
            return
        try:
            batch = load_recipe(path)
        except VosToolError as error:
            self.told.emit(str(error), "bad")
            return
        rows = self._ui.projects.rows
        held = {p.path.resolve(): p for p in rows.projects() if p.held is not None}
        self._ui.folder.setText(str(batch.destination))
        self._ui.merge.setChecked(batch.merge)
        self.take_preset(Preset(batch.formats, batch.options))
        self._ui.presets.clear_choice()
        rows.replace(held.get(p.path.resolve(), p) for p in batch.projects)

    def save_recipe(self) -> None:
        """Ask for a file, and store the batch there, for the command line or another day."""
        try:
            batch = self.batch()
            if not all(is_stored(project) for project in batch.projects):
                raise UsageError(
                    tr("Save the open project first (Ctrl+S); a recipe names its file.")
                )
            proposed = batch.projects[0].path.with_name("export.toml")
            path = dialogs.ask_recipe_name(self._window, proposed)
            if path is None:
                return
            save_recipe(batch, path)
        except VosToolError as error:
            self.told.emit(str(error), "bad")
            return
        self.told.emit(
            tr(
                "Saved; run it again with: vostool export --recipe {path_name}", path_name=path.name
            ),
            "",
        )

    def _keep_folder(self, _: str) -> None:
        """Whatever is put there, but for a proposal, is the person's choice."""
        self._own_folder = True
        self.changed.emit()

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._window, tr("Export to"), self._ui.folder.text()
        )
        if name:
            self._ui.folder.setText(name)
