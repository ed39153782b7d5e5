"""Frame i is the i-th presented frame, whatever the container: made files, FFmpeg as the judge.

Each base frame carries its number as ten black or white blocks of 16 pixels, least significant bit
first, white = 1.
"""

from __future__ import annotations

import random
import subprocess
import threading

import imageio_ffmpeg
import numpy as np
import pytest

from vostool.errors import Cancelled, SourceError
from vostool.io.video.sources import open_source

WIDTH, HEIGHT, FRAMES = 192, 112, 40
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30"]


def ffmpeg(*arguments) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def numbered(count: int) -> np.ndarray:
    """(N, H, W, 3): moving gradients with the number in blocks."""
    x = np.arange(WIDTH)[None, :, None]
    y = np.arange(HEIGHT)[:, None, None]
    frames = []
    for n in range(count):
        picture = np.broadcast_to((x * 2 + y + 5 * n) % 200 + 20, (HEIGHT, WIDTH, 3)).copy()
        for bit in range(10):
            picture[:16, bit * 16 : bit * 16 + 16] = 255 if n >> bit & 1 else 0
        frames.append(picture.astype(np.uint8))
    return np.stack(frames)


def number_in(picture: np.ndarray) -> int:
    inner = [picture[5:11, bit * 16 + 5 : bit * 16 + 11].mean() for bit in range(10)]
    return sum(1 << bit for bit, value in enumerate(inner) if value > 128)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A lossless numbered clip to make the others from."""
    folder = tmp_path_factory.mktemp("videos")
    raw = folder / "base.rgb"
    raw.write_bytes(numbered(FRAMES).tobytes())
    path = folder / "base.mkv"
    size = f"{WIDTH}x{HEIGHT}"
    ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", 25, "-i", raw,
           "-c:v", "ffv1", "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


@pytest.fixture
def opened(tmp_path):
    """Open a file with an index folder of its own; closes it afterwards."""
    made = []

    def open_it(path, **options):
        made.append(open_source(path, index_dir=tmp_path / "index", **options))
        return made[-1]

    yield open_it
    for source in made:
        source.close()


ENCODINGS = {
    "cfr.mp4": X264,
    "bframes_opengop.mp4": [*X264, "-bf", 3, "-g", 12, "-x264-params",
                            "open-gop=1:b-pyramid=normal:keyint=12:scenecut=0"],
    "single_gop.mp4": [*X264, "-g", 9999, "-x264-params", "scenecut=0"],
    "hevc_10bit.mp4": ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params",
                       "log-level=error", "-crf", 28],
    "mjpeg.avi": ["-c:v", "mjpeg", "-q:v", 6],
    "vp8.webm": ["-c:v", "libvpx", "-b:v", "400k"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-b:v", "400k", "-deadline", "realtime"],
    "ffv1.mkv": ["-c:v", "ffv1"],
    "prores.mov": ["-c:v", "prores_ks"],
    "stream.ts": [*X264, "-f", "mpegts"],
    "raw.mjpeg": ["-c:v", "mjpeg", "-q:v", 6, "-f", "mjpeg"],
    "raw.h264": [*X264, "-bsf:v", "h264_mp4toannexb", "-f", "h264"],
    "nonzero.mkv": [*X264, "-output_ts_offset", 8],
    "ntsc.mp4": [*X264, "-r", "30000/1001"],
    "fragmented.mp4": [*X264, "-movflags", "frag_keyframe+empty_moov"],
    "one_frame.mp4": [*X264, "-frames:v", 1],
    "vfr.mp4": ["-vf", "select=not(mod(n\\,7))+not(mod(n\\,5))", "-fps_mode", "vfr", *X264],
    "Ü mlaut 日本.mp4": X264,
}  # fmt: skip


def decoded_numbers(path) -> list[int]:
    """What FFmpeg presents from start to end."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-fps_mode",
               "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    return [number_in(frame) for frame in frames]


