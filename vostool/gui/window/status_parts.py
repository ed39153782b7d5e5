"""Parts of the status bar that are always there: what is running, and the memory in use."""

from __future__ import annotations

import psutil
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QWidget

from vostool.models.shared.device_memory import device_memory_used

MEMORY_MS = 2000
NOTHING_RUNS = "Ready"


class ActivityLabel(QLabel):
    """Says what is running, or that nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NOTHING_RUNS, parent)
        self._running: dict[str, str] = {}
        self.setAccessibleName("Running")
        self.setToolTip("What the program is doing")

    def begin(self, what: str, text: str) -> None:
        """``what`` runs; ``text`` is shown for it."""
        self._running[what] = text
        self._show()

    def end(self, what: str) -> None:
        """``what`` runs no more."""
        self._running.pop(what, None)
        self._show()

    def _show(self) -> None:
        self.setText(", ".join(self._running.values()) or NOTHING_RUNS)


class MemoryLabel(QLabel):
    """The memory that this program holds, read every two seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._process = psutil.Process()
        self.setAccessibleName("Memory in use")
        self._timer = QTimer(self)
        self._timer.setInterval(MEMORY_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Read it now."""
        held = self._process.memory_info().rss
        total = psutil.virtual_memory().total
        on_device = device_memory_used()
        text = f"Memory {gigabytes(held)}"
        tip = f"This program holds {gigabytes(held)} of the computer's {gigabytes(total)}"
        if on_device is not None:
            text += f", GPU {gigabytes(on_device)}"
            tip += f", and {gigabytes(on_device)} on the GPU"
        self.setText(text)
        self.setToolTip(f"{tip}. Its bounds are in the settings.")


def gigabytes(count: int) -> str:
    """Bytes for a person: "850 MB", "1.2 GB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
