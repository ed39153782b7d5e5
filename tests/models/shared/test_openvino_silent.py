"""Importing OpenVINO and converting with it tells nobody, though its package would."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vostool.models.shared.openvino import is_installed

PROGRAM = """
import sys, threading
asked = []
sys.addaudithook(lambda event, args: asked.append(event) if event.startswith("socket.") else None)
import torch
{first}
module = torch.nn.Conv2d(3, 2, 3).eval()
openvino.convert_model(module, example_input=torch.zeros(1, 3, 8, 8))
for thread in threading.enumerate():
    if thread is not threading.current_thread() and not thread.daemon:
        thread.join(20)
print("sockets", sorted(set(asked)))
print("telemetry", sys.modules.get("openvino_telemetry") is not None)
"""


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed here")
def test_nothing_is_sent_and_no_one_is_numbered(tmp_path):
    first = (
        "from vostool.models.shared.openvino import import_openvino; openvino = import_openvino()"
    )
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    env |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)],
        capture_output=True, text=True, env=env, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-2:] == ["sockets []", "telemetry False"], done.stderr
    assert not (tmp_path / "intel").exists()