@pytest.mark.parametrize("name", ENCODINGS)
def test_random_access_gives_the_presented_frame(base, opened, tmp_path, name):
    path = tmp_path / name
    ffmpeg("-i", base, *ENCODINGS[name], path)
    expected = decoded_numbers(path)
    source = opened(path)
    assert len(source) == len(expected)
    assert source.info.warning is None
    order = [*range(len(expected)), *reversed(range(len(expected)))]
    order += random.Random(0).choices(range(len(expected)), k=60)
    assert [number_in(source.frame(i)) for i in order] == [expected[i] for i in order]
    times = [source.time(i) for i in range(len(source))]
    assert times[0] == 0
    assert times == sorted(set(times))


def test_an_avi_with_b_frames_has_even_times(base, opened, tmp_path):
    path = tmp_path / "bframes.avi"
    ffmpeg("-i", base, *X264, "-bf", 3, "-x264-params", "b-adapt=0:scenecut=0", path)
    source = opened(path)
    assert [number_in(source.frame(i)) for i in range(len(source))] == list(range(FRAMES))
    assert source.info.rate == pytest.approx(25)
    assert [source.time(i) for i in range(FRAMES)] == pytest.approx([i / 25 for i in range(FRAMES)])


def test_an_edit_list_hides_what_it_cuts(base, opened, tmp_path):
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg("-i", base, *ENCODINGS["single_gop.mp4"], whole)
    ffmpeg("-ss", 0.6, "-i", whole, "-c", "copy", cut)
    expected = decoded_numbers(cut)
    source = opened(cut)
    assert [number_in(source.frame(i)) for i in range(len(source))] == expected
    assert expected[0] > 0


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_rotation_is_applied(base, opened, tmp_path, angle):
    plain, turned = tmp_path / "plain.mp4", tmp_path / "turned.mp4"
    ffmpeg("-i", base, *X264, plain)
    ffmpeg("-display_rotation", angle, "-i", plain, "-c", "copy", turned)
    source = opened(turned)
    upright = opened(plain).frame(7)
    assert np.array_equal(source.frame(7), np.rot90(upright, angle // 90))
    assert (source.info.height, source.info.width) == source.frame(0).shape[:2]


def test_pictures_are_read_only_rgb_of_the_stated_size(base, opened):
    source = opened(base)
    picture = source.frame(3)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert not picture.flags.writeable
    assert picture.flags.c_contiguous
    assert source.name(3) == "frame_000003"
    assert source.info.rate == pytest.approx(25)


@pytest.mark.parametrize("frame", [-1, FRAMES, 10**9])
def test_a_frame_that_is_not_there_is_refused(base, opened, frame):
    with pytest.raises(SourceError, match="There is no frame"):
        opened(base).frame(frame)


def test_two_readers_in_two_threads_do_not_disturb_each_other(base, opened, tmp_path):
    path = tmp_path / "clip.mp4"
    ffmpeg("-i", base, *ENCODINGS["bframes_opengop.mp4"], path)
    source = opened(path)
    clones = [source.clone() for _ in range(3)]
    wrong: list[tuple[int, int]] = []

    def read(reader, seed: int) -> None:
        for i in random.Random(seed).choices(range(FRAMES), k=80):
            if (number := number_in(reader.frame(i))) != i:
                wrong.append((i, number))

    threads = [
        threading.Thread(target=read, args=(clone, seed)) for seed, clone in enumerate(clones)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for clone in clones:
        clone.close()
    assert wrong == []


def test_a_file_cut_short_opens_as_far_as_it_decodes(base, opened, tmp_path):
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg("-i", base, *X264, "-g", 8, "-movflags", "+faststart", whole)
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])
    source = opened(cut)
    assert 5 < len(source) < FRAMES
    assert f"{len(source)} of {FRAMES} frames could be read" in str(source.info.warning)
    numbers = [number_in(source.frame(i)) for i in range(len(source))]
    assert numbers == list(range(len(source)))


CUT_SHORT = {
    "x264.mkv": X264,
    "later_start.mkv": [*X264, "-output_ts_offset", 8],
    "vp8.webm": ["-c:v", "libvpx", "-b:v", "400k"],
}


@pytest.mark.parametrize("name", CUT_SHORT)
def test_a_matroska_file_cut_short_says_how_much_is_left(base, opened, tmp_path, name):
    whole, cut = tmp_path / name, tmp_path / f"cut_{name}"
    ffmpeg("-i", base, *CUT_SHORT[name], whole)
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])
    source = opened(cut)
    assert 5 < len(source) < FRAMES
    sentence = f"{len(source)} of about {FRAMES} frames could be read; the file is cut short."
    assert source.info.warning == sentence
    assert [number_in(source.frame(i)) for i in range(len(source))] == list(range(len(source)))


