"""Correcting one of three objects and tracking on: official predictor against ours.

The official predictor propagates every object again and encodes every frame again; ours tracks the
corrected object alone, from the corrected frame, with the encoder's features kept.
"""

from __future__ import annotations

from against_official import both_engines, box_prompts, parser_of

from vostool.models.engine import Direction, Keyframe, TrackRequest


def main() -> None:
    """Measure and print seconds for the second pass."""
    parser = parser_of(__doc__, frames=12)
    parser.add_argument("--objects", type=int, default=3)
    parser.add_argument("--corrected", type=int, default=3, help="frame that is corrected")
    arguments = parser.parse_args()
    with both_engines(arguments) as setting:
        boxes = setting.boxes(arguments.objects + 1)
        first, correction = boxes[:-1], boxes[-1]
        last, at = arguments.frames - 1, arguments.corrected

        state = setting.open_official()
        for oid, box in enumerate(first, 1):
            setting.prompt_official(state, 0, oid, box)
        theirs = setting.official.propagate_in_video(state)
        setting.open_ours()
        keys = tuple(Keyframe(0, oid, box_prompts(box)) for oid, box in enumerate(first, 1))
        mine = setting.ours.track(TrackRequest(keys, Direction.FORWARD, 0, 0, last), lambda: False)
        for _ in range(arguments.frames):
            with setting.timed("official first"):
                next(theirs)
            with setting.timed("ours first"):
                next(mine)

        setting.prompt_official(state, at, 1, correction)
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
