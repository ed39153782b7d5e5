"""A frame near damage: the same picture however it is reached, and a word about it."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from vostool.errors import SourceError
from vostool.frames import damage_of
from vostool.io.video.ffv1_slices import is_intact
from vostool.io.video.sources import open_source

H264 = ("-c:v", "libx264", "-g", "12", "-bf", "2")
KINDS = {
    "closed.mp4": H264,
    "open.mkv": (*H264, "-x264-params", "open-gop=1:b-pyramid=normal"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-g", "12", "-bf", "2"),
    "slices.mkv": ("-c:v", "ffv1", "-level", "3", "-slices", "4", "-slicecrc", "1", "-g", "1"),
    "context.mkv": ("-c:v", "ffv1", "-level", "3", "-slices", "4", "-slicecrc", "1", "-g", "9"),
    "pictures.avi": ("-c:v", "mjpeg"),
    "prores.mov": ("-c:v", "prores_ks"),
}

SILENT = {
    "vp8.webm": ("-c:v", "libvpx", "-g", "12", "-b:v", "800k"),
    "plain.mkv": ("-c:v", "ffv1", "-level", "1", "-g", "1"),
    "groups.mkv": ("-c:v", "ffv1", "-level", "1", "-g", "9"),
    "huffyuv.avi": ("-c:v", "huffyuv", "-pix_fmt", "yuv422p"),
}
"""Formats without checksums whose decoders raise no flag: nothing can be told of their damage."""


def written(path: Path, arguments: tuple[str, ...]) -> Path:
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    made = ["-f", "lavfi", "-i", "testsrc2=size=160x112:rate=25:duration=1.6"]
    pixels = "yuv422p10le" if "prores_ks" in arguments else "yuv420p"
    subprocess.run([*ffmpeg, *made, "-pix_fmt", pixels, *arguments, str(path)], check=True)
    return path


def packets(path: Path) -> list[tuple[int, int]]:
    """Place and size of every packet."""
    with av.open(str(path)) as container:
        return [(p.pos or 0, p.size) for p in container.demux(video=0) if p.size]


def with_noise(path: Path, seed: int, among: range | None = None) -> Path:
    """A copy with 8 to 100 bytes of noise within two packets."""
    rng = random.Random(seed)
    places, data = packets(path), bytearray(path.read_bytes())
    for _ in range(2):
        place, size = places[rng.choice(among or range(1, len(places)))]
        length = min(rng.randint(8, 100), size - 1)
        begin = place + rng.randrange(size - length)
        data[begin : begin + length] = rng.randbytes(length)
    noisy = path.with_name(f"noisy{seed}{path.suffix}")
    noisy.write_bytes(data)
    return noisy


def read(path: Path, order, index_dir: Path) -> dict[int, object]:
    """Picture (or sentence) and word of every frame, after all were read in this order."""
    source = open_source(path, index_dir=index_dir)
    found: dict[int, object] = {}
    for i in order(range(len(source))):
        try:
            found[i] = source.frame(i)
        except SourceError as error:
            found[i] = str(error)
    words = {i: damage_of(source, i) for i in found}
    source.close()
    return {i: (found[i], words[i]) for i in sorted(found)}


def differing(first: dict, second: dict) -> list[int]:
    return [
        i
        for i in first
        if first[i][1] != second[i][1] or not np.array_equal(first[i][0], second[i][0])
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_noise_gives_one_picture_and_one_word_however_reached(tmp_path, kind) -> None:
    sound, told = written(tmp_path / kind, KINDS[kind]), 0
    for seed in (0, 2, 4):
        noisy = with_noise(sound, seed)
        in_order = read(noisy, list, tmp_path)
        assert differing(in_order, read(noisy, reversed, tmp_path)) == []
        shuffled = read(noisy, lambda r, seed=seed: random.Random(seed).sample(r, len(r)), tmp_path)
        assert differing(in_order, shuffled) == []
        told += any(word for _, word in in_order.values())
    assert told  # not each time: noise may be a picture like any other


@pytest.mark.parametrize("kind", SILENT)
def test_noise_of_which_no_decoder_tells_gives_one_picture_however_reached(tmp_path, kind) -> None:
    sound = written(tmp_path / kind, SILENT[kind])
    for seed in (0, 1, 2):
        noisy = with_noise(sound, seed)
        in_order = read(noisy, list, tmp_path)
        assert differing(in_order, read(noisy, reversed, tmp_path)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_has_no_word(tmp_path, kind) -> None:
    sound = written(tmp_path / kind, KINDS[kind])
    for order in (list, reversed):
        assert not any(word for _, word in read(sound, order, tmp_path).values())


def test_a_bad_slice_is_named_and_what_rests_on_it_too(shared_data, tmp_path) -> None:
    place = shared_data / "cases_video" / "ffv1_bad_slice"
    if not place.exists():
        pytest.skip("no sample with a bad slice")
    sound, damaged = (
        read(place / name, list, tmp_path) for name in ("ffv1_ok.nut", "ffv1_dmg.nut")
    )
    words = {i: word for i, (_, word) in damaged.items() if word}
    assert words == {12: "Frame 12 of 'ffv1_dmg.nut' is damaged; its picture may be wrong."}
    assert differing({i: v for i, v in sound.items() if i != 12}, damaged) == []
    source = open_source(place / "ffv1_dmg.nut", index_dir=tmp_path)
    assert source.damage_so_far() is None
    source.clone().frame(12)
    assert "Frame 12 of" in source.damage_so_far()
    source.close()


def test_frames_after_a_damaged_one_say_what_they_are_made_from(tmp_path) -> None:
    noisy = with_noise(written(tmp_path / "a.mp4", ("-c:v", "libx264", "-g", "12", "-bf", "0")),
                       4, among=range(27, 28))  # fmt: skip
    words = {i: word for i, (_, word) in read(noisy, list, tmp_path).items() if word}
    assert list(words) == list(range(27, 36))
    assert "Frame 27 of 'noisy4.mp4' is damaged" in words[27]
    assert "Frame 30 of 'noisy4.mp4' is made from the damaged frame 27" in words[30]


def test_checksums_of_slices_are_compared(tmp_path) -> None:
    for name, arguments in (("a.mkv", KINDS["slices.mkv"]), ("b.mkv", KINDS["context.mkv"])):
        with av.open(str(written(tmp_path / name, arguments))) as container:
            data = [bytes(packet) for packet in container.demux(video=0) if packet.size]
        assert all(is_intact(packet) for packet in data)
        for place in (0, len(data[3]) // 2, -1, -7):
            spoilt = bytearray(data[3])
            spoilt[place] ^= 16
            assert not is_intact(bytes(spoilt))
    plain = written(tmp_path / "c.mkv", ("-c:v", "ffv1", "-level", "3", "-slicecrc", "0"))
    with av.open(str(plain)) as container:
        assert all(is_intact(bytes(packet)) for packet in container.demux(video=0) if packet.size)
