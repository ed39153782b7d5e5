"""Every finder with a model of its own: odd words, odd folders and too little memory.

One sentence each, and the finder answers as before afterwards.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import tiny_finders

from vostool.errors import ModelError, SourceError, UsageError
from vostool.finders.finder import Question, View, Way, last_look
from vostool.finders.registry import create_concepts, create_finder, create_listener
from vostool.frames import Image
from vostool.io.video.sound import RATE

FOLDERS: dict[str, Callable[[Path], Path]] = {
    "grounding-dino-tiny": tiny_finders.grounding_dino,
    "owlv2": tiny_finders.owlv2,
    "sam3": tiny_finders.sam3,
    "ast": tiny_finders.ast,
    "sam3-video": tiny_finders.sam3_video,
}
MAKE = {"ast": create_listener, "sam3-video": create_concepts}
LOOKING = ("grounding-dino-tiny", "owlv2", "sam3")
TEXTS = (
    ("xylophone zygote",), ("собака", "собака на траве"), ("犬",), ("كلب",), ("🐕",), ("👩‍👩‍👧‍👦 🚗",),
    ("dog " * 300,), ("d" * 5000,), ("!!!",), ("[CLS] [SEP]",), ("<|startoftext|> dog",),
    ("dog\0car",), ("dog\u202ecar",), ("\ud800",), ("a\u0301" * 40,), tuple(f"dog {n}" for n in range(101)),
)  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, transformers_here: None) -> Callable:
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = FOLDERS[name](tmp_path_factory.mktemp("models") / name)
        return made[name]

    return folder


@pytest.fixture(scope="module")
def finders(folders: Callable) -> Iterator[Callable]:
    made: dict[str, object] = {}

    def finder(name: str) -> object:
        if name not in made:
            made[name] = MAKE.get(name, create_finder)(name, "cpu", folders(name))
        return made[name]

    yield finder
    for each in made.values():
        each.close()


def is_one_sentence(error: Exception) -> None:
    said = str(error)
    assert said and "\n" not in said and "Traceback" not in said and len(said) < 600
    assert said[-1] in ".!)`'" or " " in said


def ask(finder, picture: Image, *phrases: str):
    return last_look(finder, View(0, picture), Question(Way.TEXT, phrases))


@pytest.mark.parametrize("name", LOOKING)
@pytest.mark.parametrize("phrases", TEXTS, ids=lambda phrases: ascii(phrases[0][:12]))
def test_whatever_is_typed_it_answers_or_says_why_not(finders, picture, name, phrases) -> None:
    finder = finders(name)
    before = ask(finder, picture, "dog")
    try:
        found = ask(finder, picture, *phrases)
    except UsageError as error:
        is_one_sentence(error)
    else:
        assert {one.label for one in found} <= set(phrases)
        assert all(0 <= one.score <= 1 for one in found)
    assert ask(finder, picture, "dog") == before


def emptied(folder: Path) -> None:
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def without(*endings: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for each in list(folder.rglob("*")):
            if each.is_file() and each.name.endswith(endings):
                each.unlink()

    return change


def written(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def of_another_model(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "bert"}))


WRONG = {
    "empty": emptied,
    "no weights": without(".safetensors"),
    "no config": without("config.json"),
    "truncated": lambda folder: tiny_finders.truncate(folder) and None,
    "weights that are none": written("model.safetensors", b"no tensors at all"),
    "weights of no bytes": written("model.safetensors", b""),
    "config that is no json": written("config.json", b"{"),
    "config that is a list": written("config.json", b"[]"),
    "config of another model": of_another_model,
}


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_folder_that_is_not_the_model_is_one_sentence(folders, tmp_path, name, wrong) -> None:
    folder = shutil.copytree(folders(name), tmp_path / name)
    WRONG[wrong](folder)
    with pytest.raises(ModelError) as told:
        MAKE.get(name, create_finder)(name, "cpu", folder)
    is_one_sentence(told.value)


@pytest.mark.parametrize("name", ["owlv2", "sam3", "sam3-video"])
def test_a_folder_without_its_words_is_one_sentence(folders, tmp_path, name) -> None:
    folder = shutil.copytree(folders(name), tmp_path / name)
    without("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")(folder)
    shutil.rmtree(folder / "words", ignore_errors=True)
    with pytest.raises(ModelError) as told:
        MAKE.get(name, create_finder)(name, "cpu", folder)
    is_one_sentence(told.value)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_place_that_is_no_folder_is_one_sentence(tmp_path, name, transformers_here) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"nothing")
    for place in (file, tmp_path / "nowhere"):
        with pytest.raises(ModelError) as told:
            MAKE.get(name, create_finder)(name, "cpu", place)
        is_one_sentence(told.value)


class Full:
    """torch's answer to a further gigabyte, from the first layer on that works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        self._patch, self._torch = monkeypatch, torch

    def __enter__(self) -> None:
        def full(*_: object, **__: object) -> None:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 GB")

        self._context = self._patch.context()
        self._context.__enter__().setattr(self._torch.nn.Linear, "forward", full)

    def __exit__(self, *_: object) -> None:
        self._context.__exit__(None, None, None)


