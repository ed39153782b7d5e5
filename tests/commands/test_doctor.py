"""`vostool doctor`: what it finds, what mends what lacks, and that no broken package stops it."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vostool.commands.doctor import command as doctor
from vostool.commands.doctor import findings as doctor_findings
from vostool.commands.doctor.probe import Probed, probe
from vostool.models import nvidia
from vostool.models.shared.torch_facts import TorchFacts
from vostool.models.weights.catalog import ENVIRONMENT_VARIABLE

REQUIRES = [
    "numpy>=1.26",
    "torch>=2.5.1",
    'tomli>=2; python_version < "3.0"',
    'openvino>=2025.1; extra == "openvino"',
    'pytest>=8; extra == "test"',
]
CPU = TorchFacts("2.9.0+cpu", "CPU", bfloat16=False, cores=4)
CUDA = TorchFacts("2.9.0", "CUDA 12.8", bfloat16=True, cores=4)


class Machine:
    """What the doctor is made to see; changed by each test."""

    def __init__(self) -> None:
        self.versions = {"numpy": "2.1.0", "torch": "2.9.0", "openvino": "2026.1.0"}
        self.probed = Probed(torch=CPU)
        self.programs: set[str] = set()
        self.libraries_missing: set[str] = set()

    def version(self, name: str) -> str:
        try:
            return self.versions[name]
        except KeyError:
            raise importlib.metadata.PackageNotFoundError(name) from None

    def which(self, program: str) -> str | None:
        return f"/usr/bin/{program}" if program in self.programs else None

    def load(self, library: str) -> None:
        if library in self.libraries_missing:
            raise OSError(f"{library}: cannot open shared object file")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """Linux without card or screen, where all that is needed is here."""
    made = Machine()
    monkeypatch.setattr(importlib.metadata, "version", made.version)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: REQUIRES)
    told = {"Provides-Extra": ["openvino", "test"]}
    metadata = type("M", (), {"get_all": lambda self, name: told[name]})()
    monkeypatch.setattr(importlib.metadata, "metadata", lambda name: metadata)
    monkeypatch.setattr(doctor, "probe", lambda modules: made.probed)
    monkeypatch.setattr(doctor_findings.shutil, "which", made.which)
    monkeypatch.setattr(doctor_findings.ctypes, "CDLL", made.load)
    monkeypatch.setattr(nvidia, "CARD_FOLDER", tmp_path / "no-driver")
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def findings(vostool) -> Callable[[], dict[str, dict[str, str]]]:
    """Runs the doctor and gives its findings by name; the status has to agree with them."""

    def ask() -> dict[str, dict[str, str]]:
        result = vostool("doctor", "--json")
        found = result.json["findings"]
        missing = any(finding["state"] == "missing" for finding in found)
        assert result.json["ready"] is not missing
        assert result.status == int(missing)
        return {finding["name"]: finding for finding in found}

    return ask


def test_this_environment_can_run_the_program(vostool, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "weights"))
    monkeypatch.delenv("DISPLAY", raising=False)
    result = vostool("doctor")
    assert result.status == 0, result.out
    lines = result.out.splitlines()
    for area in ("packages", "devices", "engines", "extras", "programs"):
        assert area in lines
    assert any(f"VOSTool {doctor.vostool.__version__}" in line for line in lines)
    (torch,) = (line for line in lines if "built for" in line)
    assert importlib.metadata.version("torch") in torch
    assert any("cores" in line and "bfloat16" in line for line in lines)
    assert any("flow" in line and "ready" in line for line in lines)
    assert any(str(tmp_path / "weights") in line for line in lines)
    assert "VOSTool can run." in result.out


def test_all_that_is_needed_is_here(machine, findings) -> None:
    found = findings()
    assert found["numpy"]["text"] == "2.1.0 (>=1.26 is needed)"
    assert found["openvino"]["text"] == "openvino 2026.1.0"
    assert found["CPU"]["text"] == "4 cores, without bfloat16"
    assert found["flow"]["state"] == "fine"
    assert "tomli" not in found
    assert "pytest" not in found


def test_what_is_needed_and_missing_or_too_old(machine, findings, vostool) -> None:
    machine.versions |= {"numpy": "1.20.0"}
    del machine.versions["torch"]
    machine.probed = Probed(problems={"torch": "No module named 'torch'"})
    found = findings()
    assert found["numpy"]["text"] == "1.20.0, but >=1.26 is needed"
    assert found["numpy"]["remedy"].endswith('install "numpy>=1.26"')
    assert found["torch"]["state"] == "missing"
    text = vostool("doctor").out
    assert 'install "torch>=2.5.1"' in text
    assert "Not everything that VOSTool needs is here: numpy, torch." in text


def test_a_package_that_cannot_be_loaded(machine, findings) -> None:
    machine.probed = Probed(problems={"torch": "libcudart.so.12: cannot open", "numpy": "it ended"})
    found = findings()
    assert found["torch"]["state"] == "missing"
    assert found["torch"]["text"] == "2.9.0 cannot be loaded (libcudart.so.12: cannot open)"
    assert "--force-reinstall" in found["torch"]["remedy"]


def test_a_package_that_wants_a_library_of_the_system(machine, findings) -> None:
    machine.programs = {"apt-get"}
    machine.probed = Probed(problems={"numpy": "libGL.so.1: cannot open"}, torch=CPU)
    assert findings()["numpy"]["remedy"] == "sudo apt-get install libgl1"


def test_an_extra_that_is_not_here_is_no_fault(machine, findings) -> None:
    machine.versions["openvino"] = "2024.4.0"
    found = findings()
    assert found["openvino"]["state"] == "optional"
    assert found["openvino"]["remedy"].endswith('install "openvino>=2025.1"')


def test_what_only_makes_it_faster_is_no_fault_where_it_lacks(
    machine, findings, monkeypatch
) -> None:
    required = [*REQUIRES[:3], "openvino>=2025.1"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: required)
    assert findings()["openvino"]["state"] == "fine"
    del machine.versions["openvino"]
    found = findings()["openvino"]
    assert found["state"] == "optional" and "PyTorch" in found["text"]
    assert found["remedy"].endswith('install "openvino>=2025.1"')


@pytest.mark.parametrize(("platform", "index"), [("win32", True), ("linux", False)])
def test_a_card_and_a_torch_for_the_cpu(
    machine, findings, monkeypatch, platform: str, index: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    machine.programs = {"nvidia-smi"}
    machine.probed = Probed(torch=TorchFacts("2.9.0", "CPU", bfloat16=False, cores=4))
    card = findings()["NVIDIA"]
    assert card["state"] == "optional"
    assert "built for the CPU only" in card["text"]
    assert ("pytorch.org" in card["remedy"]) is index


def test_a_card_that_the_driver_is_too_old_for(machine, findings, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(nvidia, "CARD_FOLDER", tmp_path)
    machine.probed = Probed(torch=TorchFacts("2.9.0", "CUDA 12.8", True, 4, problem="too old"))
    card = findings()["NVIDIA"]
    assert "(too old)" in card["text"]
    assert "newer driver" in card["remedy"]


def test_cards_that_work(machine, findings) -> None:
    machine.programs = {"nvidia-smi"}
    line = "NVIDIA X, 80 GB, compute capability 9.0"
    machine.probed = Probed(torch=TorchFacts("2.9.0", "CUDA 12.8", True, 4, cards=(line,)))
    found = findings()
    assert found["CUDA"]["text"] == line
    assert "NVIDIA" not in found


def test_libraries_of_the_window(machine, findings, monkeypatch) -> None:
    machine.libraries_missing = {"libxcb-cursor.so.0", "libEGL.so.1"}
    machine.programs = {"dnf"}
    without_screen = findings()["Qt"]
    assert without_screen["state"] == "optional"
    assert "no screen here" in without_screen["text"]
    monkeypatch.setenv("DISPLAY", ":0")
    with_screen = findings()["Qt"]
    assert with_screen["state"] == "missing"
    assert "system libraries libEGL.so.1, libxcb-cursor.so.0" in with_screen["text"]
    assert with_screen["remedy"] == "sudo dnf install libglvnd-egl xcb-util-cursor"


def test_sources_that_are_not_installed(machine, findings, monkeypatch) -> None:
    def requires(name: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert findings()["vostool"]["remedy"] == "pip install --editable ."


def test_an_environment_without_pip(monkeypatch) -> None:
    monkeypatch.setattr(nvidia.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(nvidia.shutil, "which", lambda name: f"/bin/{name}")
    line = nvidia.install_command("av>=15")
    assert line.startswith("uv pip install --python ")
    assert line.endswith('"av>=15"')


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules that do not load, before all others."""
    (tmp_path / "dies.py").write_text("import os; os._exit(3)")
    (tmp_path / "fails.py").write_text("raise RuntimeError('of another age\\nmore')")
    (tmp_path / "talks.py").write_text("print('{hello')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_module_that_ends_the_process_is_named_and_the_others_are_tried(broken) -> None:
    (broken / "torch.py").write_text("raise OSError('libtorch is damaged')")
    found = probe(["json", "talks", "dies", "fails", "no_such_module"])
    assert found.problems["dies"] == "it ended the process with status 3"
    assert found.problems["fails"] == "of another age"
    assert "no_such_module" in found.problems["no_such_module"]
    assert not {"json", "talks"} & set(found.problems)
    assert found.torch is None
