"""The official predictor's inference state for one object, without the video inside it.

The official `SAM2VideoPredictor` keeps every object and every frame in one state and fills it from
`init_state`, which loads the whole video as float tensors. Objects do not see each other there
(its non-overlap options are off in every published config), so one state for each object gives the
same masks; it is made here with the same entries, its features come from a :class:`FeatureCache`,
and what attention can no longer read is dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from sam2.modeling.sam2_utils import select_closest_cond_frames
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.errors import SourceError
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.models.sam2.network import Sam2Network, as_tokens
from vostool.models.shared.choosing import choosing
from vostool.models.shared.corrections import Scene, Scenes
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs
from vostool.models.shared.memory_reach import Reach, behind
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.prompt_steps import lone_choice, prompt_steps
from vostool.models.shared.reading import CONDITIONING, TRACKED, Output
from vostool.models.shared.run_memory import RunMemory
from vostool.project.prompts import Prompts

_OBJECT = 0
PROMPTED_FRAMES_KEPT = 64


@dataclass(frozen=True)
class Video:
    """What every state of one opened source shares.

    Attributes:
        constants: values that the official code computes once and then shares.
        prompted: outputs of prompted frames, see :class:`PromptReplay`.
        memory: what runs remember of the frames they tracked.
        scenes: what the corrections last made read of it.
        graphs: the engine's recordings.
    """

    predictor: SAM2VideoPredictor
    features: FeatureCache
    height: int
    width: int
    frame_count: int
    constants: dict[str, Any] = field(default_factory=dict)
    prompted: OrderedDict[tuple[int, Prompts], Output] = field(default_factory=OrderedDict)
    memory: RunMemory = field(default_factory=RunMemory)
    scenes: Scenes = field(default_factory=Scenes)
    graphs: Graphs = field(default_factory=Graphs)

    @cached_property
    def network(self) -> Sam2Network:
        """The predictor as runs use it."""
        return Sam2Network(
            self.predictor, self.features, self.frame_count, self.constants, self.graphs
        )


def new_state(video: Video) -> dict[str, Any]:
    """A fresh official inference state with one object and no prompt; reads no frame."""
    predictor = video.predictor
    state: dict[str, Any] = {
        "images": (),
        "num_frames": video.frame_count,
        "offload_video_to_cpu": False,
        "offload_state_to_cpu": False,
        "video_height": video.height,
        "video_width": video.width,
        "device": predictor.device,
        "storage_device": predictor.device,
        "point_inputs_per_obj": {},
        "mask_inputs_per_obj": {},
        "cached_features": video.features,
        "constants": video.constants,
        "obj_id_to_idx": OrderedDict(),
        "obj_idx_to_id": OrderedDict(),
        "obj_ids": [],
        "output_dict_per_obj": {},
        "temp_output_dict_per_obj": {},
        "frames_tracked_per_obj": {},
    }
    predictor._obj_id_to_idx(state, _OBJECT)
    return state


class PromptReplay:
    """Turns prompts into the official output of their frame, as if clicked one after the other.

    The start mask goes through ``add_new_mask``; then the box alone, then the box with the first
    point, with the first two, and so on through ``add_new_points_or_box``: the calls that an
    official user makes click by click, where each feeds the logits before it back. The outcome
    depends on the picture and the prompts alone, so each step is kept: the next click costs one
    call, an undone one none.
    """

    def __init__(self, video: Video) -> None:
        self._video = video

    def output(self, frame: int, prompts: Prompts) -> Output:
        """The output of a prompted frame; the caller sees to it that the prompts are not empty.

        Raises:
            SourceError: the frame could not be decoded.
        """
        known = self._video.prompted
        steps = prompt_steps(prompts)
        done = next((n for n in range(len(steps), 0, -1) if (frame, steps[n - 1]) in known), 0)
        state = new_state(self._video)
        slot = state["temp_output_dict_per_obj"][_OBJECT][CONDITIONING]
        if done:
            slot[frame] = known[frame, steps[done - 1]]
            known.move_to_end((frame, steps[done - 1]))
        taken = slot[frame].get("choice") if done else None
        for step in steps[done:]:
            with choosing(self._video.predictor.sam_mask_decoder, lone_choice(step)) as now:
                self._apply(state, frame, step)
            taken = taken if now.choice is None else now.choice
            slot[frame]["choice"] = taken
            known[frame, step] = slot[frame]
        while len(known) > PROMPTED_FRAMES_KEPT:
            known.popitem(last=False)
        output: Output = slot[frame]
        return output

    def _apply(self, state: dict[str, Any], frame: int, step: Prompts) -> None:
        predictor = self._video.predictor
        if step.mask is not None and step.box is None and not step.points:
            mask = torch.from_numpy(step.mask.to_array())
            predictor.add_new_mask(state, frame, _OBJECT, mask)
            return
        _tell(predictor, state, frame, step)


def _tell(predictor: SAM2VideoPredictor, state: dict[str, Any], frame: int, step: Prompts) -> None:
    """All points and the box so far, in one call."""
    box = step.box
    corners = None if box is None else np.array([box.x0, box.y0, box.x1, box.y1], np.float32)
    points = labels = None
    if step.points:
        points = np.array([(p.x, p.y) for p in step.points], np.float32)
        labels = np.array([int(p.positive) for p in step.points], np.int32)
    predictor.add_new_points_or_box(
        state, frame, _OBJECT, points=points, labels=labels, box=corners
    )


def corrected(video: Video, scene: Scene, step: Prompts, before: Output) -> Output:
    """The official output after clicks on a frame that counts as tracked.

    The official code then reads the memory around it and feeds the logits of ``before``.
    """
    predictor, state = video.predictor, new_state(video)
    kind = CONDITIONING if predictor.add_all_frames_to_correct_as_cond else TRACKED
    state["output_dict_per_obj"][_OBJECT] = scene.outputs
    state["frames_tracked_per_obj"][_OBJECT][scene.frame] = {"reverse": scene.backward}
    slot = state["temp_output_dict_per_obj"][_OBJECT][kind]
    slot[scene.frame] = before
    with scene.read_by(predictor):
        _tell(predictor, state, scene.frame, step)
    output: Output = slot[scene.frame]
    return output


def conditioning(video: Video, frame: int, evidence: Evidence) -> Output:
    """The official output of a prompted frame with its memory, of what was stored of it."""
    predictor, device = video.predictor, video.predictor.device
    logits, presence = evidence.logits(device), evidence.score_logits(device)
    memory, positions = predictor._run_memory_encoder(
        inference_state=new_state(video),
        frame_idx=frame,
        batch_size=1,
        high_res_masks=logits,
        object_score_logits=presence,
        is_mask_from_pts=True,
    )
    return {
        "maskmem_features": memory,
        "maskmem_pos_enc": positions,
        "pred_masks": torch.nn.functional.avg_pool2d(logits, 4),
        "obj_ptr": evidence.pointer.to(device),
        "object_score_logits": presence,
    }


class ObjectTracker(MemoryTracker):
    """One object in one run.

    Holds at most ``num_maskmem`` memories (512 KiB each) and ``max_obj_ptrs_in_encoder`` pointers
    of tracked frames, twice that where a second leg will read the first one's beginning.
    """

    def __init__(self, video: Video, memory: Memory = STANDARD) -> None:
        self._video = video
        predictor = video.predictor
        stride = predictor.memory_temporal_stride_for_eval
        # The oldest memory that attention can reach, in frames.
        memories = 1 + (predictor.num_maskmem - 2) * stride
        pointers = max(memories, predictor.max_obj_ptrs_in_encoder - 1)
        super().__init__(video.network, Reach(memories, pointers), memory)
        self._waiting: dict[int, Callable[[], Output]] = {}

    def expect_keyframe(self, frame: int, make: Callable[[], Output]) -> None:
        """Tell of a prompted frame; its output is made when a step can attend to it."""
        self._waiting[frame] = make

    def bring_keyframes(self, frame: int, backward: bool) -> None:
        """As everywhere, and no others where the predictor attends to the nearest only."""
        failure: SourceError | None = None
        while True:
            held: dict[int, Output] = self._outputs[CONDITIONING]
            needed = self._readable(frame, backward, {*self._waiting, *held})
            missing = next((f for f in sorted(needed) if f not in held), None)
            if missing is None:
                break
            try:
                self.add_keyframe(missing, self._waiting[missing]())
            except SourceError as error:
                # The run goes on with the others; reaching this frame will tell of it.
                del self._waiting[missing]
                failure = error
        for number in [f for f in held if f in self._waiting and f not in needed]:
            del held[number]
        if not held and failure is not None:
            raise failure

    def _readable(self, frame: int, backward: bool, frames: set[int]) -> set[int]:
        """Keyframes that attention selects, and those it reads like tracked frames behind."""
        cap = self._video.predictor.max_cond_frames_in_attn
        selected, others = select_closest_cond_frames(frame, dict.fromkeys(sorted(frames)), cap)
        read = (f for f in others if 0 < behind(frame, f, backward) <= self._reach.pointers)
        return {*selected, *read}

    def remember(self, frame: int, output: Output) -> None:
        super().remember(frame, self._with_memory(frame, output))

    def add_keyframe(self, frame: int, output: Output) -> None:
        super().add_keyframe(frame, self._with_memory(frame, output))

    def _with_memory(self, frame: int, output: Output) -> Output:
        state = new_state(self._video)
        state["temp_output_dict_per_obj"][_OBJECT][CONDITIONING][frame] = output
        # Encodes the mask into memory, once: the output keeps it.
        self._video.predictor.propagate_in_video_preflight(state)
        whole: Output = state["output_dict_per_obj"][_OBJECT][CONDITIONING][frame]
        whole["maskmem_features"] = as_tokens(whole["maskmem_features"])
        return whole
