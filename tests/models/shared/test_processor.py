"""The processor's name, as the system tells it."""

from __future__ import annotations

import sys

import pytest
import torch

from vostool.models.flow.engine import FlowEngine
from vostool.models.shared import processor
from vostool.models.shared.device import device_title

FACTS = "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD  Ryzen 7\t5800X \nMHz : 1\n"


@pytest.fixture
def facts(tmp_path, monkeypatch):
    if not sys.platform.startswith("linux"):
        pytest.skip("reads Linux's file")
    place = tmp_path / "cpuinfo"
    monkeypatch.setattr(processor, "CPU_FACTS", place)
    processor.processor_name.cache_clear()
    yield place
    processor.processor_name.cache_clear()


def test_the_name_is_told_on_one_line(facts) -> None:
    facts.write_text(FACTS + FACTS)
    assert processor.processor_name() == "AMD Ryzen 7 5800X"
    assert FlowEngine().info.device_title == "AMD Ryzen 7 5800X"
    assert device_title(torch.device("cpu")) == "AMD Ryzen 7 5800X"


@pytest.mark.parametrize("text", [None, "", "Hardware : BCM2711\n", "model name\n"])
def test_a_system_that_does_not_tell_has_its_kind(facts, text) -> None:
    if text is not None:
        facts.write_text(text)
    assert processor.processor_name()


def test_a_card_that_is_not_there_has_no_name() -> None:
    assert device_title(torch.device("cuda", 99)) == ""
