"""The device in Settings and in the status bar, and a card that the installed PyTorch cannot use."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest

from vostool.gui.actions.keymap import Keymap
from vostool.gui.engine.card_bar import CardBar
from vostool.gui.settings import keys
from vostool.gui.settings import values as settings_values
from vostool.gui.settings.preferences import stored_text
from vostool.gui.settings.values import Values
from vostool.gui.window import engine_choice
from vostool.gui.window.handlers.program import show_settings, take_settings
from vostool.models import nvidia
from vostool.models.devices import CPU, Device
from vostool.models.engine import EngineInfo
from vostool.models.nvidia import UnusedCard
from vostool.models.spec import EngineStatus

LEFT = Qt.MouseButton.LeftButton
CARDS = (
    CPU,
    Device("cuda:0", "NVIDIA GeForce RTX 3080, 10 GB"),
    Device("cuda:1", "NVIDIA GeForce GTX 1080, 8 GB", "This PyTorch has no kernels for it"),
    Device("mps", "Apple GPU"),
    Device("xpu:0", "Intel Arc A770"),
)


@pytest.fixture
def dialog(hand, monkeypatch):
    monkeypatch.setattr("vostool.gui.window.settings.device_box.found_devices", lambda: CARDS)

    def shown():
        made = show_settings(hand.bench)
        made.tabs.setCurrentIndex(1)
        hand.until(lambda: made.device.count() > 3)
        return made

    return shown


def test_every_device_is_listed_by_its_name_and_unusable_ones_cannot_be_taken(dialog) -> None:
    box = dialog().device
    assert [box.itemText(n) for n in range(box.count())] == [
        "Automatic: the best there is",
        "CPU",
        "NVIDIA GeForce RTX 3080, 10 GB (cuda:0)",
        "NVIDIA GeForce GTX 1080, 8 GB (cuda:1)",
        "Apple GPU (mps)",
        "Intel Arc A770 (xpu:0)",
    ]
    assert box.chosen() == ""
    assert [box.model().item(n).isEnabled() for n in range(6)] == [True] * 3 + [False, True, True]
    assert "no kernels" in box.model().item(3).toolTip()


def test_a_card_that_was_chosen_and_is_gone_stays_chosen_until_changed(dialog) -> None:
    settings_values.save(Values(device="cuda:3"))
    box = dialog().device
    assert (box.currentText(), box.chosen()) == ("cuda:3 (not here now)", "cuda:3")


def test_another_device_reloads_the_engine_and_loses_nothing(
    hand, engine, video, dialog, clip, monkeypatch
) -> None:
    asked = []

    def create(name, device=None, options=None):
        asked.append((name, device))
        kind = type(engine)
        card = "NVIDIA GeForce RTX 3080, 10 GB"
        info = EngineInfo(name, "Truth", device or "cuda:0", "bfloat16", device_title=card)
        return type("Other", (kind,), {"info": property(lambda self: info)})(clip)

    monkeypatch.setattr("vostool.gui.window.engine_choice.create_engine", create)
    hand.open(video)
    hand.mark(1, oid=1)
    before = hand.content()
    made = dialog()
    made.device.setCurrentIndex(made.device.findData("cuda:0"))
    with hand.qtbot.waitSignal(hand.bench.worker.engine_ready):
        QTest.mouseClick(made.ok_button, LEFT)
    assert asked == [("truth", "cuda:0")]
    assert hand.window.status.engine_button.text() == "Truth (cuda:0 bfloat16)"
    told = hand.window.status.engine_button.toolTip()
    assert "Computes on CUDA 0: NVIDIA GeForce RTX 3080, 10 GB in bfloat16." in told
    assert hand.content() == before
    hand.until(lambda: engine.closed)
    hand.mark(2, oid=1)
    assert settings_values.load().device == "cuda:0"


@pytest.mark.parametrize(
    ("name", "told", "offered", "coarse"),
    [
        ("mobile-sam", "fast", ["Best", "Exact", "Fast"], False),
        ("sam2.1-tiny", "coarse", ["Best", "Exact", "Fast", "Coarse"], True),
    ],
)
def test_the_menu_offers_the_qualities_that_the_engine_has(
    hand, name, told, offered, coarse
) -> None:
    choice = hand.bench.engine
    choice.quality = "coarse"
    choice._ready(EngineInfo(name, "Truth", quality=told))
    choice._fill_menu()
    known = {"Best", "Exact", "Fast", "Coarse"}
    shown = {a.text().split(":")[0]: a for a in choice._menu.actions()}
    assert [text for text in shown if text in known] == offered
    assert [text for text in offered if shown[text].isChecked()] == [told.capitalize()]
    assert hand.window.actions_by_id["draft"].isVisible() is coarse


def test_a_chosen_engine_answers_at_the_next_start_while_it_is_there(hand, monkeypatch) -> None:
    monkeypatch.setattr(hand.bench.engine, "use", lambda _name: None)
    hand.bench.engine.choose("sam2.1-tiny")
    assert stored_text(keys.OWN_ENGINE) == "sam2.1-tiny"
    there = [EngineStatus("sam2.1-tiny", "SAM 2.1 tiny")]
    monkeypatch.setattr(engine_choice, "engine_statuses", lambda: there)
    assert engine_choice._first_engine("sam2.1-tiny", "cpu") == ("sam2.1-tiny", "")
    there[0] = EngineStatus("sam2.1-tiny", "SAM 2.1 tiny", problem="It is not here.")
    name, problem = engine_choice._first_engine("sam2.1-tiny", "cpu")
    assert name != "sam2.1-tiny" and "is not there any more" in problem
    hand.bench.engine.choose("flow")
    assert stored_text(keys.OWN_ENGINE) == ""


def test_the_window_says_while_a_faster_encoder_is_made(hand, engine) -> None:
    activity, worker = hand.window.status.activity, hand.bench.worker
    assert not worker.quickens
    worker._engine = SimpleNamespace(quickens=True, close=engine.close, info=engine.info)
    hand.until(lambda: "Preparing a faster encoder" in activity.text())
    worker._engine.quickens = False
    hand.until(lambda: "Preparing a faster encoder" not in activity.text())
    worker._engine = engine


def test_the_same_device_reloads_nothing(hand, engine, dialog, monkeypatch) -> None:
    monkeypatch.setattr(hand.bench.engine, "use", pytest.fail)
    QTest.mouseClick(dialog().ok_button, LEFT)


def test_it_is_kept_for_this_computer_and_not_for_others(hand, monkeypatch) -> None:
    take_settings(hand.bench, Values(device="cuda:1"), Keymap({}))
    assert settings_values.load().device == "cuda:1"
    monkeypatch.setattr("platform.node", lambda: "other/../machine")
    assert settings_values.load().device == ""
    settings_values.save(Values(device="cpu"))
    assert settings_values.load().device == "cpu"
    monkeypatch.undo()


@pytest.mark.usefixtures("_own_places")
def test_a_stored_device_that_makes_no_sense_is_the_best_there_is() -> None:
    settings_values.save(Values(device="tpu; rm -rf"))
    assert settings_values.load().device == ""


FOUND = UnusedCard("NVIDIA GeForce RTX 3080", "2.9.0+cpu", "pip install torch")


def test_an_unused_card_is_told_with_the_line_and_not_again_once_closed(hand, monkeypatch) -> None:
    monkeypatch.setattr("vostool.gui.engine.card_bar.unused_card", lambda: FOUND)
    bar = hand.window.card_bar
    assert not bar.isVisible()
    bar.look()
    hand.until(bar.isVisible)
    assert bar.text.text().startswith("NVIDIA GeForce RTX 3080 is not used: PyTorch 2.9.0+cpu")
    QTest.mouseClick(bar.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == "pip install torch"
    QTest.mouseClick(bar.close_button, LEFT)
    assert not bar.isVisible()
    again = CardBar(hand.window)
    again.show_card(FOUND)
    assert not again.isVisible()
    again.show_card(UnusedCard("NVIDIA T4", "2.9.0+cpu", "pip install torch"))
    assert again.isVisible()


@pytest.fixture
def torch_built(tmp_path, monkeypatch):
    """Pretends a PyTorch of this build, beside a driver with one card."""

    def built(cuda: str, version: str = "2.9.0") -> None:
        folder = tmp_path / "site" / "torch"
        folder.mkdir(parents=True)
        (folder / "version.py").write_text(
            f"__version__ = '{version}'\ncuda: Optional[str] = {cuda}\n"
            "hip: Optional[str] = None\nxpu: Optional[str] = None\n"
        )
        spec = type("Spec", (), {"origin": str(folder / "__init__.py")})
        monkeypatch.setattr(nvidia.importlib.util, "find_spec", lambda name: spec)

    card = tmp_path / "nvidia" / "gpus" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA GeForce RTX 3080\nIRQ: 1\n")
    monkeypatch.setattr(nvidia, "CARD_FOLDER", tmp_path / "nvidia")
    return built


def test_a_card_beside_a_cpu_build_is_noticed_without_torch(torch_built, monkeypatch) -> None:
    torch_built("None", "2.9.0+cpu")
    found = nvidia.unused_card()
    assert (found.card, found.torch) == ("NVIDIA GeForce RTX 3080", "2.9.0+cpu")
    assert "pytorch.org" in found.remedy


def test_a_build_for_cuda_is_nothing_to_say(torch_built) -> None:
    torch_built("'12.8'")
    assert nvidia.unused_card() is None


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            "GPU 0: Tesla T4 (UUID: GPU-1)\nGPU 1: NVIDIA A2 (UUID: GPU-2)\n",
            ("Tesla T4", "NVIDIA A2"),
        ),
        ("No devices found.\n", ()),
        (subprocess.CalledProcessError(9, "nvidia-smi"), ()),
        (subprocess.TimeoutExpired("nvidia-smi", 5), ()),
        (OSError("broken"), ()),
    ],
)
def test_where_no_folder_tells_the_drivers_program_is_asked(tmp_path, monkeypatch, said, names):
    def run(*_arguments, **_options):
        if isinstance(said, Exception):
            raise said
        return subprocess.CompletedProcess([], 0, said)

    monkeypatch.setattr(nvidia, "CARD_FOLDER", Path(tmp_path / "none"))
    monkeypatch.setattr(nvidia.shutil, "which", lambda program: "/bin/nvidia-smi")
    monkeypatch.setattr(nvidia.subprocess, "run", run)
    assert nvidia.card_names() == names
