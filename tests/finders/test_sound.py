"""What is heard when: the sound of a video, windows of it, spans, and the frames of a span."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import tiny_finders
from hypothesis import given
from hypothesis import strategies as st

from vostool.errors import ModelError, SourceError, UsageError
from vostool.finders.listener import HeardWindow
from vostool.finders.registry import create_listener
from vostool.finders.sound.heard import Heard
from vostool.finders.sound.spans import HeardSpan, find_label, frames_of
from vostool.io.video.sound import RATE, require_sound, sound_windows

SECONDS = 6


def write(path: Path, sound: bool = True, rate: int = 44_100, pictures: bool = True) -> Path:
    """A small film: silence, but for a tone of 440 Hz from second 3 to second 4."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("mpeg4", rate=10) if pictures else None
        audio = film.add_stream("aac", rate=rate, layout="stereo") if sound else None
        if video is not None:
            video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
            for _ in range(10 * SECONDS):
                picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
                film.mux(video.encode(picture))
            film.mux(video.encode())
        if audio is not None:
            t = np.arange(SECONDS * rate) / rate
            wave = np.where((t >= 3) & (t < 4), 0.5 * np.sin(2 * np.pi * 440 * t), 0.0)
            for first in range(0, len(wave), 1024):
                part = np.stack([wave[first : first + 1024]] * 2).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
                frame.sample_rate, frame.pts = rate, first
                film.mux(audio.encode(frame))
            film.mux(audio.encode())
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("films") / "tone.mp4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, transformers_here: None) -> Path:
    return tiny_finders.ast(tmp_path_factory.mktemp("models") / "ast")


@pytest.fixture(scope="module")
def listener(folder: Path):
    listener = create_listener("ast", "cpu", folder)
    yield listener
    listener.close()


