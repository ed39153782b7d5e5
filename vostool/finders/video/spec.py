"""What looks through a whole video by itself, as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Way
from vostool.finders.spec import ConceptSpec
from vostool.models.shared.loading import importing
from vostool.models.weights import hub_models


def _sam3(device: str | None, folder: Path | None) -> ConceptTracker:
    assert folder is not None
    with importing(
        "PyTorch or transformers", "install them again with `pip install 'vostool[auto]'`"
    ):
        from vostool.finders.video.sam3 import Sam3Video
    return Sam3Video.from_folder(hub_models.SAM3_VIDEO, folder, device)


TRACKERS: tuple[ConceptSpec, ...] = (
    ConceptSpec(
        name="sam3-video",
        title=hub_models.SAM3_VIDEO.title,
        ways=(Way.TEXT,),
        load=_sam3,
        packages=("transformers",),
        weights=hub_models.SAM3_VIDEO,
        rank=50,
    ),
)
