"""Correcting one of three objects and tracking on: official predictor against ours.

The official predictor propagates every object again and encodes every frame again; ours tracks the
corrected object alone, from the corrected frame, with the encoder's features kept.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from against_official import (
    add_common_arguments,
    box_prompts,
    make_setting,
    open_official,
    print_header,
    prompt_official,
)

from vostool.io.video.sources import open_source
from vostool.models.engine import Direction, Keyframe, TrackRequest


def main() -> None:
    """Measure and print seconds for the second pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, frames=12)
    parser.add_argument("--objects", type=int, default=3)
    parser.add_argument("--corrected", type=int, default=3, help="frame that is corrected")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode():
        setting = make_setting(arguments, Path(scratch))
        print_header(arguments, setting)
        boxes = setting.boxes(arguments.objects + 1)
        first, correction = boxes[:-1], boxes[-1]
        last, at = arguments.frames - 1, arguments.corrected

        state = open_official(setting)
        for oid, box in enumerate(first, 1):
            prompt_official(setting, state, 0, oid, box)
        theirs = setting.official.propagate_in_video(state)
        setting.ours.open(open_source(setting.folder))
        keys = tuple(Keyframe(0, oid, box_prompts(box)) for oid, box in enumerate(first, 1))
        mine = setting.ours.track(TrackRequest(keys, Direction.FORWARD, 0, 0, last), lambda: False)
        for _ in range(arguments.frames):
            with setting.timed("official first"):
                next(theirs)
            with setting.timed("ours first"):
                next(mine)

        prompt_official(setting, state, at, 1, correction)
        corrected = (keys[0], Keyframe(at, 1, box_prompts(correction)))
        again = TrackRequest(corrected, Direction.FORWARD, at, 0, last)
        # The official one starts at the earliest prompt unless told otherwise.
        theirs = setting.official.propagate_in_video(state)
        mine = setting.ours.track(again, lambda: False)
        for n in range(arguments.frames):
            with setting.timed("official"):
                next(theirs)
            if n >= at:
                with setting.timed("ours"):
                    next(mine)
        for name in ("official first", "ours first", "official", "ours"):
            print(f"{name:>16}: {sum(setting.times[name]):8.2f} s in all")
        ratio = sum(setting.times["official"]) / sum(setting.times["ours"])
        print(f"second pass, ratio: {ratio:.2f}")


if __name__ == "__main__":
    main()
