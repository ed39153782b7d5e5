"""Grounding DINO from a folder: the same boxes as transformers, with a phrase each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tiny_finders

from vostool.errors import ModelError, UsageError
from vostool.finders.finder import Candidate, Question, View, Way, last_look
from vostool.finders.registry import create_finder
from vostool.frames import Image
from vostool.masks.box import Box

NAME = "grounding-dino-tiny"


def ask(*phrases: str, within: Box | None = None) -> Question:
    return Question(Way.TEXT, phrases, within=within)


@pytest.fixture(scope="module")
def finder(grounding_dino_folder: Path):
    finder = create_finder(NAME, "cpu", grounding_dino_folder)
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def reference(grounding_dino_folder: Path):
    """What transformers' own calls answer."""
    import torch
    from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

    model = AutoModelForZeroShotObjectDetection.from_pretrained(grounding_dino_folder)
    processor = AutoProcessor.from_pretrained(grounding_dino_folder)

    def answer(picture: Image, text: str, threshold: float):
        inputs = processor(images=picture.copy(), text=text, return_tensors="pt")
        with torch.no_grad():
            outputs = model(**inputs)
        (found,) = processor.post_process_grounded_object_detection(
            outputs,
            inputs["input_ids"],
            threshold=threshold,
            text_threshold=threshold,
            target_sizes=[picture.shape[:2]],
        )
        return found

    return answer


def corners(candidate: Candidate) -> list[float]:
    box = candidate.box
    return [box.x0, box.y0, box.x1, box.y1]


