"""Other windows of this program: the one that has a project comes to the front when asked.

Each window listens under a name made of the project that it has open; another window that is
asked to open the same project knocks there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtNetwork import QLocalServer, QLocalSocket
from PyQt6.QtWidgets import QMainWindow

KNOCK_MS = 500
"""What a knock may take; the other window answers from its event loop."""


def door_name(project: Path) -> str:
    """The name under which the window that has this project open listens."""
    place = str(project.absolute()).encode("utf-8", "surrogateescape")
    return f"vostool-{hashlib.blake2b(place, digest_size=12).hexdigest()}"


def bring_to_front(project: Path) -> bool:
    """Ask the window that has the project open to show itself; False where none answers."""
    socket = QLocalSocket()
    socket.connectToServer(door_name(project))
    answered = socket.waitForConnected(KNOCK_MS)
    socket.disconnectFromServer()
    return answered


class Doorbell(QObject):
    """Listens for one window."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__()
        self._window = window
        self._server: QLocalServer | None = None

    def listen(self, project: Path | None) -> None:
        """Listen for this project and no other; None: for none."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if project is None:
            return
        server = QLocalServer(self)
        server.newConnection.connect(self._rung)
        name = door_name(project)
        # A window that was killed leaves its name behind; who holds the project's lock may take it.
        QLocalServer.removeServer(name)
        if server.listen(name):
            self._server = server

    def _rung(self) -> None:
        server = self._server
        socket = None if server is None else server.nextPendingConnection()
        if socket is not None:
            socket.disconnectFromServer()
            socket.deleteLater()
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