def test_a_transport_stream_cut_inside_a_packet_says_so(base, opened, tmp_path):
    whole, cut = tmp_path / "whole.ts", tmp_path / "cut.ts"
    ffmpeg("-i", base, *ENCODINGS["stream.ts"], whole)
    data = whole.read_bytes()
    packets = len(data) * 6 // 10 // 188
    cut.write_bytes(data[: packets * 188 + 100])
    source = opened(cut)
    assert source.info.warning == f"{len(source)} frames could be read; the file is cut short."


def test_a_change_of_size_alone_is_not_called_damage(base, opened, tmp_path):
    large, small, both = (tmp_path / name for name in ("large.ts", "small.ts", "both.ts"))
    ffmpeg("-i", base, *ENCODINGS["stream.ts"], large)
    ffmpeg("-i", base, "-vf", "scale=96:56", *ENCODINGS["stream.ts"], small)
    both.write_bytes(large.read_bytes() + small.read_bytes())
    source = opened(both)
    assert len(source) == 2 * FRAMES
    sentence = f"the size changes at frame {FRAMES}; all are shown as {WIDTH}x{HEIGHT}."
    assert source.info.warning == sentence
    assert source.frame(FRAMES + 3).shape == (HEIGHT, WIDTH, 3)


def test_a_gap_in_a_transport_stream_is_said(base, opened, tmp_path):
    whole, holed = tmp_path / "whole.ts", tmp_path / "holed.ts"
    ffmpeg("-i", base, "-c:v", "mpeg2video", "-b:v", "900k", "-f", "mpegts", whole)
    data = whole.read_bytes()
    middle = len(data) // 188 // 2 * 188
    holed.write_bytes(data[:middle] + data[middle + 188 :])
    source = opened(holed)
    assert FRAMES - 1 <= len(source) <= FRAMES
    warning = source.info.warning
    assert warning == f"{len(source)} frames could be read, 1 of them damaged."


