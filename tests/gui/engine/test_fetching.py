"""Fetching a checkpoint from the window, over HTTP from a server of the test's own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.engine.models_dialog import ModelsDialog
from vostool.models.sam2.published import MODELS

BODY = bytes(range(256)) * 400
NAME = "sam2.1-tiny"


class _Serve(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """The test's output stays quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Serve)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/model.pt"
    server.shutdown()
    thread.join()
    server.server_close()


def dialog_for(hand, monkeypatch, address: str, sha256: str) -> ModelsDialog:
    spec = replace(MODELS[NAME], url=address, size=len(BODY), sha256=sha256)
    monkeypatch.setattr("vostool.gui.engine.models_dialog.published", lambda: {NAME: spec})
    hand.bench.engine.show_dialog()
    return hand.window.findChildren(ModelsDialog)[-1]


def test_a_fetched_model_is_used_at_once(hand, engine, address, monkeypatch) -> None:
    import vostool.models.weights.catalog as catalog

    asked: list[str] = []
    monkeypatch.setattr(
        "vostool.gui.window.engine_choice.create_engine",
        lambda name, device, options: asked.append(name) or engine,
    )
    dialog = dialog_for(hand, monkeypatch, address, hashlib.sha256(BODY).hexdigest())
    with hand.qtbot.waitSignal(hand.bench.worker.engine_ready):
        QTest.mouseClick(dialog.buttons[NAME], Qt.MouseButton.LeftButton)
    assert asked == [NAME]
    assert "is here and in use now" in dialog.note.text()
    assert (catalog.user_checkpoint_dir() / MODELS[NAME].file_name).read_bytes() == BODY
    dialog.reject()


def test_a_wrong_file_is_refused_in_one_sentence(hand, address, monkeypatch) -> None:
    import vostool.models.weights.catalog as catalog

    dialog = dialog_for(hand, monkeypatch, address, "0" * 64)
    QTest.mouseClick(dialog.buttons[NAME], Qt.MouseButton.LeftButton)
    hand.until(lambda: not dialog.bar.isVisible() and "Fetching" not in dialog.note.text())
    assert dialog.note.text().endswith(".") and "\n" not in dialog.note.text()
    assert not (catalog.user_checkpoint_dir() / MODELS[NAME].file_name).exists()
    assert hand.bench.engine.current == "flow"
    dialog.reject()
