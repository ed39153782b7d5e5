"""An engine of another distribution in the window's menu and list, beside one that is broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QAction
from scratch_distribution import STILL_ENGINE, write_distribution

from vostool.gui.engine.models_dialog import ModelsDialog
from vostool.models import registry


@pytest.fixture
def _plugins(tmp_path, monkeypatch) -> Iterator[None]:
    points = {registry.GROUP: {"still": "scratch_still:ENGINE", "torn": "scratch_torn:ENGINE"}}
    modules = {"scratch_still": STILL_ENGINE, "scratch_torn": "import no_such_module"}
    monkeypatch.syspath_prepend(write_distribution(tmp_path / "site", modules, points))
    registry.forget_plugins()
    yield
    monkeypatch.undo()
    registry.forget_plugins()


def choices(hand) -> dict[str, QAction]:
    """The engine menu as it opens now."""
    menu = hand.window.status.engine_button.menu()
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


@pytest.mark.usefixtures("_plugins")
def test_it_is_chosen_from_the_menu(hand) -> None:
    with hand.qtbot.waitSignal(hand.bench.worker.engine_ready):
        choices(hand)["Still life"].trigger()
    assert hand.bench.engine.current == "still"
    assert hand.window.status.engine_button.text() == "Still life (cpu)"
    assert choices(hand)["Still life"].isChecked()


@pytest.mark.usefixtures("_plugins")
def test_the_list_names_the_one_that_was_left_out(hand) -> None:
    hand.bench.engine.show_dialog()
    dialog = hand.window.findChildren(ModelsDialog)[-1]
    assert dialog.buttons["still"].text() == "Use"
    assert "torn" not in dialog.buttons
    assert "The plug-in 'torn' of scratch was left out" in dialog.note.text()
    dialog.reject()
