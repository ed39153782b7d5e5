"""Seconds a frame with many prompted frames against one; official predictor and ours in turn."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from against_official import Setting, both_engines, box_prompts, parser_of

from vostool.io.video.sources import open_source
from vostool.models.engine import Direction, Keyframe, TrackedFrame, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine


def main() -> None:
    """Measure and print both growths."""
    parser = parser_of(__doc__, frames=30)
    parser.set_defaults(quality="auto")
    parser.add_argument("--prompted", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=7, help="tracked frames not counted")
    parser.add_argument("--counted", type=int, default=3, help="tracked frames that are timed")
    arguments = parser.parse_args()
    with both_engines(arguments) as setting:
        runs = {}
        for prompted in (1, arguments.prompted):
            runs[f"official {prompted}"] = official_run(setting, prompted)
            runs[f"ours {prompted}"] = our_run(setting, prompted, arguments)
        for n in range(arguments.warm_up + arguments.counted):
            for name, run in runs.items():
                with setting.timed(name, n >= arguments.warm_up):
                    next(run)
        for who in ("official", "ours"):
            one, many = (setting.median(f"{who} {n}") for n in (1, arguments.prompted))
            print(
                f"{who:>10}: {one:.2f} s a frame with 1 prompted frame, {many:.2f} s with "
                f"{arguments.prompted}: {many / one:.2f} times"
            )


def official_run(setting: Setting, prompted: int) -> Iterator[Any]:
    """The official predictor, tracking on from the last of its prompted frames."""
    state = setting.open_official()
    for frame in range(prompted):
        setting.prompt_official(state, frame, 1, setting.boxes(1)[0])
    tracked: Iterator[Any] = setting.official.propagate_in_video(
        state, start_frame_idx=prompted - 1
    )
    return tracked


def our_run(
    setting: Setting, prompted: int, arguments: argparse.Namespace
) -> Iterator[TrackedFrame]:
    """Ours with the same prompts, in an engine of its own, so that no feature is shared."""
    checkpoint = next(setting.folder.parent.glob("*.pt"))
    options = EngineOptions(quality=arguments.quality)
    engine = create_engine(arguments.model, arguments.device, checkpoint, options)
    engine.open(open_source(setting.folder))
    prompts = box_prompts(setting.boxes(1)[0])
    keys = tuple(Keyframe(frame, 1, prompts) for frame in range(prompted))
    span = (prompted - 1, 0, arguments.frames - 1)
    return engine.track(TrackRequest(keys, Direction.FORWARD, *span), lambda: False)


if __name__ == "__main__":
    main()
