"""SAM 3 through a whole video: what transformers' own session answers, in memory that stays small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tiny_finders

from vostool.errors import ModelError, SourceError, UsageError
from vostool.evaluate.array_source import ArraySource
from vostool.finders.concepts import ConceptFrame
from vostool.finders.registry import CONCEPTS, create_concepts
from vostool.masks.mask import Mask

FRAMES = 10
HEIGHT, WIDTH = 84, 126
PHRASES = ("person", "dog")
SETTINGS = {
    # What weights that mean nothing give: scores near a quarter, masks that jump.
    "score_threshold_detection": 0.2500,
    "new_det_thresh": 0.2505,
    "high_conf_thresh": 0.2505,
    "high_iou_thresh": 0.3,
    "recondition_every_nth_frame": 4,
    "hotstart_delay": 4,
    "hotstart_unmatch_thresh": 3,
    "hotstart_dup_thresh": 3,
    "trk_assoc_iou_thresh": 0.1,
}


def never() -> bool:
    return False


class Film(ArraySource):
    """Patches that move a little, a frame that may be broken, and a list of what was read."""

    def __init__(self, count: int = FRAMES) -> None:
        rng = np.random.default_rng(5)
        coarse = np.kron(
            rng.integers(0, 255, (6, 9, 3), dtype=np.uint8), np.ones((14, 14, 1), np.uint8)
        )
        super().__init__([np.roll(coarse, 5 * n, axis=1) for n in range(FRAMES)])
        self.count = count
        self.broken: set[int] = set()
        self.read: list[int] = []

    def __len__(self) -> int:
        return self.count

    def frame(self, index: int) -> np.ndarray:
        if index in self.broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        self.read.append(index)
        return super().frame(index % FRAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, transformers_here: None) -> Path:
    import torch

    torch.set_num_threads(1)  # small layers: threads would only wait for each other
    return tiny_finders.sam3_video(tmp_path_factory.mktemp("models") / "sam3", **SETTINGS)


@pytest.fixture(scope="module")
def tracker(folder: Path) -> Iterator[object]:
    # As the library computes, also where the CPU would take bfloat16.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOSTOOL_DTYPE", "float32")
        made = create_concepts("sam3-video", "cpu", folder)
    yield made
    made.close()


def followed(tracker, film: Film, frames: range | None = None, **asked) -> list[ConceptFrame]:
    steps = tracker.follow(film, PHRASES, frames or range(len(film)), never, **asked)
    return [step for step in steps if step is not None]


def by_library(tracker, folder: Path, film: Film, start: int, reverse: bool):
    """The library as its documentation uses it: frames, masks by its own number, phrases."""
    from transformers import Sam2VideoVideoProcessor, Sam3Processor, Sam3VideoProcessor

    parts = Sam3Processor.from_pretrained(folder)
    videos = Sam2VideoVideoProcessor(
        size={"height": 112, "width": 112}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    processor = Sam3VideoProcessor(parts.image_processor, videos, parts.tokenizer)
    model = tracker._loaded()
    session = processor.init_video_session(
        video=np.stack([film.frame(n) for n in range(len(film))])
    )
    processor.add_text_prompt(session, list(PHRASES))
    answers = []
    for output in model.propagate_in_video_iterator(session, start, reverse=reverse):
        found = processor.postprocess_outputs(session, output)
        masks = dict(zip(found["object_ids"].tolist(), found["masks"].numpy(), strict=True))
        answers.append((output.frame_idx, masks, found["prompt_to_obj_ids"]))
    return answers


@pytest.fixture(scope="module")
def run(tracker) -> list[ConceptFrame]:
    """The whole film, from its first frame."""
    return followed(tracker, Film())


@pytest.mark.parametrize("drops", [False, True], ids=["forward", "backward-that-drops-again"])
def test_masks_numbers_and_phrases_are_those_of_the_librarys_session(
    tracker, run, folder, drops, monkeypatch
):
    film, got, frames = Film(), run, range(FRAMES)
    if drops:
        # What is found matches no detection a frame on, and is dropped within the hot start.
        monkeypatch.setattr(tracker._loaded(), "trk_assoc_iou_thresh", 0.3)
        monkeypatch.setattr(tracker._loaded(), "assoc_iou_thresh", 0.3)
        frames = range(FRAMES - 2, -1, -1)
        got = followed(tracker, film, frames)
    start = 0 if frames.step > 0 else FRAMES - 1
    wanted = by_library(tracker, folder, film, start, frames.step < 0)
    assert [one.step.frame for one in got] == [frame for frame, _, _ in wanted] == list(frames)
    pairs: dict[int, int] = {}
    for one, (_, answer, phrases) in zip(got, wanted, strict=True):
        masks = {number: mask for number, mask in answer.items() if mask.any()}
        assert len(one.step.replies) == len(masks)
        for ours, (theirs, mask) in zip(
            sorted(one.step.replies), sorted(masks.items()), strict=True
        ):
            assert pairs.setdefault(theirs, ours) == ours
            assert (one.step.replies[ours].mask.to_array() == mask).all()
            assert theirs in phrases[one.labels[ours]]
    assert len(set(pairs.values())) == len(pairs) >= 2
    if not drops:  # tracked, and not found anew on each frame
        assert max(sum(n in one.labels for one in got) for n in pairs.values()) == FRAMES


def test_frames_are_read_once_when_their_turn_comes(tracker):
    film = Film()
    steps = tracker.follow(film, PHRASES, range(FRAMES), never)
    assert film.read == []
    assert [next(steps) for _ in range(3)] == [None] * 3  # three are looked at ahead
    first = next(steps)
    assert first is not None and first.step.frame == 0
    assert film.read == [0, 1, 2, 3]
    rest = [step.step.frame for step in steps if step is not None]
    assert rest == list(range(1, FRAMES)) and film.read == list(range(FRAMES))


def test_what_is_known_comes_when_it_is_cancelled(tracker):
    film = Film()
    told = [
        step.step.frame
        for step in tracker.follow(film, PHRASES, range(FRAMES), lambda: len(film.read) == 6)
        if step is not None
    ]
    assert told == [0, 1, 2, 3, 4, 5]


def test_a_frame_that_cannot_be_decoded_is_told_and_passed_over(tracker):
    film = Film()
    film.broken = {0, 4}
    got = followed(tracker, film)
    assert [one.step.frame for one in got] == list(range(FRAMES))
    assert {n: one.step.problem for n, one in enumerate(got) if one.step.problem} == {
        n: f"Frame {n} could not be decoded." for n in (0, 4)
    }
    assert not got[4].step.replies and got[5].step.replies


def test_no_more_objects_than_asked_for_and_surer_ones(tracker, run):
    assert max(len(one.step.replies) for one in run) == 2
    few = followed(tracker, Film(), range(5), most=1)
    assert max(len(one.step.replies) for one in few) == 1
    assert not any(one.step.replies for one in followed(tracker, Film(), range(5), least=0.9))


def test_of_one_phrase_the_surest_is_in_front():
    from vostool.finders.video.sam3 import _Looked, _Run, _Seen

    model = SimpleNamespace(
        hotstart_delay=0, tracker_model=SimpleNamespace(config=SimpleNamespace(
            num_maskmem=7, max_object_pointers_in_encoder=16, max_cond_frame_num=4)),
    )  # fmt: skip
    run = _Run(model, None, PHRASES, range(3))

    def mask(first: int, last: int) -> Mask:
        pixels = np.zeros((4, 12), bool)
        pixels[:, first:last] = True
        return Mask.from_array(pixels)

    seen = (
        _Seen(3, 0, 0.6, mask(0, 6)),
        _Seen(5, 0, 0.9, mask(4, 8)),
        _Seen(8, 1, 0.2, mask(2, 7)),  # of another phrase
        _Seen(9, 0, 0.5, mask(5, 7)),  # nothing of it is left
    )
    told = run.told(_Looked(0, seen))
    masks = {number: reply.mask for number, reply in told.step.replies.items()}
    assert masks == {1: mask(0, 4), 2: mask(4, 8), 3: mask(2, 7)}
    assert told.labels == {1: "person", 2: "person", 3: "dog"}
    run._dropped.add(5)  # seen to be none meanwhile
    later = run.told(_Looked(1, seen))
    assert {n: r.mask for n, r in later.step.replies.items()} == {1: mask(0, 6), 3: mask(2, 7)} | {
        4: mask(6, 7)
    }


def test_what_a_run_holds_does_not_grow_with_the_video(folder, monkeypatch):
    from vostool.finders.video import forgetting, sam3

    monkeypatch.setattr(forgetting, "POINTERS", 3)
    tracker = create_concepts("sam3-video", "cpu", folder)
    model = tracker._loaded()
    model.recondition_every_nth_frame = 1  # confirmed all the time
    model.assoc_iou_thresh = model.high_iou_thresh = 0.0
    film = Film(count=100_000)
    tracker.follow(film, ("dog",), range(1), never, most=3)
    run = sam3._Run(model, tracker._session(film, ("dog",)), ("dog",), range(len(film)))
    held, entries = [], []
    with tracker._computing():
        for frame in range(500, 532):
            run.look(frame)
            held.append(run.bytes_held)
            entries.append(_entries(run._session))
    assert len(film.read) == 32 and held[20] > 0
    assert max(held[26:]) <= max(held[18:26])
    assert max(entries[26:]) <= max(entries[18:26])
    confirmed = [len(o["cond_frame_outputs"]) for o in run._session.output_dict_per_obj.values()]
    assert max(confirmed) == 4  # the first and the latest three


def _entries(session) -> int:
    """How much the session's books hold, objects that are there counted alike."""
    books = [
        session.obj_id_to_tracker_score_frame_wise,
        session.suppressed_obj_ids,
        session.cache._vision_features,
        *session.frames_tracked_per_obj.values(),
        *session.mask_inputs_per_obj.values(),
        *session.unmatched_frame_inds.values(),
        *session.overlap_pair_to_frame_inds.values(),
        session.obj_id_to_score,
        session.obj_first_frame_idx,
        session.removed_obj_ids,
    ]
    return sum(len(book) for book in books)


