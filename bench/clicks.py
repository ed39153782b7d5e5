"""How long a click takes, official predictor against ours.

open      from nothing to the first click's mask, on a long video
cached    a click on a frame whose features are there
tracked   the second corrective click on a frame that was tracked, with the memory around it
"""

from __future__ import annotations

import argparse

import numpy as np
from against_official import Setting, both_engines, box_prompts, parser_of

from vostool.models.engine import Around, Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.project.prompts import Point, Prompts


def main() -> None:
    """Measure and print a table."""
    parser = parser_of(__doc__, frames=1000)
    parser.add_argument("--tracked", type=int, default=8, help="frames to track before correcting")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=("open", "cached", "tracked"))
    arguments = parser.parse_args()
    parts = {"open": first_click, "cached": cached_click, "tracked": tracked_click}
    with both_engines(arguments) as setting:
        print(f"{'click':>10}{'official':>11}{'ours':>9}  s   ratio")
        for name, measure in parts.items():
            if arguments.only in (None, name):
                measure(setting, arguments)
                official, ours = setting.median("official"), setting.median("ours")
                print(
                    f"{name:>10}{official:>11.3f}{ours:>9.3f}{official / ours:>10.1f}", flush=True
                )


def first_click(setting: Setting, arguments: argparse.Namespace) -> None:
    """Open and click, once each: the official one decodes the whole video first."""
    setting.times.clear()
    box = setting.boxes(1)[0]
    with setting.timed("ours"):
        setting.open_ours()
        setting.ours.segment(SegmentRequest(0, 1, box_prompts(box)))
    with setting.timed("official"):
        state = setting.open_official()
        setting.prompt_official(state, 0, 1, box)
    setting.official.reset_state(state)


def cached_click(setting: Setting, arguments: argparse.Namespace) -> None:
    """Points one after the other on one frame, each engine in turn."""
    setting.times.clear()
    state = short_official(setting, 2)
    setting.open_ours()
    points = scattered(setting, arguments.repeats + 1)
    for n in range(len(points)):
        with setting.timed("official", n > 0):
            click_official(setting, state, 0, points[: n + 1])
        with setting.timed("ours", n > 0):
            setting.ours.segment(SegmentRequest(0, 1, Prompts(points=points[: n + 1])))


def tracked_click(setting: Setting, arguments: argparse.Namespace) -> None:
    """Corrections on the last frame of a short run; the first one there is not counted."""
    setting.times.clear()
    last = arguments.tracked - 1
    state = short_official(setting, arguments.tracked)
    box = setting.boxes(1)[0]
    setting.prompt_official(state, 0, 1, box)
    for _ in setting.official.propagate_in_video(state):
        pass
    setting.open_ours()
    keys = (Keyframe(0, 1, box_prompts(box)),)
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, last)
    masks = [step.replies[1].mask for step in setting.ours.track(request, lambda: False)]
    base = masks[-1]
    near = tuple(Keyframe(n, 1, None, mask) for n, mask in enumerate(masks[1:-1], 1))
    points = scattered(setting, arguments.repeats + 1)
    for n in range(len(points)):
        with setting.timed("official", n > 0):
            click_official(setting, state, last, points[: n + 1])
        with setting.timed("ours", n > 0):
            prompts = Prompts(points=points[: n + 1], base=base)
            reply = setting.ours.segment(SegmentRequest(last, 1, prompts, Around(keys, near)))
        assert reply.recall is not None and reply.recall.reads_memory


def short_official(setting: Setting, frames: int):
    """The official state of the first frames only, so that opening does not take minutes."""
    folder = setting.folder.with_name(f"first-{frames}")
    folder.mkdir(exist_ok=True)
    for path in sorted(setting.folder.iterdir())[:frames]:
        link = folder / path.name
        if not link.exists():
            link.symlink_to(path)
    return setting.official.init_state(str(folder))


def scattered(setting: Setting, count: int) -> tuple[Point, ...]:
    """Positive and negative points at fixed places."""
    random = np.random.default_rng(1)
    places = random.uniform((0.2, 0.2), (0.8, 0.8), (count, 2))
    return tuple(
        Point(float(x * setting.width), float(y * setting.height), n % 2 == 0)
        for n, (x, y) in enumerate(places)
    )


def click_official(setting: Setting, state, frame: int, points: tuple[Point, ...]) -> None:
    """All points so far, as the official predictor takes an added click."""
    setting.official.add_new_points_or_box(
        state,
        frame,
        1,
        points=np.array([(p.x, p.y) for p in points], np.float32),
        labels=np.array([int(p.positive) for p in points], np.int32),
    )


if __name__ == "__main__":
    main()
