"""How an engine should work: quality, bounds and opt-ins. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vostool.errors import UsageError
from vostool.words import mark, tr

Backend = Literal["auto", "torch", "openvino"]
"""What runs an image encoder."""
ENCODERS: tuple[Backend, ...] = get_args(Backend)
QUALITIES = ("auto", "exact", "fast", "coarse")
GENERAL_TEXTS = {
    "auto": mark("Best: quick, and nearly as exact"),
    "exact": mark("Exact: the masks of the network as published"),
    "fast": mark("Fast: less is computed, masks may suffer"),
    "coarse": mark("Coarse: SAM 2 on 512 pixels, other engines as Fast"),
}
"""Every quality in the words of a menu, true of all engines; each says more of its own."""
_FORMER_NAMES = {"draft": "coarse"}
COARSE_SIZE = 512
FEWER_KEYFRAMES = 4


def quality_named(name: str) -> str:
    """The quality that a person named, on the command line or in stored settings; it may be none.

    "coarse" was called "draft" in earlier versions.
    """
    return _FORMER_NAMES.get(name, name)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Settings of :func:`vostool.models.registry.create_engine`; "flow" has none of them.

    Attributes:
        quality: "exact" gives the official predictor's masks. "auto" computes the same way, but
            attends to the nearest prompted frames only, so that a frame costs no more however
            many were corrected; up to :data:`FEWER_KEYFRAMES` of them the masks are the same.
            "fast" caps them too and lets tracking attend to memories at half their resolution,
            all but the latest one; how much that loses was measured with random weights only,
            which proves nothing about the published ones. "coarse" is "fast" on frames scaled to
            512 pixels in place of 1024. That is SAM 2; of MobileSAM "exact" runs the encoder as
            published on every frame, "auto" and "fast" may do with less, and it has no "coarse".
        max_keyframes: at most so many prompted frames are attended to, those nearest in time
            (at least 2); None takes the quality's own: all of them (the official behaviour) for
            "exact", :data:`FEWER_KEYFRAMES` otherwise.
        cache_bytes: bound on encoder features kept in memory; None takes the engine's own.
        object_batch: at most so many objects go through the network at once; None takes 1 on a
            CPU, where more is slower, and :data:`GPU_OBJECT_BATCH` on a GPU.
        encoder: what runs the image encoder on a CPU: "torch", "openvino" or "auto". Of SAM 2 that
            takes OpenVINO's bfloat16 where it is faster, for "fast" and "coarse" only, since it is
            not exact; of MobileSAM OpenVINO where it is installed, in 8 bits but for "exact",
            converted beside the work, with PyTorch until then.
        features_on_disk: keep encoder features on disk as well as in memory.
    """

    quality: str = "auto"
    max_keyframes: int | None = None
    cache_bytes: int | None = None
    object_batch: int | None = None
    encoder: Backend = "auto"
    features_on_disk: bool = False

    def __post_init__(self) -> None:
        if self.quality not in QUALITIES:
            raise UsageError(
                tr(
                    "There is no quality '{quality}'; known are {names}.",
                    quality=self.quality,
                    names=", ".join(QUALITIES),
                )
            )
        if self.max_keyframes is not None and self.max_keyframes < 2:
            raise UsageError(tr("At least 2 prompted frames have to be attended to."))
        if self.object_batch is not None and self.object_batch < 1:
            raise UsageError(tr("At least 1 object has to be tracked at a time."))

    @property
    def pooled_memories(self) -> bool:
        """Whether older memories are attended to at half their resolution."""
        return self.quality in ("fast", "coarse")

    @property
    def image_size(self) -> int | None:
        """Side of the square that frames are scaled to; None for the model's own."""
        return COARSE_SIZE if self.quality == "coarse" else None

    @property
    def keyframe_cap(self) -> int | None:
        """Prompted frames in attention; None for all."""
        if self.max_keyframes is not None or self.quality == "exact":
            return self.max_keyframes
        return FEWER_KEYFRAMES

    @property
    def sentence(self) -> str:
        """What the quality means, for a person."""
        return tr(_SENTENCES[self.quality])


GPU_OBJECT_BATCH = 16

_SENTENCES = {
    "auto": mark("the official video predictor's computation"),
    "exact": mark("the masks of the official video predictor"),
    "fast": mark("like the official video predictor, with memories at half resolution (not exact)"),
    "coarse": mark("on 512 pixels in place of 1024: coarser borders, small objects get lost"),
}
