"""What claims to be a video or a picture: opened by what it is, refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
from made_files import tiled_still
from PIL import Image, ImageOps

from vostool.errors import SourceError, VosToolError
from vostool.io.video.fingerprint import fingerprint
from vostool.io.video.pictures import white_of
from vostool.io.video.sources import open_source

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"


@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a"])
@pytest.mark.parametrize("kind", ["pipe", "zero", "full"])
def test_a_pipe_and_a_device_are_no_video(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(f"/dev/{kind}")
    with pytest.raises(SourceError, match=r"it is a (named pipe|device), not a file"):
        open_source(path)
    with pytest.raises(SourceError, match="cannot be read"):
        fingerprint(path)


@pytest.mark.parametrize(
    "content",
    [
        b"ffconcat version 1.0\nfile other.mp4\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1\nother.ts\n#EXT-X-ENDLIST\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>',
        b";FFMETADATA1\ntitle=x\n",
        POSTSCRIPT,
    ],
)
@pytest.mark.parametrize("ending", [".mp4", ".m3u8", ".png"])
def test_playlists_and_scripts_are_not_opened(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"no video|no image"):
        open_source(path)


def test_a_script_among_pictures_is_not_run(tmp_path: Path, monkeypatch) -> None:
    """Pillow would start Ghostscript for it, by name from the path of programs."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gs").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tools / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "0.png").write_bytes(POSTSCRIPT)
    with pytest.raises(SourceError, match=r"0\.png.*no image in JPEG"):
        open_source(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["~nosuch.mp4", "~nosuch/a.mp4", "x" * 5000, "a\0b", "a/" * 3000])
def test_names_that_no_file_has(text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VosToolError) as caught:
        open_source(text)
    assert 20 < len(str(caught.value)) < 800


def test_a_file_may_be_called_like_a_home(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~pictures").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "~pictures" / "0.png")
    assert len(open_source("~pictures")) == 1


# --- pictures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["tif", "png", "jpg"])
def test_a_picture_is_turned_once(tmp_path: Path, orientation: int, ending: str) -> None:
    pixels = np.zeros((60, 90, 3), np.uint8)
    pixels[:20, :30] = (250, 10, 10)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"0.{ending}"
    Image.fromarray(pixels).save(path, exif=exif)
    source = open_source(tmp_path)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert (source.info.width, source.info.height) == (upright.shape[1], upright.shape[0])
    assert np.array_equal(source.frame(0), upright)


@pytest.mark.parametrize(
    ("largest", "mode", "white"),
    [
        ((0.9, 1.0, 1.2, 0.95), "F", 1),
        ((0.9, 1.0, 90.0, 0.95), "F", 1),
        ((90.0, 200.0, 255.0, 0.5), "F", 255),
        ((900, 40_000, 65_000, 5), "F", 65_535),
        ((100, 200, 255, 1), "I", 255),
        ((1000, 60_000, 700, 200), "I", 65_535),
        ((100_000, 200_000, 150_000, 1), "I", 200_000),
    ],
)
def test_one_rule_for_all_pictures_of_wide_numbers(tmp_path, largest, mode, white) -> None:
    kind = np.float32 if mode == "F" else np.int32
    for number, top in enumerate(largest):
        ramp = np.linspace(0, top, 90).astype(kind)
        Image.fromarray(np.repeat(ramp[None], 60, axis=0), mode).save(tmp_path / f"{number}.tif")
    source = open_source(tmp_path)
    assert source.info.warning is not None
    assert f"{white:g} white" in source.info.warning
    for number, top in enumerate(largest):
        expected = np.clip(np.linspace(0, top, 90).astype(kind) * (255 / white), 0, 255)
        assert np.abs(source.frame(number)[0, :, 0] - expected).max() <= 1
        assert np.array_equal(source.clone().frame(number), source.frame(number))


def test_no_number_at_all_is_black(tmp_path: Path) -> None:
    nothing = np.full((4, 4), np.nan, np.float32)
    Image.fromarray(nothing, "F").save(tmp_path / "0.tif")
    assert not open_source(tmp_path).frame(0).any()
    assert white_of([], integer=False) == 1


@pytest.mark.parametrize("ending", ["tif", "png", "webp"])
def test_a_file_of_several_pictures_is_refused_with_their_number(tmp_path, ending: str) -> None:
    pages = [Image.new("RGB", (8, 8), (n * 20, 0, 0)) for n in range(10)]
    pages[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=pages[1:])
    for place in (tmp_path, tmp_path / f"a.{ending}"):
        with pytest.raises(SourceError, match="10 pictures"):
            open_source(place)


def test_a_preview_beside_a_picture_is_no_second_one(tmp_path: Path) -> None:
    preview = Image.new("RGB", (4, 4))
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    Image.new("RGB", (8, 8)).save(tmp_path / "a.tif", save_all=True, append_images=[preview])
    assert len(open_source(tmp_path)) == 1


def test_a_still_picture_of_tiles_is_no_video(tmp_path: Path) -> None:
    still = tiled_still(tmp_path / "a.heic")
    with av.open(str(still)) as container:
        assert len(container.streams.video) == 2  # its tiles, of which FFmpeg would show one
    with pytest.raises(SourceError, match="still picture"):
        open_source(still)


def test_the_sample_of_a_still_picture_of_tiles_is_no_video(shared_data: Path) -> None:
    place = shared_data / "cases_video" / "heic_tiles" / "grid.heic"
    if not place.exists():
        pytest.skip("no sample of a picture made of tiles")
    with pytest.raises(SourceError, match="still picture"):
        open_source(place)
