"""What listens, as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.finders.finder import Way
from vostool.finders.listener import Listener
from vostool.finders.spec import INSTALL, ListenerSpec
from vostool.models.shared.loading import importing
from vostool.models.weights import hub_models


def _ast(device: str | None, folder: Path | None) -> Listener:
    assert folder is not None
    with importing("PyTorch or transformers", f"install them again with `{INSTALL}`"):
        from vostool.finders.sound.ast import AstListener
    return AstListener.from_folder(hub_models.AST, folder, device)


LISTENERS: tuple[ListenerSpec, ...] = (
    ListenerSpec(
        name=hub_models.AST.name,
        title=hub_models.AST.title,
        ways=(Way.SOUND,),
        load=_ast,
        packages=("transformers",),
        weights=hub_models.AST,
        rank=20,
    ),
)
