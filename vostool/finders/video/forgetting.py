"""What a SAM 3 video session may forget after each frame, so that an hour needs what a minute does.

The library's session keeps every output of every frame for good, and copies its bookkeeping anew
on each. Attention reads the last frames only, and of the frames on which the detector confirmed an
object (one in sixteen) the nearest few; the library reads the pointers of *all* of those, which
alone would grow without end. Here the first and the latest :data:`POINTERS` of them stay, so
answers are the library's until an object was confirmed more often than that.
"""

from __future__ import annotations

from typing import Any

from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.reading import CONDITIONING, TRACKED

POINTERS = 16
_MEMORY = ("maskmem_features", "maskmem_pos_enc")


class Forgetting:
    """Keeps one session small.

    Args:
        model: transformers' ``Sam3VideoModel``.
        session: changed in place.
        backward: the run goes down in frame numbers.
    """

    def __init__(self, model: Any, session: Any, backward: bool) -> None:
        config = model.tracker_model.config
        memories = config.num_maskmem - 1
        self._reach = Reach(memories, max(memories, config.max_object_pointers_in_encoder - 1))
        self._conditioning = config.max_cond_frame_num
        self._model, self._session, self._backward = model, session, backward

    def after(self, frame: int) -> None:
        """Let go of what no later frame can read."""
        session = self._session
        for place, outputs in session.output_dict_per_obj.items():
            for kept in (outputs[CONDITIONING].get(frame), outputs[TRACKED].get(frame)):
                if kept is not None:
                    _slim(kept)
            self._reach.forget_unreadable(outputs[TRACKED], frame, self._backward, None)
            self._forget_confirmed(outputs[CONDITIONING], frame)
            session.frames_tracked_per_obj[place].clear()
            session.mask_inputs_per_obj[place].clear()
        self._forget_scores(frame)
        self._forget_gone()

    @property
    def bytes_held(self) -> int:
        """Of all tensors of all objects' outputs."""
        return sum(
            value.nbytes
            for outputs in self._session.output_dict_per_obj.values()
            for by_frame in outputs.values()
            for output in by_frame.values()
            for value in output.values()
            if value is not None
        )

    def _forget_confirmed(self, outputs: dict[int, dict[str, Any]], frame: int) -> None:
        """All lie behind: the nearest are the latest."""
        latest = sorted(outputs, reverse=not self._backward)
        for number in latest[POINTERS:-1]:
            del outputs[number]
        kept = [number for number in latest if number in outputs]
        for number in kept[self._conditioning :]:
            # One that is not among the nearest is read as a tracked frame is, while it is near.
            if abs(frame - number) >= self._reach.memories:
                for name in _MEMORY:
                    outputs[number][name] = None

    def _forget_scores(self, frame: int) -> None:
        session = self._session
        for by_frame in (session.obj_id_to_tracker_score_frame_wise, session.suppressed_obj_ids):
            for number in [n for n in by_frame if n != frame]:
                del by_frame[number]
        # Only how many there are is asked, up to these numbers.
        for lists, most in (
            (session.unmatched_frame_inds, self._model.hotstart_unmatch_thresh),
            (session.overlap_pair_to_frame_inds, self._model.hotstart_dup_thresh),
        ):
            for frames in lists.values():
                del frames[max(most, 1) :]

    def _forget_gone(self) -> None:
        """Numbers of objects that were dropped again."""
        session = self._session
        known = set(session.obj_ids)
        for table in (
            session.obj_id_to_score,
            session.obj_first_frame_idx,
            session.unmatched_frame_inds,
            session.trk_keep_alive,
            session.obj_id_to_last_occluded,
            session.obj_id_to_prompt_id,
        ):
            for oid in [oid for oid in table if oid not in known]:
                del table[oid]
        pairs = session.overlap_pair_to_frame_inds
        for pair in [pair for pair in pairs if not known.issuperset(pair)]:
            del pairs[pair]
        session.removed_obj_ids.intersection_update(known)


def _slim(output: dict[str, Any]) -> None:
    """Without masks, which attention does not read; a slice would keep all objects' memory."""
    for name in ("pred_masks", "high_res_masks"):
        output[name] = None
    for name in _MEMORY:
        if output.get(name) is not None:
            output[name] = output[name].clone()
