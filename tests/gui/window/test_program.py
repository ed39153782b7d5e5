"""The program around the canvas: palette, keys, recent files, settings, notices, status bar."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from vostool.errors import ModelError
from vostool.gui.actions.keymap import Keymap, conflicts, normal, owner, table_keys
from vostool.gui.actions.palette import CommandPalette
from vostool.gui.actions.presets import PRESETS, STANDARD
from vostool.gui.actions.search import Command, search
from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.objects.name_dialog import NameDialog
from vostool.gui.settings import preferences
from vostool.gui.settings import values as settings_values
from vostool.gui.window.action_table import action_table
from vostool.gui.window.handlers import program
from vostool.gui.window.settings.dialog import SettingsDialog
from vostool.gui.window.start.recent import recent_paths
from vostool.models.flow.engine import FlowEngine

LEFT = Qt.MouseButton.LeftButton
ACTIONS = action_table()
IDS = {spec.id for spec in ACTIONS}


def palette(hand, keys: str = "Ctrl+K") -> CommandPalette:
    hand.keys(keys)
    hand.until(lambda: isinstance(QApplication.activeWindow(), CommandPalette))
    return QApplication.activeWindow()


def names(shown: CommandPalette) -> list[str]:
    return [shown.list.item(row).text() for row in range(shown.list.count())]


def settings_dialog(hand, keys: str = "Ctrl+,") -> SettingsDialog:
    hand.keys(keys)
    hand.until(lambda: [d for d in hand.window.findChildren(SettingsDialog) if d.isVisible()])
    return next(d for d in hand.window.findChildren(SettingsDialog) if d.isVisible())


def accept(hand, dialog: SettingsDialog) -> None:
    QTest.mouseClick(dialog.ok_button, LEFT)
    hand.until(lambda: not dialog.isVisible())
    back(hand)


def back(hand) -> None:
    """What a window manager does when a dialog has closed."""
    hand.window.activateWindow()
    hand.until(hand.window.isActiveWindow)


# -- the palette ---------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["Ctrl+K", "F1"])
def test_the_palette_lists_the_whole_table(hand, keys: str) -> None:
    shown = palette(hand, keys)
    assert len(names(shown)) == len(ACTIONS)
    assert QApplication.focusWidget() is shown.box
    QTest.keyClick(shown.box, Qt.Key.Key_Escape)
    hand.until(lambda: not hand.window.findChildren(CommandPalette))


def test_a_command_is_found_and_done_by_keys(opened) -> None:
    shown = palette(opened)
    QTest.keyClicks(shown.box, "last fr")
    assert names(shown)[0] == "Last frame"
    QTest.keyClick(shown.box, Qt.Key.Key_Return)
    opened.until_shown(23)


def test_down_goes_to_the_next_line_and_a_click_does_it(opened) -> None:
    opened.go_to(5)
    shown = palette(opened)
    QTest.keyClicks(shown.box, "frame next")
    QTest.keyClick(shown.box, Qt.Key.Key_Down)
    assert shown.list.currentRow() == 1
    item = shown.list.item(0)
    assert item.text() == "Next frame"
    place = shown.list.visualItemRect(item).center()
    QTest.mouseClick(shown.list.viewport(), LEFT, pos=place)
    assert opened.session.playhead == 6


def test_what_cannot_be_used_now_is_not_done(hand) -> None:
    shown = palette(hand)
    QTest.keyClicks(shown.box, "track forward")
    QTest.keyClick(shown.box, Qt.Key.Key_Return)
    assert shown.isVisible(), "nothing is open"
    QTest.keyClicks(shown.box, " xyzzy")
    assert names(shown) == [] and shown.none.isVisible()
    shown.close()


def test_the_palette_opens_recent_files(opened, video: Path) -> None:
    opened.bench.close_workspace()
    shown = palette(opened)
    QTest.keyClicks(shown.box, "again clip")
    QTest.keyClick(shown.box, Qt.Key.Key_Return)
    opened.until(lambda: opened.bench.workspace is not None)
    assert opened.session.source.info.path == video


def test_the_search_ranks_names_before_what_they_do() -> None:
    lines = [
        Command("a", "Go", "Last frame", "End"),
        Command("b", "Edit", "Delete mask", "Delete", "On this frame"),
        Command("c", "Track", "Track forward", "]"),
    ]
    assert [c.id for c in search(lines, "frame")] == ["a", "b"]
    assert [c.id for c in search(lines, "tfw")] == ["c"]
    assert [c.id for c in search(lines, "TRACK for")] == ["c"]
    assert [c.id for c in search(lines, "")] == ["a", "b", "c"]
    assert search(lines, "frame nowhere") == []


# -- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_no_conflicts_and_name_real_actions(preset: str) -> None:
    own = PRESETS[preset]
    assert set(own) <= IDS
    assert all(normal(keys) for several in own.values() for keys in several)
    assert conflicts(own) == {}
    keys = Keymap(preset).keys(ACTIONS)
    assert conflicts(keys) == {}
    assert set(keys) == IDS
    for action, wanted in own.items():
        assert keys[action] == tuple(map(normal, wanted)), action


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_leaves_an_action_without_its_keys(preset: str) -> None:
    keys = Keymap(preset).keys(ACTIONS)
    assert [spec.id for spec in ACTIONS if spec.shortcuts and not keys[spec.id]] == []


def test_the_presets_are_what_people_know() -> None:
    theirs = Keymap("X-AnyLabeling").keys(ACTIONS)
    for keys, action in {
        "Q": "point", "E": "negative", "B": "clear", "F": "finish_named",
        "Ctrl+B": "track_forward", "Ctrl+M": "track_forward", "D": "next", "A": "previous",
    }.items():  # fmt: skip
        assert owner(theirs, keys) == action
    cvat = Keymap("CVAT").keys(ACTIONS)
    for keys, action in {"F": "next", "D": "previous", "V": "next_10", "C": "previous_10",
                         "N": "new_object", "Space": "play"}.items():  # fmt: skip
        assert owner(cvat, keys) == action
    assert Keymap(STANDARD).keys(ACTIONS) == table_keys(ACTIONS)


def test_a_stored_keymap_comes_back_and_nonsense_is_the_standard_one() -> None:
    keys = Keymap("CVAT").keys(ACTIONS) | {"play": ("F9",)}
    kept = Keymap.from_keys("CVAT", keys, ACTIONS)
    assert dict(kept.changed) == {"play": ("F9",)}
    assert Keymap.from_json(kept.to_json()).keys(ACTIONS) == keys
    for text in ("", "[]", "{", '{"preset": "CVAT"}', '{"preset": 1, "changed": {"play": 3}}'):
        assert Keymap.from_json(text).keys(ACTIONS) == table_keys(ACTIONS)


def test_a_persons_key_goes_before_one_that_a_later_version_uses_too() -> None:
    keys = Keymap(STANDARD, {"play": ("D",)}).keys(ACTIONS)
    assert keys["play"] == ("D",) and "D" not in keys["next"]
    assert conflicts(keys) == {}


def test_keys_are_changed_in_the_settings_and_a_conflict_is_shown(opened) -> None:
    dialog = settings_dialog(opened)
    dialog.show_shortcuts()
    panel = dialog.shortcuts
    panel.choose("play")
    panel.press.setFocus()
    QTest.keyClick(panel.press, Qt.Key.Key_Right)
    assert panel.conflict.text() == "Conflict: Right belongs to Next frame already."
    assert not panel.add_button.isEnabled()
    QTest.mouseClick(panel.take_button, LEFT)
    assert panel.conflict.text() == ""
    accept(opened, dialog)
    assert opened.session.playhead == 0
    opened.keys("Right")
    assert opened.bench.workspace.player.is_playing
    opened.keys("Space")
    assert not opened.bench.workspace.player.is_playing
    opened.go_to(3)
    opened.keys("D")
    assert opened.session.playhead == 4
    assert "(D)" in opened.window.actions_by_id["next"].toolTip()


def test_keys_are_taken_away_and_given_back(hand) -> None:
    dialog = settings_dialog(hand)
    panel = dialog.shortcuts
    panel.choose("track_both")
    before = Keymap().keys(ACTIONS)["track_both"]
    QTest.mouseClick(panel.remove_buttons[0], LEFT)
    assert panel.keymap().keys(ACTIONS)["track_both"] == before[1:]
    QTest.mouseClick(panel.default_button, LEFT)
    assert panel.keymap().keys(ACTIONS)["track_both"] == before
    dialog.reject()
    assert preferences.keymap_json() == ""


def test_a_preset_is_chosen_and_holds_at_once_and_in_the_next_window(opened) -> None:
    dialog = settings_dialog(opened)
    dialog.shortcuts.preset.setCurrentText("X-AnyLabeling")
    dialog.shortcuts.preset.textActivated.emit("X-AnyLabeling")
    accept(opened, dialog)
    opened.keys("E")
    assert opened.canvas.tool is TOOLS["negative"]
    opened.keys("Q")
    assert opened.canvas.tool is TOOLS["point"]
    opened.mark(1, oid=1)
    opened.keys("B")
    assert not opened.project.prompts
    assert program.stored_keymap().keys(ACTIONS)["clear"] == ("B",)
    opened.keys("Shift+F1")
    page = opened.window.findChildren(QWidget, "help_page")
    assert page and "<b>B</b>" in page[-1].text()
    opened.window.findChildren(QWidget, "help_page")[-1].window().close()


def test_a_negative_tool_takes_away(opened) -> None:
    opened.mark(1, oid=1)
    before = opened.mask(0, 1).mask.area
    opened.window.actions_by_id["negative"].trigger()
    opened.click_object(1)
    opened.until(lambda: opened.mask(0, 1).mask.area < before)
    assert [p.positive for p in opened.project.prompts[0, 1].points] == [True, False]


def test_the_filter_finds_actions_by_key(hand) -> None:
    panel = settings_dialog(hand).shortcuts
    QTest.keyClicks(panel.filter, "ctrl+k")
    shown = [action for action, item in panel._items.items() if not item.isHidden()]
    assert shown == ["palette"]
    panel.window().reject()


# -- finishing with a name -----------------------------------------------------------------------


def naming(hand) -> NameDialog:
    hand.keys("Shift+F")
    hand.until(lambda: [d for d in hand.window.findChildren(NameDialog) if d.isVisible()])
    return next(d for d in hand.window.findChildren(NameDialog) if d.isVisible())


def test_an_object_is_finished_with_label_and_number_as_one_step(opened) -> None:
    opened.mark(1, oid=1)
    content = opened.content()
    dialog = naming(opened)
    opened.until(lambda: QApplication.focusWidget() is dialog.label)
    QTest.keyClicks(dialog.label, "ladybird")
    dialog.number.setValue(7)
    QTest.keyClick(dialog.label, Qt.Key.Key_Return)
    assert {i: o.label for i, o in opened.project.objects.items()} == {7: "ladybird"}
    assert opened.session.current_object is None
    assert opened.mask(0, 7).mask == opened.truth(0, 1)
    opened.bench.workspace.document.undo()
    assert opened.content() == content


def test_a_number_in_use_joins_the_two(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("F")
    opened.go_to(5)
    opened.mark(1, oid=2)
    dialog = naming(opened)
    dialog.number.setValue(1)
    assert "both become one" in dialog.note.text()
    dialog.accept()
    assert list(opened.project.objects) == [1]
    assert opened.project.masks.frames(1) == [0, 5]


# -- what was opened lately ----------------------------------------------------------------------


def test_the_start_page_lists_what_was_open_and_opens_it_again(opened, folder, video) -> None:
    assert not opened.window.start_page.isVisible()
    opened.open(folder)
    assert recent_paths() == [folder, video]
    opened.bench.close_workspace()
    page = opened.window.start_page
    assert page.isVisible() and page.geometry() == opened.canvas.geometry()
    assert [b.toolTip() for b in page.recent_buttons] == [str(folder), str(video)]
    QTest.mouseClick(page.recent_buttons[1], LEFT)
    opened.until(lambda: opened.bench.workspace is not None)
    assert opened.session.source.info.path == video
    assert not page.isVisible()
    assert recent_paths() == [video, folder]
    opened.keys("Right")
    assert opened.session.playhead == 1, "the keys are the canvas' again"


@pytest.fixture
def folder(tmp_path: Path, clip) -> Path:
    from PIL import Image

    place = tmp_path / "images & more"
    place.mkdir()
    for index, frame in enumerate(clip.frames[:3]):
        Image.fromarray(frame).save(place / f"{index}.png")
    return place


def test_the_menu_lists_them_and_forgets_them(opened, video: Path, folder: Path) -> None:
    opened.open(folder)
    menu = next(m for m in opened.window.findChildren(QMenu) if m.title() == "Open recent")
    menu.aboutToShow.emit()
    assert [a.text().split("  ")[0] for a in menu.actions()[:2]] == ["images && more", "clip.mp4"]
    menu.actions()[1].trigger()
    opened.until(lambda: opened.bench.workspace is not None
                 and opened.session.source.info.path == video)  # fmt: skip
    menu.actions()[-1].trigger()
    assert recent_paths() == []
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "Nothing was opened yet"


def test_what_is_gone_is_not_listed_but_not_forgotten(opened, folder: Path) -> None:
    opened.open(folder)
    opened.bench.close_workspace()
    moved = folder.rename(folder.with_name("away"))
    assert folder not in recent_paths()
    moved.rename(folder)
    assert folder in recent_paths()


# -- settings ------------------------------------------------------------------------------------


def test_settings_hold_at_once_and_are_kept(opened) -> None:
    dialog = settings_dialog(opened)
    dialog.theme.setCurrentText("Dark")
    dialog.label.setText("car")
    dialog.frame_memory.setValue(128)
    accept(opened, dialog)
    assert QGuiApplication.palette().base().color().lightness() < 128
    opened.keys("Shift+N")
    assert opened.project.objects[1].label == "car"
    opened.open(opened.session.source.info.path)
    assert opened.bench.workspace.display.loader._cache.max_bytes == 128 * 2**20
    dialog = settings_dialog(opened)
    assert dialog.values() == settings_values.load()
    dialog.theme.setCurrentText("Light")
    accept(opened, dialog)


def test_a_dialog_that_is_cancelled_changes_nothing(hand) -> None:
    before = settings_values.load()
    dialog = settings_dialog(hand)
    dialog.theme.setCurrentText("Dark")
    dialog.frame_memory.setValue(100)
    dialog.reject()
    assert settings_values.load() == before
    assert QGuiApplication.palette().base().color().lightness() > 128


def test_stored_nonsense_is_the_default(hand) -> None:
    store = preferences.settings()
    for name in ("theme", "quality", "frame_megabytes", "first_label"):
        store.setValue(name, "  ")
    assert settings_values.load() == settings_values.Values()
    store.setValue("frame_megabytes", 1)
    assert settings_values.load().frame_megabytes == settings_values.FRAME_MEGABYTES[0]


def test_a_quality_stored_under_its_former_name_is_found(hand) -> None:
    preferences.settings().setValue("quality", "draft")
    assert settings_values.load().quality == "coarse"


def test_memory_for_features_follows_what_is_free_unless_a_person_chose(hand) -> None:
    assert settings_values.load().engine_options().cache_bytes is None
    dialog = program.show_settings(hand.bench)
    assert dialog.feature_memory.text() == "A quarter of what is free"
    dialog.close()
    for stored, megabytes in (("256", 0), ("512", 512), ("nothing", 0)):
        preferences.settings().setValue("feature_megabytes", stored)  # by a version before
        assert settings_values.load().feature_megabytes == megabytes
    settings_values.save(settings_values.Values(feature_megabytes=256))
    assert settings_values.load().engine_options().cache_bytes == 256 * 2**20


def test_the_engines_are_told(hand, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(
        "vostool.gui.window.engine_choice.create_engine",
        lambda name, device, options: told.append((name, options)) or hand.bench.worker._engine,
    )
    hand.bench.engine.current = "sam2.1-tiny"
    values = settings_values.Values(quality="fast", feature_megabytes=512)
    program.take_settings(hand.bench, values, Keymap())
    hand.until(lambda: told)
    name, options = told[0]
    assert (name, options.quality, options.cache_bytes) == ("sam2.1-tiny", "fast", 512 * 2**20)
    hand.until(lambda: hand.window.status.activity.text() == "Ready")


# -- notices and the status bar ------------------------------------------------------------------


def test_a_problem_is_a_quiet_bar_with_details(opened, tmp_path: Path) -> None:
    size = opened.canvas.size()
    opened.bench.open_path(tmp_path / "nowhere.mp4")
    notice = opened.window.notice
    opened.until(notice.isVisible)
    assert "nowhere.mp4" in notice.text.text()
    assert QApplication.activeModalWidget() is None
    assert opened.canvas.size() == size, "nothing moves under the mouse"
    QTest.mouseClick(notice.details_button, LEFT)
    assert notice.details.isVisible() and "VOSTool" in notice.details.toPlainText()
    assert "Truth" in notice.details.toPlainText(), "the engine is named"
    QTest.mouseClick(notice.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == notice.details.toPlainText()
    opened.keys("Right")
    assert opened.session.playhead == 1, "work goes on"
    assert opened.canvas.geometry().contains(notice.geometry())
    QTest.mouseClick(notice.close_button, LEFT)
    assert not notice.isVisible()


def test_a_hint_goes_by_itself_and_never_hides_a_problem(opened) -> None:
    notice = opened.window.notice
    opened.window.show_hint("Just so.")
    assert notice.isVisible() and not notice.details_button.isVisible()
    notice._timer.timeout.emit()
    assert not notice.isVisible()
    opened.window.show_problem("Bad", "It broke.")
    opened.window.show_hint("Just so.")
    assert notice.text.text() == "It broke."
    assert "Just so." in opened.window.statusBar().currentMessage()


def test_an_engine_that_fails_says_so_without_a_box(opened) -> None:
    def make():
        raise ModelError("No such checkpoint; fetch it.")

    opened.bench.worker.use(make)
    assert opened.problem() == "No such checkpoint; fetch it."


def test_saving_that_fails_is_said_until_it_works_again(opened) -> None:
    storage = opened.bench.workspace.storage
    storage.problem.emit("The disk is full.")
    assert opened.window.notice.text.text() == "The disk is full."
    storage.problem.emit(None)
    assert not opened.window.notice.isVisible()
    assert "works again" in opened.status()


def test_the_status_bar_says_engine_device_memory_and_what_runs(opened, engine) -> None:
    window = opened.window
    assert "Truth (cpu)" in window.status.engine_button.text()
    assert window.status.memory.text().startswith(
        "Memory "
    ) and window.status.memory.text().endswith("B")
    assert window.status.activity.text() == "Ready"
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: window.status.activity.text() == "Tracking frame 2 of 24")
    opened.keys("Esc")
    opened.until(lambda: window.status.activity.text() == "Ready")


def test_another_window_is_another_process(hand, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(
        "vostool.gui.window.handlers.program.QProcess.startDetached",
        lambda *given: started.append(given) or (len(started) > 1, 0),
    )
    hand.keys("Ctrl+Shift+N")
    assert started[0][1] == ["-m", "vostool"]
    assert "run vostool once more" in hand.status()


# -- for screen readers and for the keyboard -----------------------------------------------------


def nameless(root: QWidget) -> list[str]:
    """What a person can operate and a screen reader has no name for."""
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox)
    found = []
    for widget in root.findChildren(QWidget):
        own = widget.objectName().startswith("qt_") or type(widget).__module__ == "PyQt6.sip"
        inside = isinstance(widget.parent(), (QComboBox, QAbstractSpinBox, QLineEdit))
        if not isinstance(widget, kinds) or own or inside or not widget.isVisible():
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        action = widget.defaultAction() if isinstance(widget, QToolButton) else None
        words = [widget.accessibleName(), text, action.text() if action is not None else ""]
        if not any(len(word.strip("✕ ")) > 1 for word in words):
            found.append(f"{type(widget).__name__} {widget.objectName()} in "
                         f"{type(widget.parent()).__name__}")  # fmt: skip
    return found


def test_everything_in_the_window_has_a_name(opened) -> None:
    opened.keys("Shift+N")
    assert nameless(opened.window) == []
    for widget in (opened.canvas, opened.window.timeline, opened.window.objects.table,
                   opened.window.notice, opened.window.status.activity, opened.window.status.memory):  # fmt: skip
        assert widget.accessibleName()


def test_everything_in_the_dialogs_has_a_name(opened) -> None:
    opened.keys("Shift+N")
    dialog = settings_dialog(opened)
    assert nameless(dialog) == []
    dialog.reject()
    back(opened)
    shown = palette(opened)
    assert nameless(shown) == []
    shown.close()
    back(opened)
    dialog = naming(opened)
    assert nameless(dialog) == []
    dialog.reject()


def test_flow_chosen_beside_a_better_engine_asks_for_no_download(bench, qtbot, monkeypatch) -> None:
    assert bench.window.engine_bar.isVisible(), "no checkpoint was found at the start"
    monkeypatch.setattr(
        "vostool.gui.window.engine_choice.default_engine", lambda device: "mobile-sam"
    )
    monkeypatch.setattr(bench.engine, "use", lambda _name: None)
    bench.engine.use_default()
    qtbot.waitUntil(lambda: bench.engine._best == "mobile-sam")
    with qtbot.waitSignal(bench.worker.engine_ready):
        bench.worker.use(FlowEngine)
    assert not bench.window.engine_bar.isVisible()
