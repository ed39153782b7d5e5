"""A click on a tracked frame in transformers' own session, fed the frame's logits as officially."""

from __future__ import annotations

import numpy as np
import torch

from vostool.evaluate.headless import HeadlessSession
from vostool.masks.mask import Mask
from vostool.models.engine import Direction
from vostool.project.prompts import Point, Prompts, with_point
from vostool.project.recall import Way
from vostool.runs.request import plan_run


def library_click(model, session, frame: int, point: Point, **more) -> dict:
    """The library's output for object 0; the session has been propagated over the frame."""
    before = session.output_dict_per_obj[0]["non_cond_frame_outputs"][frame]["pred_masks"]
    told = {
        "point_coords": torch.tensor([[[[point.x, point.y]]]]),
        "point_labels": torch.tensor([[[int(point.positive)]]], dtype=torch.int32),
    }
    with torch.inference_mode():
        return model._run_single_frame_inference(
            inference_session=session, obj_idx=0, frame_idx=frame, batch_size=1,
            is_init_cond_frame=False, point_inputs=told, mask_inputs=None, reverse=False,
            prev_sam_mask_logits=before.clamp(-32, 32), **more,
        )  # fmt: skip


def corrected(
    engine, clip, first: Prompts, frame: int, point: Point
) -> tuple[HeadlessSession, Mask]:
    """A run from frame 0 and a click after it; the session, and the mask before the click."""
    session = HeadlessSession(clip, engine, (1,))
    session.prompt(0, 1, first)
    session.track(Direction.FORWARD)
    record = session.project.masks.get(frame, 1)
    session.prompt(frame, 1, with_point(None, record, point))
    assert session.project.prompts[frame, 1].recall.way is Way.REMEMBERED
    return session, record.mask


def run_after(engine, clip, session: HeadlessSession, frame: int) -> dict[int, np.ndarray]:
    """The masks of a run from the corrected frame, by an engine that remembers nothing."""
    engine.open(clip)
    request = plan_run(session.project, Direction.FORWARD, origin=frame)
    steps = [*engine.track(request, lambda: False)]
    assert steps[0].replies[1].mask == session.project.masks.get(frame, 1).mask
    return {step.frame: step.replies[1].mask for step in steps[1:]}


def condition(session, frame: int, output: dict) -> None:
    """Let the library's session be conditioned on the click, and forget what was tracked."""
    outputs = session.output_dict_per_obj[0]
    outputs["cond_frame_outputs"][frame] = output
    outputs["non_cond_frame_outputs"].clear()
