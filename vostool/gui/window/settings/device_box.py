"""The choice of the device: the cards are looked for in a thread, since that may load torch."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QWidget

from vostool.gui.threads.background import Background
from vostool.models.devices import CPU, Device, found_devices
from vostool.words import mark, tr

AUTOMATIC = mark("Automatic: the best there is")


class DeviceBox(QComboBox):
    """Automatic, the CPU and what was chosen before; the cards as soon as they are found."""

    def __init__(self, chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Device"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(36)
        self._fill((CPU,), chosen, looked=False)
        search = Background(lambda _progress: found_devices())
        search.succeeded.connect(self._found)
        search.start()  # a dialog that is closed hears no more of it

    def chosen(self) -> str:
        """The device's name, "" for automatic."""
        return str(self.currentData())

    def _found(self, devices: Sequence[Device]) -> None:
        self._fill(devices, self.chosen(), looked=True)

    def _fill(self, devices: Sequence[Device], chosen: str, *, looked: bool) -> None:
        self.clear()
        self.addItem(tr(AUTOMATIC), "")
        for device in devices:
            name = "" if device == CPU else f" ({device.name})"
            self.addItem(device.title + name, device.name)
            if device.problem:
                self._disable(self.count() - 1, device.problem)
        if self.findData(chosen) < 0:
            self.addItem(tr("{chosen} (not here now)", chosen=chosen) if looked else chosen, chosen)
        self.setCurrentIndex(self.findData(chosen))

    def _disable(self, row: int, why: str) -> None:
        model = self.model()
        item = model.item(row) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setEnabled(False)
            item.setToolTip(f"{why}.")