@pytest.mark.parametrize("rate", [44_100, 16_000, 8_000])
def test_sound_is_heard_at_its_time_whatever_its_rate(tmp_path: Path, rate: int) -> None:
    windows = list(sound_windows(write(tmp_path / "a.mp4", rate=rate), 0.5, 0.5))
    assert all(len(window.samples) == RATE // 2 for window in windows[:-1])
    loud = [window.start for window in windows if np.abs(window.samples).max() > 0.2]
    assert min(loud) == pytest.approx(3, abs=0.51)
    assert max(loud) + 0.5 == pytest.approx(4, abs=0.51)
    assert windows[-1].end == pytest.approx(SECONDS, abs=0.2)


def test_windows_overlap_and_leave_nothing_out(film: Path) -> None:
    windows = list(sound_windows(film, 2.0, 1.0))
    starts = [window.start for window in windows]
    assert np.diff(starts) == pytest.approx(1.0, abs=1e-6)
    assert windows[0].end == pytest.approx(starts[0] + 2.0)
    assert windows[-1].end == pytest.approx(SECONDS, abs=0.2)
    one, two = windows[2].samples, windows[3].samples
    assert (one[RATE:] == two[:RATE]).all()


def test_a_video_without_sound_says_so(tmp_path: Path) -> None:
    mute = write(tmp_path / "mute.mp4", sound=False)
    for ask in (require_sound, lambda path: next(sound_windows(path, 1, 1))):
        with pytest.raises(SourceError, match=r"'mute.mp4' has no sound; look for things by"):
            ask(mute)


def test_a_folder_of_pictures_has_no_sound(tmp_path: Path) -> None:
    for ask in (require_sound, lambda path: next(sound_windows(path, 1, 1))):
        with pytest.raises(SourceError, match="Pictures have no sound"):
            ask(tmp_path)


def test_a_short_sound_is_one_window(film: Path) -> None:
    (window,) = sound_windows(film, 60, 30)
    assert len(window.samples) / RATE == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.filterwarnings("ignore:At least one mel filter")  # of their pipeline
def test_windows_are_scored_as_by_the_pipeline_with_a_sigmoid(listener, folder, film):
    from transformers import pipeline

    *_, hearing = listener.listen(film)
    classify = pipeline("audio-classification", model=str(folder), device="cpu")
    windows = list(sound_windows(film, 2.56, 1.28))
    assert len(hearing.windows) == len(windows) > 3
    for heard, window in zip(hearing.windows, windows, strict=True):
        rows = classify(window.samples.copy(), top_k=5, function_to_apply="sigmoid")
        wanted = {row["label"]: row["score"] for row in rows}
        assert dict(zip(listener.labels, heard.scores, strict=True)) == pytest.approx(
            wanted, abs=1e-5
        )
        assert (heard.start, heard.end) == (window.start, window.end)


def test_listening_tells_how_far_it_is_and_can_be_left(listener, film):
    hearings = listener.listen(film)
    first = next(hearings)
    assert 0 < first.done < first.total == pytest.approx(SECONDS, abs=0.3)
    hearings.close()
    done = [hearing.done for hearing in listener.listen(film)]
    assert done == sorted(done) and done[-1] == pytest.approx(SECONDS, abs=0.3)


def test_another_models_folder_and_truncated_weights(folder, tmp_path):
    import shutil

    cut = tiny_finders.truncate(shutil.copytree(folder, tmp_path / "cut"))
    with pytest.raises(ModelError, match="truncated; delete it"):
        create_listener("ast", "cpu", cut)
    other = tiny_finders.change_config(shutil.copytree(folder, tmp_path / "o"), model_type="bert")
    with pytest.raises(ModelError, match="of the kind 'bert' and not AST"):
        create_listener("ast", "cpu", other)


def windows_of(*rows: tuple[float, float, float]) -> list[HeardWindow]:
    """Windows of 2 s, one a second, with the scores of three labels."""
    return [HeardWindow(i, i + 2, scores) for i, scores in enumerate(rows)]


def heard(windows: list[HeardWindow], *labels: str) -> Heard:
    made = Heard(labels)
    for many in range(1, len(windows) + 1):
        made.take(windows[:many])  # as they come
    return made


def test_windows_that_touch_are_one_span_and_others_are_two() -> None:
    windows = windows_of((0.9, 0, 0), (0.5, 0, 0), (0, 0, 0), (0, 0, 0), (0.6, 0, 0.2))
    made = heard(windows, "Dog", "Car", "Bird")
    dog, bird = made.rows()
    assert dog.spans == (HeardSpan("Dog", 0.9, 0, 3), HeardSpan("Dog", 0.6, 4, 6))
    assert bird.spans == (HeardSpan("Bird", 0.2, 4, 6),)
    assert (dog.label, dog.score, bird.score) == ("Dog", 0.9, 0.2)
    (dog,) = made.rows(0.55)
    assert [one.end for one in dog.spans] == [2, 6]
    assert [row.label for row in made.rows(most=1)] == ["Dog"]
    assert (made.count(), made.count(0.55), made.count(0.95)) == (2, 1, 0)


def test_only_what_is_called_so_is_heard() -> None:
    made = heard(
        [HeardWindow(0, 2, (0.2, 0.9, 0.5, 0.4))], "Car", "Carnatic music", "Car alarm", "Dog"
    )
    names = {
        text: [row.label for row in made.rows(wanted=text)]
        for text in ("ca", "CAR ", "dog; car", " , ")
    }
    assert names["ca"] == ["Carnatic music", "Car alarm", "Car"]  # still being typed
    assert names["CAR "] == ["Car alarm", "Car"]
    assert names["dog; car"] == ["Car alarm", "Dog", "Car"]
    assert len(names[" , "]) == 4
    with pytest.raises(UsageError, match="'dogg' is known by its sound; written alike: Dog"):
        made.rows(wanted="dogg, xyz")
    assert made.rows(wanted="dogg, car")


@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 3), max_size=12), st.floats(0.01, 1), st.floats(0.01, 1)
)
def test_a_higher_threshold_never_hears_more(rows, a, b) -> None:
    low, high = sorted((a, b))
    made = heard(windows_of(*rows), "a", "b", "c")
    loose = {row.label: row.spans for row in made.rows(low)}
    for row in made.rows(high):
        for span in row.spans:
            assert any(one.start <= span.start and span.end <= one.end for one in loose[row.label])
    for spans in loose.values():
        assert all(x.end < y.start for x, y in pairwise(spans))


class Times:
    """Frames at times that are not even."""

    def __init__(self, *times: float) -> None:
        self._times = times

    def __len__(self) -> int:
        return len(self._times)

    def time(self, index: int) -> float:
        return self._times[index]


@pytest.mark.parametrize(
    ("start", "end", "frames"),
    [(0, 1, range(0, 3)), (0.6, 0.7, range(2, 3)), (2, 9, range(4, 6)), (3.5, 9, range(5, 6))],
)
def test_the_frames_of_a_span_are_those_shown_meanwhile(start, end, frames) -> None:
    source = Times(0, 0.1, 0.5, 1.0, 2.0, 3.0)
    assert frames_of(HeardSpan("Dog", 1, start, end), source) == frames  # type: ignore[arg-type]


def test_a_name_is_found_whatever_its_capitals_and_an_unknown_one_is_said() -> None:
    labels = ("Speech", "Male speech, man speaking", "Dog", "Car")
    assert find_label(" dog ", labels) == "Dog"
    assert find_label("man speaking", labels) == "Male speech, man speaking"
    with pytest.raises(UsageError, match="'dogg' is known by its sound; written alike: Dog"):
        find_label("dogg", labels)
    with pytest.raises(UsageError, match="it hears such as Speech"):
        find_label("zzzz", labels)
