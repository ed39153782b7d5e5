"""Seconds a frame with many prompted frames against one, official predictor and ours in turn."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from against_official import (
    Setting,
    add_common_arguments,
    box_prompts,
    make_setting,
    open_official,
    print_header,
    prompt_official,
)

from vostool.io.sources import open_source
from vostool.models.segmenter import Direction, Keyframe, TrackRequest


def main() -> None:
    """Measure and print both growths."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, frames=30)
    parser.add_argument("--prompted", type=int, default=20)
    parser.add_argument("--counted", type=int, default=3, help="tracked frames that are timed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode():
        setting = make_setting(arguments, Path(scratch))
        print_header(arguments, setting)
        for prompted in (1, arguments.prompted):
            measure(setting, prompted, arguments)
        for who in ("official", "ours"):
            one, many = (setting.median(f"{who} {n}") for n in (1, arguments.prompted))
            print(
                f"{who:>10}: {one:.2f} s a frame with 1 prompted frame, {many:.2f} s with "
                f"{arguments.prompted}: {many / one:.2f} times"
            )


def measure(setting: Setting, prompted: int, arguments: argparse.Namespace) -> None:
    """Prompt the first frames, then track behind them until the memory bank is full."""
    box = setting.boxes(1)[0]
    state = open_official(setting)
    for frame in range(prompted):
        prompt_official(setting, state, frame, 1, box)
    setting.ours.open(open_source(setting.folder))
    keys = tuple(Keyframe(frame, 1, box_prompts(box)) for frame in range(prompted))
    start, last = prompted - 1, arguments.frames - 1
    theirs = setting.official.propagate_in_video(state, start_frame_idx=start)
    request = TrackRequest(keys, Direction.FORWARD, start, 0, last)
    mine = setting.ours.track(request, lambda: False)
    for n in range(7 + arguments.counted):
        if start + n > last:
            break
        with setting.timed(f"official {prompted}", n >= 7):
            next(theirs)
        with setting.timed(f"ours {prompted}", n >= 7):
            next(mine)
    setting.official.reset_state(state)


if __name__ == "__main__":
    main()
