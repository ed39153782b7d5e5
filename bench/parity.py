"""Whether clicks give the official predictor's masks, with the same weights and pixels.

one call      a box and three points that were given together
tracked +     a click on the last frame of a run
tracked + -   another one there, negative
rebuilt       the same two by an engine that remembers nothing of the run
alone         the first of them, from the picture alone: what is shown until the memory is rebuilt
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from against_official import Setting, both_engines, box_prompts, parser_of

from vostool.evaluate.headless import HeadlessSession
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask
from vostool.models.engine import Direction
from vostool.project.prompts import Point, Prompts, with_point
from vostool.runs.request import segment_request

Row = tuple[str, Mask, Mask]


def main() -> None:
    """Print IoU and pixels that differ, ours against the official ones."""
    arguments = parser_of(__doc__, frames=6).parse_args()
    with both_engines(arguments) as setting:
        print(f"{'click':>14}{'IoU':>8}{'pixels apart':>14}")
        for name, ours, official in (*one_call(setting), *tracked(setting, arguments.frames - 1)):
            apart = int((ours.to_array() != official.to_array()).sum())
            print(f"{name:>14}{ours.iou(official):>8.4f}{apart:>14}", flush=True)


def one_call(setting: Setting) -> list[Row]:
    """Box and points together on a frame that was not tracked."""
    box, points = setting.boxes(1)[0], places(setting)
    session = HeadlessSession(open_source(setting.folder), setting.ours, (1,))
    session.prompt(0, 1, Prompts(points, box, together=len(points)))
    state = setting.open_official()
    corners = np.array([box.x0, box.y0, box.x1, box.y1], np.float32)
    return [("one call", shown(session, 0), told(setting, state, 0, points, box=corners))]


def tracked(setting: Setting, last: int) -> list[Row]:
    """Clicks on the last frame of a run from the first one."""
    box, (first, second, _) = setting.boxes(1)[0], places(setting)
    state = setting.open_official()
    setting.prompt_official(state, 0, 1, box)
    for _ in setting.official.propagate_in_video(state):
        pass
    official = [told(setting, state, last, points) for points in ((first,), (first, second))]
    session = HeadlessSession(open_source(setting.folder), setting.ours, (1,))
    session.prompt(0, 1, box_prompts(box))
    session.track(Direction.FORWARD)
    before = session.project.snapshot()
    rows = clicks(session, last, ("tracked +", "tracked + -"), (first, second), official)
    setting.ours.open(open_source(setting.folder))
    prompts = with_point(None, before.masks.get(last, 1), first)
    alone = setting.ours.segment(replace(segment_request(before, last, 1, prompts), around=None))
    session = HeadlessSession(open_source(setting.folder), setting.ours, (1,))
    session.project = before
    rows += clicks(session, last, ("rebuilt +", "rebuilt + -"), (first, second), official)
    return [*rows, ("alone +", alone.mask, official[0])]


def clicks(
    session: HeadlessSession,
    frame: int,
    names: tuple[str, ...],
    points: tuple[Point, ...],
    official: list[Mask],
) -> list[Row]:
    """Points one after the other, as in the window."""
    rows = []
    for name, point, expected in zip(names, points, official, strict=True):
        record, old = session.project.masks.get(frame, 1), session.project.prompts.get((frame, 1))
        session.prompt(frame, 1, with_point(old, record, point))
        rows.append((name, shown(session, frame), expected))
    return rows


def places(setting: Setting) -> tuple[Point, Point, Point]:
    """A positive, a negative and a positive one."""
    width, height = setting.width, setting.height
    return (
        Point(0.3 * width, 0.4 * height),
        Point(0.6 * width, 0.7 * height, False),
        Point(0.5 * width, 0.3 * height),
    )


def shown(session: HeadlessSession, frame: int) -> Mask:
    """Our mask of the object."""
    record = session.project.masks.get(frame, 1)
    assert record is not None
    return record.mask


def told(setting: Setting, state: Any, frame: int, points: tuple[Point, ...], **box: Any) -> Mask:
    """The official mask after all points in one call."""
    _, _, logits = setting.official.add_new_points_or_box(
        state,
        frame,
        1,
        points=np.array([(p.x, p.y) for p in points], np.float32),
        labels=np.array([int(p.positive) for p in points], np.int32),
        **box,
    )
    return Mask.from_array((logits[0, 0] > 0).cpu().numpy())


if __name__ == "__main__":
    main()
