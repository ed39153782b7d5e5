"""Listening in the window: a film's own sound by a tiny AST, what a person reads, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sounding_film
import tiny_finders
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand, running_threads
from tests.gui.find.conftest import ScriptedFinder
from tests.gui.find.listeners import (  # fixtures among them
    WINDOWS,
    ScriptedListener,
    ears,
    film,
    heard,
    listen,
    listening_of,
    row_labels,
    sound_part,
    stretches,
)
from tests.gui.find.test_find import panel_of, press
from vostool.finders.listener import Hearing
from vostool.finders.registry import create_listener
from vostool.finders.sound.heard import Heard
from vostool.finders.sound.spans import frames_of
from vostool.gui.settings import values as settings_values
from vostool.models.weights import catalog

__all__ = ["ears", "film", "heard"]


@pytest.fixture(scope="session")
def ast_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers")
    folder = tiny_finders.ast(tmp_path_factory.mktemp("models") / "ast")
    return tiny_finders.teach_ast(folder, sounding_film.sounds(round(2.56 * sounding_film.RATE)))


@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_ast_hears_the_films_own_sound(
    heard: Hand, film: Path, ast_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "checkpoint_dirs", lambda: (ast_folder.parent,))
    part = sound_part(heard)
    assert "not here" not in panel_of(heard).note.text()
    part.threshold.setValue(30)
    press(part.going.find_button)
    assert part.said.text().startswith("Loading AST")
    heard.until(lambda: not listening_of(heard).busy, timeout=60_000)
    listener = create_listener("ast", "cpu", ast_folder)
    *_, hearing = listener.listen(film)
    listener.close()
    known = Heard(listener.labels)
    known.take(hearing.windows)
    wanted = known.rows(0.3)
    assert "Dog" in row_labels(heard) == [row.label for row in wanted]
    source = heard.bench.workspace.source
    for place, row in enumerate(wanted):
        assert stretches(heard, place) == [frames_of(span, source) for span in row.spans]
    assert part.said.text().startswith(f"{len(wanted)} sounds heard.")


def test_rows_come_while_it_listens_and_it_tells_how_far_it_is(
    heard: Hand, ears: ScriptedListener
) -> None:
    ears.permits = threading.Semaphore(0)
    part = sound_part(heard)
    press(part.going.find_button)
    ears.permits.release(2)
    heard.until(lambda: part.said.text() == "Listening, 4 of 12 s")
    assert row_labels(heard) == ["Dog", "Speech"]
    assert stretches(heard, 0) == [range(4, 8)]
    assert part.going.bar.value() == 33
    assert part.going.cancel_button.isVisible() and not part.going.find_button.isVisible()
    ears.permits.release(10)
    heard.until(lambda: not listening_of(heard).busy)
    assert row_labels(heard) == ["Dog", "Speech", "Motor vehicle (road)"]
    assert stretches(heard, 0) == [range(4, 12), range(20, 24)]
    assert part.said.text() == (
        "3 sounds heard. Choose a row over the timeline, and it is looked for where it sounds."
    )
    assert not part.going.cancel_button.isVisible()
    assert ears.closed == 1  # its memory is given back


def test_what_was_heard_is_kept_and_not_listened_to_again(
    heard: Hand, ears: ScriptedListener, film: Path, video: Path
) -> None:
    part = listen(heard)
    press(panel_of(heard).leave_button)
    assert row_labels(heard) == ["Dog", "Speech", "Motor vehicle (road)"]
    press(heard.window.sound_rows.away_button)
    assert not heard.window.sound_rows.isVisible()
    part = listen(heard)
    assert heard.window.sound_rows.isVisible()
    assert ears.begun == 1
    heard.open(video)
    assert not heard.window.sound_rows.isVisible()
    assert not part.said.text() and not listening_of(heard).was_heard


def test_slider_and_words_act_at_once(heard: Hand, ears: ScriptedListener) -> None:
    part = listen(heard)
    part.threshold.setFocus()
    for _ in range(4):
        QTest.keyClick(part.threshold, Qt.Key.Key_PageUp)
    assert part.threshold.value() == 45
    assert [(row_labels(heard)[i], stretches(heard, i)) for i in (0, 1)] == [
        ("Dog", [range(4, 12)]),
        ("Speech", [range(12, 16)]),
    ]
    QTest.keyClick(part.threshold, Qt.Key.Key_End)
    assert row_labels(heard) == [] and not heard.window.sound_rows.isVisible()
    assert part.said.text() == "Nothing is heard from a score of 1.00 on; lower the slider."
    QTest.keyClick(part.threshold, Qt.Key.Key_Home)
    assert row_labels(heard) == ["Dog", "Speech", "Motor vehicle (road)"]
    QTest.keyClicks(part.wanted, "motor, dog")
    assert row_labels(heard) == ["Dog", "Motor vehicle (road)"]
    part.wanted.clear()
    QTest.keyClicks(part.wanted, "dogg")
    assert row_labels(heard) == []
    assert "written alike: Dog" in part.said.text()
    assert ears.begun == 1


def test_cancel_keeps_what_was_heard_and_find_begins_anew(
    heard: Hand, ears: ScriptedListener
) -> None:
    ears.permits = threading.Semaphore(0)
    part = sound_part(heard)
    press(part.going.find_button)
    ears.permits.release(1)
    heard.until(lambda: row_labels(heard) == ["Speech"])
    press(part.going.cancel_button)
    assert part.said.text() == "Cancelled; what was heard stays."
    assert part.going.find_button.isVisible() and row_labels(heard) == ["Speech"]
    ears.permits.release(1)  # the window in work; it is the thread's last
    heard.until(lambda: ears.closed == 1)
    assert row_labels(heard) == ["Speech"]
    ears.permits.release(10)
    press(part.going.find_button)
    heard.until(lambda: len(row_labels(heard)) == 3 and not listening_of(heard).busy)
    assert ears.begun == 2


@pytest.mark.parametrize("device", ["", "cpu"])
def test_it_listens_on_the_device_of_the_settings(
    heard: Hand, ears: ScriptedListener, device: str
) -> None:
    values = settings_values.load()
    settings_values.save(replace(values, device=device))
    listen(heard)
    assert ears.device == (device or None)


def test_esc_stops_listening_then_leaves(heard: Hand, ears: ScriptedListener) -> None:
    ears.permits = threading.Semaphore(0)
    part = sound_part(heard)
    press(part.going.find_button)
    QTest.keyClick(part.wanted, Qt.Key.Key_Escape)
    assert part.said.text() == "Cancelled."
    assert heard.window.find_dock.isVisible()
    QTest.keyClick(part.wanted, Qt.Key.Key_Escape)
    assert not heard.window.find_dock.isVisible()


def test_another_tool_may_be_used_while_it_listens(heard: Hand, ears: ScriptedListener) -> None:
    ears.permits = threading.Semaphore(0)
    part = sound_part(heard)
    press(part.going.find_button)
    heard.canvas.setFocus()
    heard.keys("Q")
    heard.click_object(1)
    heard.until(lambda: heard.mask(0, 1) is not None)
    assert part.isVisible() and listening_of(heard).busy
    ears.permits.release(10)
    heard.until(lambda: not listening_of(heard).busy)
    assert len(row_labels(heard)) == 3


@pytest.mark.parametrize("closing", ["another video", "the window"])
def test_closing_in_the_middle_ends_the_thread(
    heard: Hand, ears: ScriptedListener, video: Path, closing: str
) -> None:
    ears.permits = threading.Semaphore(0)
    press(sound_part(heard).going.find_button)
    ears.permits.release(1)
    heard.until(lambda: row_labels(heard))
    if closing == "another video":
        heard.open(video)
        assert not heard.window.sound_rows.isVisible()
    else:
        heard.window.close()
        heard.until(lambda: not heard.window.isVisible())
    ears.permits.release(1)
    heard.until(lambda: ears.closed == 1)
    heard.until(lambda: not [t for t in running_threads() if type(t).__name__ == "Background"])
    assert ears.permits.acquire(blocking=False) is False  # nothing more was listened to


def test_a_video_without_sound_says_so_before_a_model_is_loaded(
    opened: Hand, ears: ScriptedListener
) -> None:
    part = listen(opened)
    assert part.said.text() == (
        "The video 'clip.mp4' has no sound; look for things by text instead."
    )
    assert ears.begun == ears.closed == 0 and row_labels(opened) == []


def test_a_missing_model_says_the_line_that_brings_it(heard: Hand) -> None:
    part = listen(heard)
    for said in (part.said.text(), panel_of(heard).note.text()):
        assert "fetch it" in said and "ast" in said


def test_missing_packages_say_the_line_that_brings_them(
    heard: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vostool.finders.spec.importlib.util.find_spec", lambda _name: None)
    part = listen(heard)
    for said in (part.said.text(), panel_of(heard).note.text()):
        assert "pip install 'vostool[auto]'" in said


def test_a_failure_is_one_sentence_and_what_was_heard_stays(
    heard: Hand, ears: ScriptedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(video: Path) -> Iterator[Hearing]:
        yield Hearing(2.0, 12.0, WINDOWS[:1])
        raise ValueError("no such tensor")

    monkeypatch.setattr(ears, "listen", fails)
    part = listen(heard)
    assert "no such tensor" in part.said.text()
    assert row_labels(heard) == ["Speech"]
    assert part.going.find_button.isVisible()


def test_a_box_on_the_picture_says_what_to_do(
    heard: Hand, ears: ScriptedListener, finder: ScriptedFinder
) -> None:
    sound_part(heard)
    heard.drag((20, 20), (90, 90))
    assert panel_of(heard).said.text().startswith("Choose a row over the timeline")
    assert not finder.questions
