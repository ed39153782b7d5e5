"""Who is in front: one rule for the canvas and for the exports that forbid overlaps."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.errors import PromptError
from vostool.masks.overlay import overlay_rgba
from vostool.masks.styles import ADDED, REMOVED, Look, Style, front_ids, styled_rgba
from vostool.project import edits
from vostool.project.history import History
from vostool.project.renumbering import renumber_objects
from vostool.project.stacking import bring_to_front, front_to_back, send_to_back, stack_by_number

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def three(project):
    for _ in range(3):
        project.apply(edits.add_object(project)[0])
    return project


def test_the_lower_id_is_in_front_until_a_person_says_otherwise(three) -> None:
    assert front_to_back(three) == (1, 2, 3)
    three.apply(bring_to_front(three, 3))
    assert front_to_back(three) == (3, 1, 2)
    three.apply(send_to_back(three, 1))
    assert front_to_back(three) == (3, 2, 1)
    three.apply(edits.add_object(three)[0])
    assert front_to_back(three) == (3, 2, 1, 4), "a later one stands behind"
    three.apply(edits.delete_object(three, 2))
    assert front_to_back(three) == (3, 1, 4)
    three.apply(stack_by_number(three))
    assert front_to_back(three) == (1, 3, 4)


def test_an_order_that_the_rule_gives_is_not_stored(three) -> None:
    before = dict(three.settings)
    three.apply(bring_to_front(three, 3))
    assert three.settings != before
    three.apply(send_to_back(three, 3))
    assert three.settings == before
    assert not bring_to_front(three, 1).changes


def test_stacking_is_one_step_and_goes_with_new_numbers(three) -> None:
    history = History(three)
    history.do(bring_to_front(three, 3))
    assert history.undo_title == "Bring to front"
    history.do(edits.delete_object(three, 1))
    history.do(renumber_objects(three))
    assert front_to_back(three) == (2, 1)
    for _ in range(3):
        history.undo()
    assert front_to_back(three) == (1, 2, 3)


@pytest.mark.parametrize("stored", ["x", [2, "y", 2, 99, None], {"a": 1}, 7])
def test_a_strange_setting_does_no_harm(three, stored) -> None:
    three.apply(edits.set_setting(three, "front_to_back", stored))
    assert sorted(front_to_back(three)) == [1, 2, 3]


def test_an_object_that_is_not_there(three) -> None:
    with pytest.raises(PromptError, match="no object 9"):
        bring_to_front(three, 9)


def left(width: int) -> np.ndarray:
    mask = np.zeros((20, 30), bool)
    mask[:, :width] = True
    return mask


def test_the_front_object_has_the_pixel_in_every_style() -> None:
    masks = {1: left(20), 2: left(10)}
    for order, front in ((None, 1), ((1, 2), 1), ((2, 1), 2)):
        picture = overlay_rgba(masks, {1: RED, 2: BLUE}, 1.0, 0, front_to_back=order)
        assert tuple(picture[10, 5, :3]) == (RED if front == 1 else BLUE)
        assert front_ids(masks, order)[10, 5] == front
    assert front_ids(masks)[10, 25] == 0


def test_the_selected_outline_is_whole_also_behind_another() -> None:
    masks = {1: left(30), 2: left(10)}
    picture = overlay_rgba(masks, {1: RED, 2: BLUE}, 0.5, 1, selected=[2])
    assert tuple(picture[10, 9]) == (255, 255, 255, 255)
    assert tuple(picture[10, 8]) == (*BLUE, 255)
    assert tuple(picture[10, 5, :3]) == RED


def test_mattes_hide_what_is_no_object() -> None:
    masks = {1: left(10)}
    for style in (Style.BLACK, Style.CHECKERBOARD):
        picture = styled_rgba(masks, {}, Look(style))
        assert (picture[:, :10, 3] == 0).all() and (picture[:, 10:, 3] == 255).all()
    assert len(np.unique(styled_rgba(masks, {}, Look(Style.CHECKERBOARD))[:, 10:], axis=1)) > 1
    assert not styled_rgba(masks, {}, Look(Style.BLACK))[:, 10:, :3].any()


def test_a_spotlight_dims_the_rest_as_far_as_the_opacity_says() -> None:
    masks = {1: left(10)}
    dimmed = [
        int(styled_rgba(masks, {}, Look(Style.SPOTLIGHT, opacity=o))[5, 20, 3])
        for o in (0, 0.45, 1)
    ]
    assert dimmed[0] == 0 < dimmed[1] < dimmed[2] == 255
    assert not styled_rgba(masks, {}, Look(Style.SPOTLIGHT))[:, :10, 3].any()


def test_the_difference_tells_added_removed_and_same_apart() -> None:
    now, then = {1: left(20)}, {1: left(10)}
    look = Look(Style.DIFFERENCE, outline=0)
    picture = styled_rgba(now, {}, look, then)
    assert tuple(picture[10, 15, :3]) == ADDED
    assert tuple(picture[10, 5, :3]) not in (ADDED, REMOVED)
    gone = styled_rgba(then, {}, look, now)
    hatched = gone[:, 10:20]
    drawn = hatched[hatched[..., 3] > 0]
    assert {tuple(p) for p in drawn[:, :3].tolist()} == {REMOVED}
    assert 0 < len(drawn) < 20 * 10, "hatched"
    whole = styled_rgba({}, {}, look, {1: left(10)})
    assert whole.any(), "an object that the run took away"


def test_an_object_that_the_run_left_alone_is_the_same() -> None:
    picture = styled_rgba({1: left(10)}, {}, Look(Style.DIFFERENCE, outline=0), {})
    colours = {tuple(p) for p in picture[picture[..., 3] > 0][:, :3].tolist()}
    assert ADDED not in colours and REMOVED not in colours and len(colours) == 1


def test_outlines_alone_leave_the_inside_free() -> None:
    picture = styled_rgba({1: left(10)}, {}, Look(Style.OUTLINE, outline=1))
    assert picture[10, 0, 3] == 255 and picture[10, 5, 3] == 0
