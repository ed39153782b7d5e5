"""Fetching checkpoints from a server on this machine that can misbehave."""

from __future__ import annotations

import errno
import hashlib
import http.server
import runpy
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from vostool.errors import Cancelled, ModelError, UsageError
from vostool.models import download_cli
from vostool.models.sam2.published import MODELS
from vostool.models.weights.catalog import ModelSpec
from vostool.models.weights.download import fetch

CONTENT = bytes(range(256)) * 12_000
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass
class Server:
    """What the server gives, how it misbehaves, and what it was asked."""

    address: str = ""
    content: bytes = CONTENT
    status: int = 200
    ranges: bool = True
    announce: bool = True
    cut: list[int] = field(default_factory=list)
    """Bytes after which the next connections break, one number each."""
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    plan = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            plan.asked.append(wanted)
            if plan.status != 200 or not self.path.endswith("tiny.pt"):
                self.send_error(plan.status if plan.status != 200 else 404)
                return
            start = (
                int(wanted.removeprefix("bytes=").split("-")[0]) if wanted and plan.ranges else 0
            )
            body = plan.content[start:]
            self.send_response(206 if start else 200)
            if plan.announce:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: plan.cut.pop(0)] if plan.cut else body)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    plan.address = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    yield plan
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def spec(server: Server) -> ModelSpec:
    return replace(
        MODELS["sam2.1-tiny"],
        url=f"{server.address}/092824/sam2.1_hiera_tiny.pt",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )


def part_of(folder: Path) -> Path:
    return folder / "sam2.1_hiera_tiny.pt.part"


def get(spec: ModelSpec, folder: Path, **more: object) -> Path:
    waits: list[float] = []
    return fetch(spec, folder, wait=waits.append, **more)  # type: ignore[arg-type]


def test_fetches_into_a_new_folder_with_progress(server, spec, tmp_path):
    told = []
    path = get(spec, tmp_path / "new", progress=lambda d, t, w="": told.append((d, t, w)))
    assert path.read_bytes() == CONTENT
    assert sorted(p.name for p in path.parent.iterdir()) == [spec.file_name]
    assert told[0] == (0, len(CONTENT), spec.file_name)
    assert (len(CONTENT), len(CONTENT), spec.file_name) in told
    assert told[-1][2].startswith("checking")


def test_a_right_file_is_not_fetched_again(server, spec, tmp_path):
    get(spec, tmp_path)
    get(spec, tmp_path)
    assert len(server.asked) == 1


def test_a_wrong_file_of_that_name_is_left_alone(server, spec, tmp_path):
    mine = tmp_path / spec.file_name
    mine.write_bytes(b"my fine-tuned weights")
    with pytest.raises(ModelError, match="left alone"):
        get(spec, tmp_path)
    assert mine.read_bytes() == b"my fine-tuned weights"
    assert server.asked == []