WHOLE = {
    "longer_sound.mkv": ["-f", "lavfi", "-i", "sine=440:duration=4", "-c:a", "aac", *X264],
    "slides.mkv": ["-vf", "setpts=N*3/TB", "-r", "1/3", "-frames:v", 4, *X264],
    "live.mkv": [*X264, "-live", 1],
    "two_minutes_of_one.webm": ["-vf", "setpts=N*60/TB", "-fps_mode", "vfr", "-frames:v", 2,
                                "-c:v", "libvpx"],
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_gives_no_warning(base, opened, tmp_path, name):
    path = tmp_path / name
    ffmpeg("-i", base, *WHOLE[name], path)
    assert opened(path).info.warning is None


def test_flipped_bytes_never_crash_and_never_shift_frames(base, opened, tmp_path):
    path = tmp_path / "flipped.mp4"
    ffmpeg("-i", base, *X264, "-g", 8, "-movflags", "+faststart", path)
    data = bytearray(path.read_bytes())
    dice = random.Random(1)
    for _ in range(20):
        data[dice.randrange(len(data) // 2, len(data))] ^= 0xFF
    path.write_bytes(bytes(data))
    source = opened(path)
    first_half = range(len(source) // 3)
    assert [number_in(source.frame(i)) for i in first_half] == list(first_half)
    shapes, sentences = set(), []
    for i in range(len(source)):
        try:
            shapes.add(source.frame(i).shape)
        except SourceError as error:
            sentences.append(str(error))
    assert shapes == {(HEIGHT, WIDTH, 3)}
    assert all(sentence.endswith(".") for sentence in sentences)


REFUSED = {
    "empty.mp4": (b"", "is empty"),
    "text.mp4": (b"hello\n" * 50, "no video"),
    "notes.txt": (b"hello", "no video"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_is_refused_in_one_sentence(tmp_path, name):
    data, words = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=words) as caught:
        open_source(path)
    assert str(caught.value).count("\n") == 0


IMAGES = {"single.webp": (1, "is a single image; open the folder"),
          "animated.webp": (5, "with 5 pictures; convert it"),
          "single.png": (1, "is a single image; open the folder")}  # fmt: skip


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_file_is_refused_for_what_it_is(base, tmp_path, name):
    count, words = IMAGES[name]
    path = tmp_path / name
    ffmpeg("-i", base, "-frames:v", count, path)
    with pytest.raises(SourceError, match=words):
        open_source(path)


def test_a_damaged_image_file_is_refused(tmp_path):
    path = tmp_path / "broken.webp"
    path.write_bytes(b"RIFF but nothing more")
    with pytest.raises(SourceError, match="no image that can be read"):
        open_source(path)


def test_sound_alone_is_refused(tmp_path):
    path = tmp_path / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=440:duration=0.5", "-c:a", "aac", path)
    with pytest.raises(SourceError, match="only sound"):
        open_source(path)


def test_a_name_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(SourceError, match="There is no file or folder"):
        open_source(tmp_path / "nowhere.mp4")


def test_a_wrong_ending_does_not_matter(base, opened, tmp_path):
    path = tmp_path / "webm_inside.mp4"
    plain = tmp_path / "plain.webm"
    ffmpeg("-i", base, *ENCODINGS["vp9.webm"], plain)
    path.write_bytes(plain.read_bytes())
    assert number_in(opened(path).frame(21)) == 21


def test_the_index_is_kept_and_a_damaged_one_made_again(base, opened, tmp_path):
    calls: list[int] = []
    opened(base, progress=lambda done, total, what="": calls.append(done))
    kept = list((tmp_path / "index").iterdir())
    assert len(kept) == 1
    kept[0].write_bytes(b"not an index")
    again = opened(base)
    assert number_in(again.frame(17)) == 17
    assert kept[0].read_bytes() != b"not an index"


def test_opening_can_be_cancelled(base, tmp_path):
    def refuse(done, total, what=""):
        raise Cancelled("Cancelled.")

    # A cut file has to be decoded to know what is left of it, which takes its time.
    whole, broken = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg("-stream_loop", 3, "-i", base, *X264, "-movflags", "+faststart", whole)
    data = whole.read_bytes()
    broken.write_bytes(data[: len(data) * 8 // 10])
    with pytest.raises(Cancelled):
        open_source(broken, progress=refuse, index_dir=tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_checking_the_first_frames_reports_and_can_be_cancelled(base, tmp_path):
    path = tmp_path / "whole.mp4"
    ffmpeg("-i", base, *ENCODINGS["single_gop.mp4"], path)
    told: list[tuple[int, int]] = []

    def stop_later(done, total, what=""):
        told.append((done, total))
        if len(told) == 3:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        open_source(path, progress=stop_later, index_dir=tmp_path / "index")
    assert all(0 < done <= total for done, total in told)
    assert told == sorted(set(told))
    assert not (tmp_path / "index").exists()
