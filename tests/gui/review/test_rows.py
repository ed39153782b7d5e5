"""Rows of the review: a picture of the mask beside length, objects and reason, below the objects."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDockWidget

from vostool.gui.review.model import COLOURS, FRAME, LENGTH, OBJECT, PICTURE, WHY
from vostool.gui.review.pictures import HEIGHT, WIDTH, PictureWish, cut_out
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def doubtful(opened):
    """Object 1 is tracked; its masks on frames 5 to 8 have a low score, and on 20 it is gone."""
    opened.mark(1, oid=1)
    opened.run("]")
    project = opened.project
    low = [
        ((f, 1), MaskRecord(project.masks.get(f, 1).mask, Provenance.TRACKED, score=0.2))
        for f in range(5, 9)
    ]
    gone = ((20, 1), MaskRecord(Mask.empty(136, 240), Provenance.TRACKED, score=0.9))
    opened.session.do(edits.set_masks(project, [*low, gone], "Worsen"))
    opened.review = opened.bench.workspace.review
    opened.until(lambda: opened.review.queue.pending == 0 and opened.review.queue.count)
    opened.panel = opened.window.review_dock.panel
    return opened


def dock(hand, name: str) -> QDockWidget:
    (found,) = (d for d in hand.window.findChildren(QDockWidget) if d.objectName() == name)
    return found


def test_every_row_has_its_picture_length_and_colours(doubtful) -> None:
    assert not doubtful.window.review_dock.isVisible(), "until it is asked for"
    doubtful.keys("N")
    model = doubtful.panel.model
    doubtful.until(lambda: model.rowCount() >= 1)
    doubtful.until(
        lambda: all(model.index(r, FRAME).data(PICTURE) for r in range(model.rowCount()))
    )
    colour = doubtful.project.objects[1].colour
    for row in range(model.rowCount()):
        index = model.index(row, FRAME)
        assert (index.data(PICTURE).width(), index.data(PICTURE).height()) == (WIDTH, HEIGHT)
        event = model.event_at(row)
        assert index.data(LENGTH) == f"{len(event)} frame{'s' if len(event) > 1 else ''}"
        assert index.data(COLOURS) == [colour]


def test_a_click_on_a_row_goes_there(doubtful) -> None:
    doubtful.keys("N")
    table, model = doubtful.panel.table, doubtful.panel.model
    doubtful.until(lambda: model.rowCount() >= 1)
    row = model.rowCount() - 1
    place = table.visualRect(model.index(row, FRAME)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=place)
    assert doubtful.session.playhead == model.event_at(row).worst.frame


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_objects_stay_in_sight_beside_the_queue(doubtful, size: tuple[int, int]) -> None:
    doubtful.window.resize(*size)
    before = doubtful.canvas.viewport().size()
    doubtful.keys("N")
    QApplication.processEvents()
    doubtful.until(lambda: not doubtful.window.dock_sizes.waits)
    objects, review = dock(doubtful, "Objects"), doubtful.window.review_dock
    for each in (objects, review):
        assert not each.visibleRegion().isEmpty()
    assert doubtful.window.objects.table.viewport().height() >= 3 * 30
    assert doubtful.panel.table.viewport().height() >= 2 * (HEIGHT + 6)
    assert (doubtful.window.width(), doubtful.window.height()) == size
    canvas = doubtful.canvas
    doubtful.until(lambda: abs(canvas.viewport().width() - before.width()) <= 10, timeout=2000)


def test_tabs_of_an_earlier_window_are_parted(doubtful) -> None:
    objects, review = dock(doubtful, "Objects"), doubtful.window.review_dock
    doubtful.window.tabifyDockWidget(objects, review)
    doubtful.keys("N")
    doubtful.until(lambda: not objects.visibleRegion().isEmpty())
    assert not review.visibleRegion().isEmpty()


def test_the_cut_out_shows_the_mask_and_its_surroundings() -> None:
    image = np.zeros((200, 400, 3), np.uint8)
    image[80:100, 300:340] = 200
    inside = np.zeros((200, 400), bool)
    inside[80:100, 300:340] = True
    wish = PictureWish(0, 1, Mask.from_array(inside), (255, 0, 0))
    picture = cut_out(image, wish)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    middle, corner = picture[HEIGHT // 2, WIDTH // 2], picture[1, 1]
    assert middle[0] > 200 and middle[1] < 130, "tinted red"
    assert corner.max() == 0
    whole = cut_out(image, PictureWish(0, 1, None, (255, 0, 0)))
    assert whole[:, WIDTH // 2 :].max() > 100 and whole[:, : WIDTH // 2].max() == 0


@pytest.mark.parametrize("area", [np.s_[0:2, 0:2], np.s_[28:30, 38:40], np.s_[:, :]])
def test_a_mask_at_the_edge_and_one_as_large_as_the_frame(area) -> None:
    image = np.full((30, 40, 3), 90, np.uint8)
    inside = np.zeros((30, 40), bool)
    inside[area] = True
    picture = cut_out(image, PictureWish(0, 1, Mask.from_array(inside), (0, 0, 255)))
    assert picture.shape == (HEIGHT, WIDTH, 3)


def test_closing_the_video_ends_the_pictures(doubtful) -> None:
    doubtful.keys("N")
    doubtful.bench.close_workspace()
    assert doubtful.panel.model.rowCount() == 0 and doubtful.panel.model._pictures is None


def test_a_long_reason_covers_nothing_and_can_be_scrolled(doubtful) -> None:
    doubtful.window.resize(1280, 800)
    doubtful.keys("N")
    doubtful.until(lambda: not doubtful.window.dock_sizes.waits)
    panel = doubtful.panel
    panel.why.setText("The mask jumps by 54 pixels from the frame before.\n" * 9)
    QApplication.processEvents()
    room, table = panel.why_room.geometry(), panel.table.geometry()
    assert not room.intersects(table) and panel.rect().contains(room)
    assert panel.why.height() >= panel.why.heightForWidth(panel.why.width()), "nothing is cut"
    panel.why_room.ensureVisible(0, panel.why.height())
    bar = panel.why_room.verticalScrollBar()
    assert 0 < bar.value() == bar.maximum()


def test_what_a_row_cuts_is_in_its_tooltip(doubtful) -> None:
    doubtful.keys("N")
    model = doubtful.panel.model
    doubtful.until(lambda: model.rowCount() >= 1)
    tip = model.index(0, FRAME).data(Qt.ItemDataRole.ToolTipRole)
    for column in (OBJECT, WHY):
        assert model.index(0, column).data() in tip
