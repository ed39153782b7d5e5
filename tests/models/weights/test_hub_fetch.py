"""Models of finders from a hub on this machine that can misbehave, and from folders here."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from vostool.errors import ModelError
from vostool.models import download_cli
from vostool.models.weights import hub_fetch
from vostool.models.weights.hub import HubModel
from vostool.models.weights.hub_models import AST, HUB_MODELS, SAM3

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = json.dumps({"model_type": "audio-spectrogram-transformer"}).encode()
WEIGHTS = save({"weight": np.arange(512, dtype=np.float32)})


@dataclass
class Hub:
    """What it holds, whom it turns away, and which files it was asked for."""

    address: str = ""
    files: dict[str, bytes] = field(
        default_factory=lambda: {
            "config.json": CONFIG, "model.safetensors": WEIGHTS, "pytorch_model.bin": b"old",
            "README.md": b"# words", "onnx/model.safetensors": b"another form",
        }
    )  # fmt: skip
    given: dict[str, bytes] = field(default_factory=dict)
    """What comes in place of what is listed."""
    error: tuple[int, str] | None = None
    asked: list[str] = field(default_factory=list)


def listing(hub: Hub) -> bytes:
    siblings = []
    for name, content in hub.files.items():
        git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        entry = {"rfilename": name, "size": len(content), "blobId": git.hexdigest()}
        if name.endswith((".safetensors", ".bin")):
            sha256 = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
        siblings.append(entry)
    return json.dumps({"id": "who/ast", "sha": COMMIT, "siblings": siblings}).encode()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    plan = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            if plan.error is not None:
                self.send_response(plan.error[0])
                self.send_header("X-Error-Code", plan.error[1])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            name = self.path.partition(f"/resolve/{COMMIT}/")[2]
            body = plan.given.get(name, plan.files.get(name, b"")) if name else listing(plan)
            if name and self.command == "GET":
                plan.asked.append(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    plan.address = f"http://127.0.0.1:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield plan
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def model() -> HubModel:
    return replace(AST, sha256=hashlib.sha256(WEIGHTS).hexdigest(), size=len(WEIGHTS))


def test_what_transformers_reads_is_fetched_and_checked(
    hub: Hub, model: HubModel, tmp_path: Path
) -> None:
    taken = hub_fetch.fetch_model(model, tmp_path, hub.address)
    assert taken.folder == tmp_path / "ast"
    assert taken.checked == "its weights have the pinned SHA-256"
    assert {p.name: p.read_bytes() for p in taken.folder.iterdir()} == {
        "config.json": CONFIG, "model.safetensors": WEIGHTS,
    }  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["ast"]
    hub.asked.clear()
    assert hub_fetch.fetch_model(model, tmp_path, hub.address) == taken
    assert not hub.asked


def test_without_a_pinned_checksum_the_hubs_own_counts_and_that_is_said(
    hub: Hub, model: HubModel, tmp_path: Path
) -> None:
    taken = hub_fetch.fetch_model(replace(model, sha256=""), tmp_path, hub.address)
    assert taken.checked.endswith("that the hub lists (none is pinned here)")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_another_file_than_the_listed_one_is_deleted(
    hub: Hub, model: HubModel, tmp_path: Path, name: str
) -> None:
    right = hub.files[name]
    hub.given[name] = right[:-1] + b"?"
    with pytest.raises(ModelError, match=f"{name} of AST.*has not the checksum that the hub lists"):
        hub_fetch.fetch_model(model, tmp_path, hub.address)
    assert not (tmp_path / "ast").exists()
    assert not (tmp_path / "ast.part" / name).exists()
    hub.given.clear()
    assert hub_fetch.fetch_model(model, tmp_path, hub.address).folder.is_dir()


def test_weights_that_are_not_the_pinned_ones_are_deleted(
    hub: Hub, model: HubModel, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="has not the checksum pinned here"):
        hub_fetch.fetch_model(replace(model, sha256="0" * 64), tmp_path, hub.address)
    assert not (tmp_path / "ast").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ((401, "GatedRepo"), "given only to who has accepted its licence.*facebook/sam3"),
        ((403, "GatedRepo"), "log in with `hf auth login`.*--from FOLDER"),
        ((404, "RepoNotFound"), "The hub has no facebook/sam3"),
        ((404, "RevisionNotFound"), "The hub has no facebook/sam3 of revision 3c879f39826c"),
    ],
)
def test_what_the_hub_refuses_is_one_sentence(
    hub: Hub, tmp_path: Path, error: tuple[int, str], said: str
) -> None:
    hub.error = error
    with pytest.raises(ModelError, match=said) as told:
        hub_fetch.fetch_model(SAM3, tmp_path, hub.address)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "sam3").exists()


def test_a_hub_that_is_not_there_is_one_sentence(tmp_path: Path, model: HubModel) -> None:
    with pytest.raises(ModelError, match=r"could not be fetched.*check the network"):
        hub_fetch.fetch_model(model, tmp_path, "http://127.0.0.1:9")


def put(folder: Path, weights: bytes = WEIGHTS) -> Path:
    folder.mkdir()
    (folder / "config.json").write_bytes(CONFIG)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "pytorch_model.bin").write_bytes(b"old")
    return folder


def test_a_folder_is_copied_and_its_weights_are_compared(tmp_path: Path, model: HubModel) -> None:
    own, dest = put(tmp_path / "mine"), tmp_path / "dest"
    taken = hub_fetch.take_folder(model, own, dest)
    assert taken == hub_fetch.Taken(dest / "ast", "its weights have the pinned SHA-256")
    names = sorted(path.name for path in taken.folder.iterdir())
    assert names == ["config.json", "model.safetensors"]
    another = hub_fetch.take_folder(AST, own, tmp_path / "other")
    assert "not the published ones" in another.checked
    with pytest.raises(ModelError, match="is there already; delete it first"):
        hub_fetch.take_folder(model, own, dest)


def test_a_damaged_folder_is_not_taken(tmp_path: Path, model: HubModel) -> None:
    own, dest = put(tmp_path / "mine", WEIGHTS[:-9]), tmp_path / "dest"
    with pytest.raises(ModelError, match="is truncated"):
        hub_fetch.take_folder(model, own, dest)
    with pytest.raises(ModelError, match="There is no folder"):
        hub_fetch.take_folder(model, tmp_path / "nowhere", dest)
    assert not dest.exists()


def test_a_disk_that_refuses_leaves_nothing(
    tmp_path: Path, model: HubModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(target))

    own, dest = put(tmp_path / "mine"), tmp_path / "dest"
    monkeypatch.setattr(hub_fetch.shutil, "copyfile", full)
    with pytest.raises(ModelError, match=r"could not be written to .*No space left"):
        hub_fetch.take_folder(model, own, dest)
    assert list(dest.iterdir()) == []


def test_the_command_takes_a_folder_and_fetches_by_any_spelling(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = put(tmp_path / "mine")
    dest = tmp_path / "dest"
    assert download_cli.main(["AST", "--from", str(own), "--dest", str(dest)]) == 0
    assert f"AST (AudioSet): {dest / 'ast'} (its files are whole" in capsys.readouterr().out
    assert download_cli.main(["sam3", "owlv2", "--from", str(own)]) == 2
    assert "--from takes one model" in capsys.readouterr().err
    assert download_cli.main(["grounding_dino_tiny", "--from", str(own)]) == 1
    assert "and not Grounding DINO tiny" in capsys.readouterr().err
    hub.error = (403, "GatedRepo")
    said = ["sam3-lite-text", "sam3", "--mirror", hub.address, "--dest", str(dest)]
    assert download_cli.main(said) == 1
    assert "SAM 3 is given only to who has accepted" in capsys.readouterr().err
    assert [p.name for p in dest.iterdir() if not p.name.endswith(".part")] == ["ast"]


def test_the_list_names_finders(capsys: pytest.CaptureFixture[str]) -> None:
    assert download_cli.main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in HUB_MODELS)


def test_a_checkpoint_of_an_engine_is_taken_only_where_it_is_the_official_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mobile_sam.pt").write_bytes(b"PK another")
    said = ["mobile_sam", "--from", str(tmp_path), "--dest", str(tmp_path / "dest")]
    assert download_cli.main(said) == 1
    assert "is not the official MobileSAM" in capsys.readouterr().err
    assert not (tmp_path / "dest" / "mobile_sam.pt").exists()