def test_boxes_scores_and_words_are_those_of_transformers(finder, reference, picture):
    found = last_look(finder, View(0, picture), ask("person", "Red Car", "dog"))
    threshold = sorted(one.score for one in found)[len(found) // 2]
    shown = [one for one in found if one.score > threshold]
    wanted = reference(picture, "person. red car. dog.", threshold)
    order = wanted["scores"].argsort(descending=True).tolist()
    assert len(shown) == len(order) > 3
    for candidate, place in zip(shown, order, strict=True):
        assert candidate.score == pytest.approx(float(wanted["scores"][place]), abs=1e-5)
        box = wanted["boxes"][place].tolist()
        clipped = [min(max(v, 0), m) for v, m in zip(box, (90, 60, 90, 60), strict=True)]
        assert corners(candidate) == pytest.approx(clipped, abs=1e-2)
        words = wanted["text_labels"][place].replace(".", " ").split()
        if candidate.text_score > threshold:
            assert any(word in words for word in candidate.label.lower().split())


def test_every_candidate_has_a_phrase_as_it_was_typed_and_two_scores(finder, picture):
    found = last_look(finder, View(0, picture), ask("person", "Red Car"))
    assert {one.label for one in found} <= {"person", "Red Car"}
    assert all(0.05 < one.text_score <= one.score <= 1 and one.mask is None for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_many_phrases_are_several_lines_over_one_look_at_the_picture(finder, picture):
    words = tiny_finders.WORDS
    phrases = [f"the {a} {b}" for a in words for b in words][:66]
    before = finder.backbone.runs
    looks = list(finder.find(View(0, picture), ask(*phrases)))
    assert looks[-1].total > 1 and looks[-1].done == looks[-1].total
    assert finder.backbone.runs <= before + 1
    list(finder.find(View(3, picture.copy()), ask("dog")))
    assert finder.backbone.runs <= before + 1


def test_what_is_kept_of_a_picture_does_not_answer_for_another(finder, picture):
    first = last_look(finder, View(0, picture), ask("dog"))
    other = last_look(finder, View(0, picture[:, ::-1]), ask("dog"))
    again = last_look(finder, View(0, picture), ask("dog"))
    assert first == again != other


def test_looking_in_a_part_gives_boxes_of_the_frame(finder, picture):
    part = Box(40, 5, 88.5, 55)
    found = last_look(finder, View(0, picture), ask("dog", within=part))
    assert found
    for candidate in found:
        x0, y0, x1, y1 = corners(candidate)
        assert 40 <= x0 < x1 <= 89 and 5 <= y0 < y1 <= 55
    alone = last_look(finder, View(0, picture[5:55, 40:89]), ask("dog"))
    shifted = [v + d for v, d in zip(corners(alone[0]), (40, 5, 40, 5), strict=True)]
    assert corners(found[0]) == pytest.approx(shifted, abs=1e-4)


@pytest.mark.parametrize("within", [Box(-9, 0, 2, 50), Box(200, 0, 250, 50)])
def test_a_part_that_is_no_part_is_said(finder, picture, within):
    with pytest.raises(UsageError, match="draw a larger one"):
        last_look(finder, View(0, picture), ask("dog", within=within))


@pytest.mark.parametrize(
    ("phrases", "said"),
    [
        ((), "nothing to look for"),
        (("dog", "xylophone"), "does not know the word 'xylophone'"),
        (("dog of \N{DOG FACE}",), "does not know the word"),
        ((" ".join(["dog"] * 300),), "300 words"),
    ],
)
def test_a_question_that_makes_no_sense_is_one_sentence(finder, picture, phrases, said):
    with pytest.raises(UsageError, match=said):
        last_look(finder, View(0, picture), ask(*phrases))


def test_a_full_stop_inside_a_phrase_does_not_part_it(finder, picture):
    with_stop = last_look(finder, View(0, picture), ask("red. car", "dog"))
    without = last_look(finder, View(0, picture), ask("red car", "dog"))
    assert [one.score for one in with_stop] == [one.score for one in without]
    assert {one.label for one in with_stop} <= {"red. car", "dog"}


def test_mm_grounding_dino_answers_too(tmp_path, picture, transformers_here):
    folder = tiny_finders.grounding_dino(tmp_path / "mm", mm=True)
    finder = create_finder("mm-grounding-dino-tiny", "cpu", folder)
    found = last_look(finder, View(0, picture), ask("dog", "car"))
    assert found and {one.label for one in found} <= {"dog", "car"}


def test_a_truncated_checkpoint_is_one_sentence(grounding_dino_folder, tmp_path):
    folder = tiny_finders.truncate(shutil.copytree(grounding_dino_folder, tmp_path / "cut"))
    with pytest.raises(ModelError, match=r"truncated; delete it and fetch it again\.$"):
        create_finder(NAME, "cpu", folder)


def test_the_folder_of_another_model_is_one_sentence(grounding_dino_folder):
    with pytest.raises(ModelError, match="of the kind 'grounding-dino' and not MM Grounding DINO"):
        create_finder("mm-grounding-dino-tiny", "cpu", grounding_dino_folder)


@pytest.mark.parametrize(
    "change", [{"d_model": 64}, {"decoder_layers": 3}, {"num_queries": "many"}, {"d_model": 33}]
)
def test_weights_that_do_not_fit_their_config_are_one_sentence(
    grounding_dino_folder, tmp_path, change
):
    folder = shutil.copytree(grounding_dino_folder, tmp_path / "other")
    tiny_finders.change_config(folder, **change)
    with pytest.raises(ModelError, match=r"does not make a Grounding DINO tiny \(.+\); fetch it"):
        create_finder(NAME, "cpu", folder)


def test_a_folder_without_its_words_is_one_sentence(grounding_dino_folder, tmp_path):
    folder = shutil.copytree(grounding_dino_folder, tmp_path / "mute")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).unlink()
    shutil.rmtree(folder / "words")
    with pytest.raises(ModelError, match="has no words for Grounding DINO tiny; fetch"):
        create_finder(NAME, "cpu", folder)


def test_out_of_memory_is_one_sentence_and_nothing_is_lost(finder, picture, monkeypatch):
    before = last_look(finder, View(0, picture), ask("dog"))

    def full(*_args, **_kwargs):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 GB")

    with monkeypatch.context() as patch:
        patch.setattr(finder.backbone, "_compute", full)
        with pytest.raises(ModelError, match="needs more memory than is free"):
            last_look(finder, View(0, picture[::-1]), ask("dog"))
    assert last_look(finder, View(0, picture), ask("dog")) == before


def test_a_finder_that_was_closed_says_so(grounding_dino_folder, picture):
    finder = create_finder(NAME, "cpu", grounding_dino_folder)
    finder.close()
    with pytest.raises(ModelError, match="was closed"):
        last_look(finder, View(0, picture), ask("dog"))