@pytest.mark.parametrize("name", LOOKING)
def test_too_little_memory_is_one_sentence_and_nothing_is_lost(
    finders, picture, monkeypatch, name
) -> None:
    finder = finders(name)
    before = ask(finder, picture, "dog")
    with Full(monkeypatch), pytest.raises(ModelError, match="memory") as told:
        ask(finder, picture[::-1], "car")
    is_one_sentence(told.value)
    assert ask(finder, picture, "dog") == before


def film(path: Path, damage: bool = False) -> Path:
    """Four seconds of a tone; damaged, most of its sound's bytes are others."""
    with av.open(str(path), "w") as made:
        audio = made.add_stream("aac", rate=RATE, layout="mono")
        for first in range(0, 4 * RATE, 1024):
            wave = 0.5 * np.sin(np.arange(first, first + 1024) / 5)[None].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
            frame.sample_rate, frame.pts = RATE, first
            made.mux(audio.encode(frame))
        made.mux(audio.encode())
    if damage:
        content = bytearray(path.read_bytes())
        start = content.index(b"mdat") + 4
        end = content.index(b"moov") - 4 if b"moov" in content[start:] else len(content)
        rng = np.random.default_rng(0)
        content[start:end] = rng.integers(0, 256, end - start, np.uint8).tobytes()
        path.write_bytes(bytes(content))
    return path


def test_too_little_memory_while_listening(finders, tmp_path, monkeypatch) -> None:
    listener, clip = finders("ast"), film(tmp_path / "tone.mp4")
    *_, before = listener.listen(clip)
    with Full(monkeypatch), pytest.raises(ModelError, match="memory") as told:
        list(listener.listen(clip))
    is_one_sentence(told.value)
    *_, after = listener.listen(clip)
    assert after == before


def test_sound_that_is_damaged_is_heard_as_far_as_it_goes_or_is_one_sentence(
    finders, tmp_path
) -> None:
    clip = film(tmp_path / "noise.mp4", damage=True)
    try:
        hearings = list(finders("ast").listen(clip))
    except SourceError as error:
        is_one_sentence(error)
    else:
        assert hearings


def test_too_little_memory_through_a_whole_video(finders, monkeypatch) -> None:
    from vostool.evaluate.array_source import ArraySource

    rng = np.random.default_rng(0)
    source = ArraySource([rng.integers(0, 255, (60, 90, 3), np.uint8) for _ in range(3)])
    tracker = finders("sam3-video")
    with Full(monkeypatch), pytest.raises(ModelError, match="memory") as told:
        list(tracker.follow(source, ("dog",), range(3), lambda: False))
    is_one_sentence(told.value)
    frames = [s.step.frame for s in tracker.follow(source, ("dog",), range(3), lambda: False) if s]
    assert frames == [0, 1, 2]
