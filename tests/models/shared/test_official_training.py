"""Meta's training code is loaded without its launcher's packages, and its lack is a sentence."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from vostool.errors import ModelError
from vostool.models.shared.official_training import official_training


def test_losses_come_without_the_launcher():
    losses = official_training("loss_fns")
    assert losses.CORE_LOSS_KEY == "core_loss"
    assert callable(losses.MultiStepMultiMasksAndIous)
    stand_in = sys.modules.get("training.trainer")
    assert stand_in is None or hasattr(stand_in, "Trainer")  # the real one, if another wanted it


def test_another_package_of_that_name_is_one_sentence(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "training"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "training", ModuleType("training"))
    with pytest.raises(ModelError, match="package sam2 brings along"):
        official_training("loss_fns")
