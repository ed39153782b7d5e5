"""SAM 3 from a folder: the masks of transformers, for phrases and for examples."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_finders

from vostool.errors import ModelError, UsageError
from vostool.finders.finder import Candidate, Example, Question, View, Way, last_look
from vostool.finders.registry import create_finder
from vostool.frames import Image
from vostool.masks.box import Box
from vostool.masks.mask import Mask


@pytest.fixture(scope="module")
def sam3_folder(tmp_path_factory: pytest.TempPathFactory, transformers_here: None) -> Path:
    return tiny_finders.sam3(tmp_path_factory.mktemp("models") / "sam3")


@pytest.fixture(scope="module")
def finder(sam3_folder: Path):
    # As the library computes, also where the CPU would take bfloat16.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOSTOOL_DTYPE", "float32")
        finder = create_finder("sam3", "cpu", sam3_folder)
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def reference(sam3_folder: Path):
    """What transformers' own calls answer, best first."""
    import torch
    from transformers import Sam3Model, Sam3Processor

    model = Sam3Model.from_pretrained(sam3_folder)
    processor = Sam3Processor.from_pretrained(sam3_folder)

    def answer(picture: Image, **asked):
        inputs = processor(images=picture.copy(), return_tensors="pt", **asked)
        inputs.pop("original_sizes")
        with torch.no_grad():
            outputs = model(**inputs)
        (found,) = processor.post_process_instance_segmentation(
            outputs, threshold=0.05, target_sizes=[picture.shape[:2]]
        )
        order = found["scores"].argsort(descending=True)
        return [
            (float(found["scores"][i]), found["masks"][i].numpy() > 0, found["boxes"][i].tolist())
            for i in order
            if found["masks"][i].any()
        ]

    return answer


def ask(*phrases: str, within: Box | None = None) -> Question:
    return Question(Way.TEXT, phrases, within=within)


def pixels(candidate: Candidate) -> np.ndarray:
    assert candidate.mask is not None
    return candidate.mask.to_array()


def same(found: list[Candidate], wanted: list) -> None:
    assert len(found) == len(wanted) > 3
    for candidate, (score, mask, box) in zip(found, wanted, strict=True):
        assert candidate.score == pytest.approx(score, abs=1e-5)
        assert (pixels(candidate) == mask).mean() > 0.999
        got = [candidate.box.x0, candidate.box.y0, candidate.box.x1, candidate.box.y1]
        assert got == pytest.approx(box, abs=1e-2)


def test_masks_and_scores_are_those_of_transformers(finder, reference, picture):
    found = last_look(finder, View(0, picture), ask("person", "dog"))
    for phrase in ("person", "dog"):
        same([one for one in found if one.label == phrase], reference(picture, text=phrase))


def test_an_example_on_the_frame_is_asked_as_a_box(finder, reference, picture):
    x, y = slice(10, 41), slice(15, 46)
    shape = np.zeros(picture.shape[:2], np.bool_)
    shape[y, x] = True
    example = Example(picture, Mask.from_array(shape), 0, "disc")
    found = last_look(finder, View(0, picture), Question(Way.LIKE, examples=(example,)))
    wanted = reference(picture, input_boxes=[[[10, 15, 41, 46]]], input_boxes_labels=[[1]])
    same(list(found), wanted)
    assert {one.label for one in found} == {"disc"}


def test_an_example_of_another_frame_is_shown_beside_the_picture(finder, picture, reference):
    shape = np.zeros(picture.shape[:2], np.bool_)
    shape[15:46, 10:41] = True
    example = Example(picture, Mask.from_array(shape), 7, "disc")
    other = picture[:, ::-1]
    found = last_look(finder, View(3, other), Question(Way.LIKE, examples=(example,)))
    assert found
    for candidate in found:
        assert pixels(candidate).shape == (60, 90)
        assert 0 <= candidate.box.x0 < candidate.box.x1 <= 90
        assert candidate.label == "disc"
    alone = reference(other, text="visual")
    assert [one.score for one in found][:3] != pytest.approx([one[0] for one in alone][:3])