def test_resumes_a_part_that_was_left(server, spec, tmp_path):
    part_of(tmp_path).write_bytes(CONTENT[:1000])
    assert get(spec, tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-"]


def test_starts_again_where_the_server_cannot_resume(server, spec, tmp_path):
    server.ranges = False
    part_of(tmp_path).write_bytes(b"x" * 1000)
    assert get(spec, tmp_path).read_bytes() == CONTENT


def test_a_complete_part_is_only_checked(server, spec, tmp_path):
    part_of(tmp_path).write_bytes(CONTENT)
    assert get(spec, tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_a_part_that_is_too_long_is_thrown_away(server, spec, tmp_path):
    part_of(tmp_path).write_bytes(CONTENT + b"x")
    assert get(spec, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None]


@pytest.mark.parametrize("announce", [True, False])
def test_broken_connections_are_taken_up_again(server, spec, tmp_path, announce):
    server.announce = announce
    server.cut = [1_000_000, 0, 700_000]
    assert get(spec, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=1000000-", "bytes=1000000-", "bytes=1700000-"]


def test_gives_up_when_nothing_comes_and_keeps_the_part(server, spec, tmp_path):
    server.cut = [500_000] + [0] * 20
    with pytest.raises(ModelError, match="goes on from where it stopped"):
        get(spec, tmp_path)
    assert part_of(tmp_path).read_bytes() == CONTENT[:500_000]


def test_wrong_content_is_deleted(server, spec, tmp_path):
    server.content = CONTENT[::-1]
    with pytest.raises(ModelError, match=r"SHA-256 is another.*deleted"):
        get(spec, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("announce", [True, False])
@pytest.mark.parametrize("content", [CONTENT + b"more", b"<html>log in to this network</html>"])
def test_a_file_of_another_size_is_refused(server, spec, tmp_path, announce, content):
    server.content, server.announce = content, announce
    with pytest.raises(ModelError, match=r"official file|in full"):
        get(spec, tmp_path)
    assert not (tmp_path / spec.file_name).exists()


def test_not_found_names_the_address(server, spec, tmp_path):
    server.status = 404
    with pytest.raises(ModelError, match=r"sam2.1_hiera_tiny.pt to give \(it answered 404\)"):
        get(spec, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_in_trouble_is_asked_a_few_times(server, spec, tmp_path):
    server.status = 503
    with pytest.raises(ModelError, match="answered 503"):
        get(spec, tmp_path)
    assert len(server.asked) == 5


def test_refused_connection(spec, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/tiny.pt"
    with pytest.raises(ModelError, match="refused the connection"):
        get(replace(spec, url=url), tmp_path)


def test_no_such_host(spec, tmp_path):
    with pytest.raises(ModelError, match="was not found; check the network"):
        get(replace(spec, url="http://no-such-host.invalid/tiny.pt"), tmp_path)


def test_cancel_keeps_the_part_and_the_next_call_resumes(server, spec, tmp_path):
    def stop(done: int, total: int, what: str = "") -> None:
        if done >= 2**20:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        get(spec, tmp_path, progress=stop)
    assert part_of(tmp_path).stat().st_size >= 2**20
    assert get(spec, tmp_path).read_bytes() == CONTENT
    assert server.asked[1] is not None


def test_mirror_stands_for_the_official_folder(server, spec, tmp_path):
    elsewhere = replace(spec, url="https://official.invalid/sam2.1_hiera_tiny.pt")
    assert get(elsewhere, tmp_path, mirror=f"{server.address}/my/").read_bytes() == CONTENT


def test_mirror_has_to_be_an_address(spec, tmp_path):
    with pytest.raises(UsageError, match="no address"):
        get(spec, tmp_path, mirror="ftp://somewhere")


def test_destination_that_is_a_file(server, spec, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("mine")
    with pytest.raises(ModelError, match="is no folder"):
        get(spec, blocked)
    assert blocked.read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.EROFS, "may not be written"), (errno.ENOSPC, "is full; make room")],
)
def test_disk_that_refuses(server, spec, tmp_path, monkeypatch, number, sentence):
    def refuse(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("vostool.models.weights.download.os.replace", refuse)
    with pytest.raises(ModelError, match=sentence):
        get(spec, tmp_path)


def test_too_little_room_is_said_before_fetching(server, spec, tmp_path):
    with pytest.raises(ModelError, match=r"needs \d+ MB .* are free"):
        get(replace(spec, size=10**18), tmp_path)
    assert server.asked == []


@pytest.fixture
def small_catalog(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    models = {spec.name: spec, "sam2-tiny": MODELS["sam2-tiny"]}
    monkeypatch.setattr(download_cli, "published", lambda: models)


def test_command_fetches_into_dest(server, small_catalog, tmp_path, capsys):
    assert download_cli.main(["sam2.1-tiny", "--dest", str(tmp_path)]) == 0
    assert (tmp_path / "sam2.1_hiera_tiny.pt").read_bytes() == CONTENT
    assert "SAM 2.1 tiny" in capsys.readouterr().out


def test_command_without_names_fetches_the_smallest(server, small_catalog, tmp_path):
    assert download_cli.main([], dest=tmp_path) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["sam2.1_hiera_tiny.pt"]


def test_command_goes_on_after_a_failure_and_says_so(server, small_catalog, tmp_path, capsys):
    arguments = ["sam2-tiny", "sam2.1-tiny", "--mirror", f"{server.address}/m"]
    assert download_cli.main([*arguments, "--dest", str(tmp_path)]) == 1
    assert (tmp_path / "sam2.1_hiera_tiny.pt").exists()
    assert capsys.readouterr().err.count("\n") == 1


def test_command_refuses_an_unknown_name(capsys, tmp_path):
    assert download_cli.main(["sam9"], dest=tmp_path) == 2
    assert "known are sam2.1-tiny" in capsys.readouterr().err


def test_command_lists_every_model(capsys):
    assert download_cli.main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 17


def test_script_runs_from_a_checkout_without_torch():
    script = REPOSITORY / "download_models.py"
    shown = subprocess.run(
        [sys.executable, str(script), "--list"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.count("SAM 2") == 8
    loaded = runpy.run_path(str(script), run_name="imported")
    assert callable(loaded["main"])
    probe = "import sys, vostool.models.download_cli; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", probe], check=True, cwd=REPOSITORY)
