"""The finders by text, and those that are shown an object, as the registry lists them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vostool.finders.finder import Finder, Way
from vostool.finders.spec import FinderSpec
from vostool.models.shared.loading import importing
from vostool.models.weights import hub_models
from vostool.models.weights.hub import HubModel

PACKAGES = ("transformers",)
_REMEDY = "install them again with `pip install 'vostool[auto]'`"


def _grounding_dino(published: HubModel, device: str | None, folder: Path | None) -> Finder:
    assert folder is not None
    with importing("PyTorch or transformers", _REMEDY):
        from vostool.finders.text.grounding_dino import GroundingDino
    return GroundingDino.from_folder(published, folder, device)


def _sam3(published: HubModel, device: str | None, folder: Path | None) -> Finder:
    assert folder is not None
    with importing("PyTorch or transformers", _REMEDY):
        from vostool.finders.text.sam3 import Sam3Finder
    return Sam3Finder.from_folder(published, folder, device)


def _owlv2(device: str | None, folder: Path | None) -> Finder:
    assert folder is not None
    with importing("PyTorch or transformers", _REMEDY):
        from vostool.finders.text.owlv2 import Owlv2Finder
    return Owlv2Finder.from_folder(hub_models.OWLV2, folder, device)


def _masks(published: HubModel, rank: int) -> FinderSpec:
    return FinderSpec(
        name=published.name,
        title=published.title,
        ways=(Way.TEXT, Way.LIKE),
        load=partial(_sam3, published),
        packages=PACKAGES,
        weights=published,
        rank=rank,
    )


def _boxes(published: HubModel, rank: int) -> FinderSpec:
    return FinderSpec(
        name=published.name,
        title=published.title,
        ways=(Way.TEXT,),
        load=partial(_grounding_dino, published),
        packages=PACKAGES,
        weights=published,
        rank=rank,
    )


FINDERS: tuple[FinderSpec, ...] = (
    _boxes(hub_models.GROUNDING_DINO_TINY, 20),
    _boxes(hub_models.GROUNDING_DINO_BASE, 30),
    _boxes(hub_models.MM_GROUNDING_DINO_TINY, 25),
    FinderSpec(
        name=hub_models.OWLV2.name,
        title=hub_models.OWLV2.title,
        ways=(Way.TEXT, Way.LIKE),
        load=_owlv2,
        packages=PACKAGES,
        weights=hub_models.OWLV2,
        rank=10,
    ),
    _masks(hub_models.SAM3, 50),
    _masks(hub_models.SAM3_LITE_TEXT, 40),
)
