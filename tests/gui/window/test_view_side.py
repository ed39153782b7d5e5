"""Looking: styles, the bare frame, names, minimap, readout, adjusting; none of it changes a label."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from vostool.gui.canvas.readout import describe
from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.canvas.view_state import ViewState
from vostool.gui.objects.model import FRAMES
from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.thumbnails import spread
from vostool.masks.styles import ADDED, Style
from vostool.project.changes import Edit
from vostool.project.mask_notes import OCCLUDED, note_cell

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def overlay(hand) -> np.ndarray | None:
    return hand.canvas._overlay_item.image


def picture(hand) -> np.ndarray:
    return hand.canvas._frame_item.image


def trigger(hand, name: str) -> None:
    hand.window.actions_by_id[name].trigger()


def move(hand, x: float, y: float) -> None:
    QTest.mouseMove(hand.canvas.viewport(), hand.at(3, 3))  # one to the same place is no move
    QTest.mouseMove(hand.canvas.viewport(), hand.at(x, y))


@pytest.fixture
def labelled(opened):
    """The ladybird is object 1, selected, with its mask drawn."""
    opened.mark(1, oid=1)
    opened.until(lambda: overlay(opened) is not None)
    return opened


def test_each_style_is_one_action_and_shows_at_once(labelled) -> None:
    inside = labelled.truth(0, 1).to_array()
    content = labelled.content()
    seen = {}
    for style in Style:
        if style is Style.DIFFERENCE:
            continue
        before = overlay(labelled)
        trigger(labelled, f"style_{style.name.lower()}")
        if style is not Style.FILL:
            labelled.until(lambda old=before: overlay(labelled) is not old)
        assert labelled.window.actions_by_id[f"style_{style.name.lower()}"].isChecked()
        assert labelled.window.view_side.panel.style_box.currentData() is style
        seen[style] = overlay(labelled).copy()
    y, x = (int(v) for v in np.argwhere(inside).mean(axis=0))
    assert seen[Style.FILL][y, x, 3] > 0
    assert seen[Style.OUTLINE][y, x, 3] == 0
    for hiding in (Style.SPOTLIGHT, Style.CHECKERBOARD, Style.BLACK):
        assert seen[hiding][y, x, 3] == 0
        assert seen[hiding][~inside][:, 3].min() > 0
    assert labelled.content() == content


def test_the_difference_shows_what_the_last_run_added(labelled) -> None:
    trigger(labelled, "style_difference")
    labelled.until(lambda: "No track run" in labelled.status())
    labelled.run("]")
    labelled.go_to(3)
    labelled.until(lambda: overlay(labelled) is not None)
    colours = {tuple(p) for p in overlay(labelled)[overlay(labelled)[..., 3] > 0][:, :3].tolist()}
    assert ADDED in colours
    panel = labelled.window.view_side.panel
    assert panel.legend.isVisibleTo(panel)
    labelled.keys("Ctrl+Z")
    labelled.until(lambda: overlay(labelled) is None)


def test_the_bare_frame_lasts_as_long_as_the_key(labelled) -> None:
    target = QApplication.focusWidget()
    QTest.keyPress(target, Qt.Key.Key_Z)
    labelled.until(lambda: overlay(labelled) is None)
    assert not labelled.canvas._marks.points().size
    QTest.keyRelease(target, Qt.Key.Key_Z)
    labelled.until(lambda: overlay(labelled) is not None)
    assert labelled.canvas._marks.points().size
    assert not labelled.window.actions_by_id["hide_masks"].isChecked()


def test_from_the_menu_the_bare_frame_lasts_until_the_next_press(labelled) -> None:
    trigger(labelled, "peek")
    labelled.until(lambda: overlay(labelled) is None)
    QTest.mouseClick(labelled.window.timeline.viewport(), LEFT, NONE, QPoint(20, 5))
    labelled.until(lambda: overlay(labelled) is not None)


def test_opacity_by_keys_and_slider(labelled) -> None:
    state, slider = labelled.window.view_side.state, labelled.window.view_side.panel.opacity
    before = state.values.opacity
    labelled.keys("Alt+Up")
    assert state.values.opacity == pytest.approx(before + 0.1)
    assert slider.value() == round(100 * state.values.opacity)
    inside = labelled.truth(0, 1).to_array()
    slider.setValue(100)
    labelled.until(lambda: overlay(labelled)[inside][:, 3].min() == 255)
    for _ in range(12):
        labelled.keys("Alt+Down")
    assert state.values.opacity == 0


def test_what_is_occluded_is_said_where_it_is_seen(labelled) -> None:
    """A plate without names, one with them, the timeline's and the list's tooltips, the readout."""
    labels, document = labelled.window.view_side.labels, labelled.session.document
    document.do(Edit("Mark", (document.project.change(note_cell(OCCLUDED, 0, 1), True),)))
    labelled.go_to(5)
    labelled.until(lambda: labels.texts == [])
    labelled.go_to(0)
    labelled.until(lambda: labels.texts == ["occluded"])
    labelled.keys("Shift+L")
    assert labels.texts == ["1 unlabelled, occluded"]
    scene = labelled.window.timeline.scene()
    assert scene.state_words(0, 1).endswith(", occluded")
    assert "occluded" not in scene.state_words(5, 1)
    model = labelled.window.objects.model
    tip = model.data(model.index(0, FRAMES), Qt.ItemDataRole.ToolTipRole)
    assert tip == "Frames with a mask; marked as occluded on 1"
    x, y = labelled.middle(1)
    assert describe(document.project, 0, None, x, y).endswith("1 unlabelled, occluded")
    labelled.keys("M")
    labelled.until(lambda: labels.texts == [])


def test_names_stand_at_the_masks_and_go_with_them(labelled) -> None:
    labels = labelled.window.view_side.labels
    assert labels.texts == []
    labelled.keys("Shift+L")
    assert labels.texts == ["1 unlabelled"]
    labelled.keys("F")
    labelled.mark(2, oid=2)
    labelled.until(lambda: sorted(labels.texts) == ["1 unlabelled", "2 unlabelled"])
    assert labels.texts[-1] == "2 unlabelled", "the selected one lies over the others"
    labelled.keys("M")
    labelled.until(lambda: labels.texts == [])
    labelled.keys("M")
    labelled.go_to(5)
    labelled.until(lambda: labels.texts == [])


def test_bring_to_front_is_one_undoable_step_and_is_seen(labelled) -> None:
    labelled.keys("F")
    labelled.mark(2, oid=2)
    assert labelled.project.settings.get("front_to_back") is None
    labelled.keys("Ctrl+Shift+Up")
    assert labelled.project.settings["front_to_back"] == [2, 1]
    labelled.keys("Ctrl+Z")
    assert labelled.project.settings.get("front_to_back") is None
    labelled.keys("1")
    labelled.keys("Ctrl+Shift+Down")
    assert labelled.project.settings["front_to_back"] == [2, 1]


def test_the_minimap_comes_with_zoom_and_moves_the_view(labelled) -> None:
    minimap = labelled.window.view_side.minimap
    assert not minimap.isVisible()
    for _ in range(6):
        labelled.keys("+")
    labelled.until(minimap.isVisible)
    before = minimap.seen
    middle = minimap.rect().center()
    QTest.mousePress(minimap, LEFT, NONE, middle)
    QTest.mouseMove(minimap, QPoint(12, 12))
    QTest.mouseRelease(minimap, LEFT, NONE, QPoint(12, 12))
    labelled.until(
        lambda: minimap.seen.left() < before.left() and minimap.seen.top() < before.top()
    )
    assert len(labelled.project.prompts) == 1, "no click went through"
    trigger(labelled, "view_minimap")
    assert not minimap.isVisible()
    trigger(labelled, "view_minimap")
    labelled.keys("0")
    labelled.until(lambda: not minimap.isVisible())


def test_the_readout_names_pixel_colour_and_object(labelled) -> None:
    x, y = labelled.middle(1)
    move(labelled, x, y)
    red, green, blue = picture(labelled)[int(y), int(x)]
    wanted = f"x {int(x)}  y {int(y)}   RGB {red} {green} {blue}   1 unlabelled"
    labelled.until(lambda: labelled.window.status.position.text() == wanted)


def test_adjusting_is_for_looking_only(labelled) -> None:
    side, original = labelled.window.view_side, picture(labelled).copy()
    content = labelled.content()
    side.panel.brightness.setValue(30)
    labelled.until(lambda: picture(labelled).mean() > original.mean() + 20)
    x, y = labelled.middle(1)
    move(labelled, x, y)
    red, green, blue = original[int(y), int(x)]
    labelled.until(lambda: f"RGB {red} {green} {blue}" in labelled.window.status.position.text())
    loaded = labelled.bench.workspace.display.loader.cached(0)
    assert np.array_equal(loaded, original)
    assert labelled.content() == content
    labelled.keys("Alt+Z")
    labelled.until(lambda: np.array_equal(picture(labelled), original))
    assert side.panel.brightness.value() == 0


def test_what_is_chosen_is_there_in_the_next_window(bench) -> None:
    bench.window.view_side.state.set(style=Style.OUTLINE, opacity=0.8, labels=True)
    again = ViewState().values
    assert (again.style, again.opacity, again.labels) == (Style.OUTLINE, 0.8, True)
    assert again.adjustment.is_neutral


def test_tables_of_adjustments() -> None:
    assert np.array_equal(Adjustment().table(), np.arange(256))
    assert Adjustment(brightness=100).table().min() == 255
    assert set(Adjustment(contrast=-100).table().tolist()) == {128}
    assert Adjustment(gamma=2.0).table()[64] > 64 > Adjustment(gamma=0.5).table()[64]
    for one in (Adjustment(20, 50, 2.0), Adjustment(-20, -30, 0.4)):
        assert (np.diff(one.table().astype(int)) >= 0).all()


def test_thumbnails_fill_the_span_and_follow_the_zoom(labelled) -> None:
    strip, timeline = labelled.window.thumbnails, labelled.window.timeline
    assert strip.isVisible()
    labelled.until(lambda: strip.frames and set(strip.frames) <= strip.made)
    whole = strip.frames
    assert whole[0] == 0 and len(whole) > 1
    for _ in range(6):
        labelled.keys("Alt+=")
    labelled.until(lambda: strip.frames != whole and set(strip.frames) <= strip.made)
    x = timeline.frame_x(strip.frames[1])
    QTest.mouseClick(strip, LEFT, NONE, QPoint(x, 10))
    assert labelled.session.playhead == strip.frames[1]
    trigger(labelled, "view_thumbnails")
    assert not strip.isVisible()
    trigger(labelled, "view_thumbnails")
    assert strip.isVisible()


def test_a_frame_that_is_wider_than_its_picture_has_it_again_and_no_gap(labelled) -> None:
    strip, timeline = labelled.window.thumbnails, labelled.window.timeline
    for _ in range(30):
        labelled.keys("Alt+=")
    labelled.until(lambda: strip.frames and set(strip.frames) <= strip.made)
    scale = timeline.scale
    assert scale.pixels_per_frame > strip._width + 10
    strip_image = strip.grab().toImage()
    base = strip.palette().base().color()
    begin, end = (LABEL_WIDTH + scale.edge(strip.frames[0] + n) for n in (0, 1))
    for x in range(max(begin, LABEL_WIDTH), min(end, strip.width())):
        assert any(strip_image.pixelColor(x, y) != base for y in range(strip.height())), x


def test_thumbnails_lie_on_a_grid_without_gaps_and_never_too_close() -> None:
    for count, width in ((100_000, 1000), (24, 1000), (1, 300), (500, 90)):
        scale = TimeScale.whole(count, width)
        for zoomed in (scale, scale.zoomed(7.3, 40), scale.zoomed(40, 80)):
            frames = spread(zoomed, 71)
            assert frames and frames[0] >= 0 and frames[-1] < count
            gaps = {b - a for a, b in pairwise(frames)}
            assert len(gaps) <= 1
            apart = [gap * zoomed.pixels_per_frame for gap in gaps if gap > 1]
            assert all(0.66 * 71 <= pixels <= 71 for pixels in apart)
            assert len(frames) <= 1.5 * width / 71 + 2 or gaps == {1}
