"""Seconds a frame while tracking, official predictor against ours, one frame of each in turn.

The first frames fill the memory bank (seven memories) and are not counted.
"""

from __future__ import annotations

import torch
from against_official import Setting, both_engines, box_prompts, parser_of

from vostool.models.engine import Direction, Keyframe, TrackRequest


def main() -> None:
    """Measure and print a table."""
    parser = parser_of(__doc__, frames=14)
    parser.add_argument("--objects", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--official-bf16",
        action="store_true",
        help="the official predictor under bfloat16 autocast, as its notebooks run it on a GPU",
    )
    parser.add_argument("--warm-up", type=int, default=8, help="frames that are not counted")
    arguments = parser.parse_args()
    with both_engines(arguments) as setting:
        print(f"{'objects':>8}{'official':>11}{'ours':>9}  s a frame   ratio   mask IoU")
        for objects in arguments.objects:
            with torch.autocast(arguments.device, torch.bfloat16, arguments.official_bf16):
                agreement = measure(setting, objects, arguments.frames, arguments.warm_up)
            official, ours = setting.median("official"), setting.median("ours")
            print(
                f"{objects:>8}{official:>11.2f}{ours:>9.2f}{official / ours:>18.2f}"
                f"{agreement:>11.4f}",
                flush=True,
            )


def measure(setting: Setting, objects: int, frames: int, warm_up: int) -> float:
    """Track both in turn; returns the mean IoU between their masks."""
    setting.times.clear()
    state = setting.open_official()
    boxes = setting.boxes(objects)
    for oid, box in enumerate(boxes, 1):
        setting.prompt_official(state, 0, oid, box)
    setting.open_ours()
    keys = tuple(Keyframe(0, oid, box_prompts(box)) for oid, box in enumerate(boxes, 1))
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, frames - 1)
    theirs = setting.official.propagate_in_video(state)
    mine = setting.ours.track(request, lambda: False)
    agreements = []
    for n in range(frames):
        with setting.timed("official", n >= warm_up):
            _, ids, logits = next(theirs)
        with setting.timed("ours", n >= warm_up):
            step = next(mine)
        for oid, mask in zip(ids, logits, strict=True):
            agreements.append(iou(mask[0] > 0, step.replies[oid].mask.to_array()))
    setting.official.reset_state(state)
    return sum(agreements) / len(agreements)


def iou(a: torch.Tensor, b) -> float:
    """Intersection over union of two masks; 1 where both are empty."""
    b = torch.from_numpy(b).to(a.device)
    union = int((a | b).sum())
    return 1.0 if union == 0 else int((a & b).sum()) / union


if __name__ == "__main__":
    main()