def test_examples_of_two_labels_are_two_questions(finder, picture):
    shapes = [np.zeros(picture.shape[:2], np.bool_) for _ in range(2)]
    shapes[0][15:46, 10:41] = True
    shapes[1][10:50, 60:75] = True
    examples = tuple(
        Example(picture, Mask.from_array(shape), 0, label)
        for shape, label in zip(shapes, ("disc", "bar"), strict=True)
    )
    looks = list(finder.find(View(0, picture), Question(Way.LIKE, examples=examples)))
    assert [(look.done, look.total) for look in looks] == [(0, 2), (1, 2), (2, 2)]
    assert {one.label for one in looks[-1].candidates} == {"disc", "bar"}


def test_an_example_that_is_none_is_said(finder, picture):
    with pytest.raises(UsageError, match="choose an object"):
        last_look(finder, View(0, picture), Question(Way.LIKE))
    empty = Example(picture, Mask.empty(60, 90), 4, "disc")
    with pytest.raises(UsageError, match="empty mask on frame 4"):
        last_look(finder, View(0, picture), Question(Way.LIKE, examples=(empty,)))


def test_a_further_question_looks_at_the_picture_no_second_time(finder, picture, monkeypatch):
    calls = []
    model = finder._model
    original = model.get_vision_features

    def counted(**inputs):
        calls.append(1)
        return original(**inputs)

    monkeypatch.setattr(model, "get_vision_features", counted)
    bright = np.minimum(picture + 20, 255).astype(np.uint8)
    for phrase in ("person", "dog", "cat"):
        last_look(finder, View(0, bright), ask(phrase))
    assert len(calls) == 1
    last_look(finder, View(0, bright[::-1]), ask("dog"))
    assert len(calls) == 2


def test_looking_in_a_part_gives_masks_of_the_frame(finder, picture):
    found = last_look(finder, View(0, picture), ask("dog", within=Box(40, 5, 88.5, 55)))
    assert found
    inside = np.zeros((60, 90), np.bool_)
    inside[5:55, 40:89] = True
    for candidate in found:
        assert not (pixels(candidate) & ~inside).any()
    alone = last_look(finder, View(0, picture[5:55, 40:89]), ask("dog"))
    assert (pixels(found[0])[5:55, 40:89] == pixels(alone[0])).all()


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("a very long phrase of very many letters", "too long"), ("", "nothing to look")],
)
def test_a_phrase_that_cannot_be_asked_is_one_sentence(finder, picture, phrase, said):
    with pytest.raises(UsageError, match=said):
        last_look(finder, View(0, picture), ask(phrase))


def test_the_light_one_answers_too(tmp_path, picture):
    folder = tiny_finders.sam3(tmp_path / "lite", lite=True)
    finder = create_finder("sam3-litetext", "cpu", folder)
    found = last_look(finder, View(0, picture), ask("dog"))
    assert found and all(one.label == "dog" and one.mask is not None for one in found)
    with pytest.raises(ModelError, match="of the kind 'sam3_lite_text' and not SAM 3"):
        create_finder("sam3", "cpu", folder)


def test_a_truncated_checkpoint_is_one_sentence(sam3_folder, tmp_path):
    folder = tiny_finders.truncate(shutil.copytree(sam3_folder, tmp_path / "cut"))
    with pytest.raises(ModelError, match=r"truncated; delete it and fetch it again\.$"):
        create_finder("sam3", "cpu", folder)


def test_a_checkpoint_that_is_gated_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    with pytest.raises(ModelError, match=r"licence has to be accepted first.*hf auth login"):
        create_finder("sam3")


def test_examples_are_asked_in_bfloat16_too(sam3_folder, finder, picture, monkeypatch):
    """Where a card or a CPU has it: the library's encoder of boxes mixes it with float16."""
    monkeypatch.setenv("VOSTOOL_DTYPE", "bfloat16")
    half = create_finder("sam3", "cpu", sam3_folder)
    shape = np.zeros(picture.shape[:2], np.bool_)
    shape[10:41, 15:46] = True
    question = Question(Way.LIKE, examples=(Example(picture, Mask.from_array(shape), 0, "disc"),))
    answers = [last_look(one, View(0, picture), question) for one in (half, finder)]
    half.close()
    best = [max(candidate.score for candidate in one) for one in answers]
    assert best[0] == pytest.approx(best[1], abs=0.02)