@pytest.mark.parametrize(
    ("phrases", "said"),
    [(("",), "nothing to look for"), (("a very long phrase of very many letters",), "too long")],
)
def test_phrases_that_cannot_be_asked_are_one_sentence(tracker, phrases, said):
    with pytest.raises(UsageError, match=said):
        tracker.follow(Film(), phrases, range(2), never)


def test_the_folder_of_the_detector_alone_is_said_to_be_that(tmp_path, transformers_here):
    alone = tiny_finders.sam3(tmp_path / "sam3")
    with pytest.raises(ModelError, match="of the kind 'sam3' and not SAM 3, whole video"):
        create_concepts("sam3-video", "cpu", alone)


def test_a_missing_package_or_folder_names_the_line_that_brings_it(monkeypatch, tmp_path):
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    said = CONCEPTS["sam3-video"].status().problem
    assert said is not None and "licence has to be accepted first" in said
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "pip install 'vostool[auto]'" in CONCEPTS["sam3-video"].status().problem


def test_doubles_go_holes_and_specks_are_told(transformers_here):
    import torch

    from vostool.finders.video.cleaning import LocalSteps, clean_here

    ious = torch.tensor([[1.0, 0.6, 0.0], [0.6, 1.0, 0.2], [0.0, 0.2, 1.0]])
    kept = LocalSteps.generic_nms(ious, torch.tensor([0.5, 0.9, 0.1]), 0.5)
    assert kept.tolist() == [1, 2]
    pixels = torch.zeros((2, 1, 7, 9), dtype=torch.uint8)
    pixels[0, 0, 1:4, 1:4] = 1
    pixels[0, 0, 4, 4] = 1  # by its corner
    pixels[0, 0, 6, 8] = 1
    labels, areas = LocalSteps.cc_2d(pixels)
    assert areas[0, 0, 2, 2] == areas[0, 0, 4, 4] == 10 and areas[0, 0, 6, 8] == 1
    assert areas[0, 0, 0, 0] == areas[1].max() == 0
    assert len(labels[0].unique()) == 3 and labels.dtype == areas.dtype == torch.int32

    from transformers.models.sam3_video.modeling_sam3_video import fill_holes_in_mask_scores

    clean_here()
    ring = torch.full((1, 1, 12, 12), -5.0)
    ring[0, 0, 1:8, 1:8] = 5
    ring[0, 0, 4, 4] = -5
    ring[0, 0, 11, 11] = 5
    cleaned = fill_holes_in_mask_scores(ring, 4) > 0
    assert cleaned[0, 0, 4, 4] and not cleaned[0, 0, 11, 11] and cleaned.sum() == 49
