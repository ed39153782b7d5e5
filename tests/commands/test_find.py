"""`vostool find`: what is found becomes a project and exports; with a finder that knows the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from scripted_world import SeeingEngine, SeeingFinder, SeeingTracker, World

from vostool.commands.find import asking, heard
from vostool.errors import ModelError, SourceError, UsageError
from vostool.finders import registry
from vostool.finders.finder import FinderInfo, Way
from vostool.finders.listener import HeardWindow, Hearing
from vostool.finders.registry import CONCEPTS
from vostool.finders.spec import ConceptSpec, FinderSpec
from vostool.io.project.file import read_project


class Known(World):
    """The generated clip: what is on each frame is known, the pictures are the video's."""

    def __init__(self, ids: np.ndarray) -> None:
        super().__init__(np.zeros((1, 2, 2), int))
        self.ids = ids


@pytest.fixture(scope="module")
def world(clip) -> World:
    return Known(np.stack(clip.ids).astype(int))


@pytest.fixture
def finder(world, monkeypatch) -> SeeingFinder:
    made = SeeingFinder(world)

    def load(_device, _checkpoint):
        return made

    spec = FinderSpec(name="seeing", title="Seeing", ways=(Way.TEXT, Way.EVERYTHING), load=load)
    monkeypatch.setattr(registry, "FINDERS", {"seeing": spec})
    return made


@pytest.fixture
def engine(world, monkeypatch) -> SeeingEngine:
    made = SeeingEngine(world)
    monkeypatch.setattr("vostool.commands.engine_arguments.create_engine", lambda *_: made)
    return made


def test_what_is_found_is_tracked_stored_and_exported(
    vostool, video, finder, engine, tmp_path, clip
) -> None:
    finder.label = "beetle"
    done = vostool(
        "find", video, "--text", "beetle. fish", "--track", "--every", 5, "--min-area", 30,
        "--project", tmp_path / "p.vos", "--export", "coco", "--engine", "flow", "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    facts = done.json
    assert facts["phrases"] == ["beetle", "fish"]
    assert [view.frame for view in finder.views] == [0, 5, 10, 15]
    assert facts["frames"] == 16
    project, _ = read_project(tmp_path / "p.vos")
    assert [each["object"] for each in facts["found"]] == list(project.objects) == [1, 2, 3]
    assert {known.label for known in project.objects.values()} == {"beetle"}
    for oid in project.objects:
        first = facts["found"][oid - 1]["frame"]
        square = int(np.median(clip.ids[first][project.masks.get(first, oid).mask.to_array()]))
        for frame, record in project.masks.row(oid).items():
            assert np.array_equal(record.mask.to_array(), clip.ids[frame] == square)
    assert project.settings["engine"] == "flow"
    coco = json.loads((tmp_path / "p-export/coco/annotations/instances_default.json").read_text())
    assert coco["categories"][0]["name"] == "beetle"
    assert finder.closed


def test_the_ground_is_no_object_of_everything(
    vostool, video, world, engine, tmp_path, monkeypatch, finder
) -> None:
    ids = np.where(world.ids == 0, 9, world.ids)
    monkeypatch.setattr(finder, "world", Known(ids))
    found = {}
    for way in (["--everything"], ["--text", "ground"]):
        done = vostool(
            "find", video, *way, "--min-area", 30, "--project", tmp_path / f"{way[0]}.vos",
            "--engine", "flow", "--json", "--quiet", "--score", 0,
        )  # fmt: skip
        found[way[0]] = max(each["area"] for each in done.json["found"])
    assert found["--everything"] < 0.3 * 160 * 96 < found["--text"]


def test_without_tracking_the_first_frame_is_looked_at(
    vostool, video, finder, engine, tmp_path
) -> None:
    done = vostool(
        "find", video, "--everything", "--min-area", 30, "--project", tmp_path / "p.vos",
        "--engine", "flow",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert [view.frame for view in finder.views] == [0]
    assert "3 new objects and 3 masks on 1 frames" in done.out
    assert "object 1 'object': found on frame 0" in done.out
    project, _ = read_project(tmp_path / "p.vos")
    assert project.masks.frames() == [0]


def test_a_project_goes_on_and_keeps_what_it_had(vostool, project, finder, engine) -> None:
    before, _ = read_project(project)
    done = vostool(
        "find", project, "--everything", "--min-area", 30, "--engine", "flow", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    after, _ = read_project(project)
    assert dict(after.masks.row(1)) == dict(before.masks.row(1))
    assert after.objects[1] == before.objects[1]
    assert list(after.objects) == [1, 2, 3]


def test_ctrl_c_keeps_what_was_found(vostool, video, finder, engine, tmp_path, monkeypatch) -> None:
    asked: list[int] = []

    class Stopping:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def __call__(self) -> bool:
            return any(view.frame >= 5 for view in finder.views)

    monkeypatch.setattr("vostool.commands.find.command.Interrupt", Stopping)
    done = vostool(
        "find", video, "--everything", "--track", "--every", 5, "--min-area", 30,
        "--project", tmp_path / "p.vos", "--export", "coco", "--engine", "flow", "--quiet",
    )  # fmt: skip
    assert done.status == 130
    assert "Stopped after 5 frames; what was found is saved in" in done.err
    project, _ = read_project(tmp_path / "p.vos")
    assert project.masks.frames() == [0, 1, 2, 3, 4]
    assert not (tmp_path / "p-export").exists()
    assert not asked


def test_nothing_found_is_said(vostool, video, finder, engine, tmp_path) -> None:
    done = vostool(
        "find", video, "--text", "unicorn", "--min-area", 100000, "--engine", "flow", "--quiet",
        "--project", tmp_path / "p.vos",
    )  # fmt: skip
    assert done.status == 0
    assert "Nothing new was found; try a lower --score or a smaller --min-area." in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Say what to look for"),
        (("--text", "dog", "--everything"), "Say what to look for"),
        (("--text", "  .. "), "nothing to look for"),
        (("--text", "word " * 300), "300 words"),
        (("--everything", "--every", "0", "--track"), "every 1 or more"),
        (("--everything", "--max-objects", "0"), "largest number of objects"),
        (("--everything", "--score", "3"), "shares from 0 to 1"),
        (("--everything", "--box-size", "-1"), "shares from 0 to 1"),
        (("--everything", "--points-per-side", "0"), "--points-per-side is 1 to 64"),
        (("--everything", "--backward"), "give --track as well"),
        (("--everything", "--finder", "nobody"), "no finder 'nobody'; known are seeing"),
        (("--everything", "--start", "99"), "not all in the source"),
        (("--everything", "--start", "5", "--end", "3"), "ends at 3, before it starts at 5"),
        (("--everything", "--export", "nothing"), "nothing"),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense(
    vostool, video, finder, engine, tmp_path, unchanged, words, says
) -> None:
    unchanged()
    done = vostool("find", video, *words, "--project", tmp_path / "p.vos", "--quiet")
    assert done.status == 2
    assert says in done.sentence


def test_a_project_that_is_there_is_not_replaced(
    vostool, video, finder, project, unchanged
) -> None:
    unchanged()
    done = vostool("find", video, "--everything", "--project", project, "--quiet")
    assert done.status == 1
    assert "exists already" in done.sentence


def test_no_finder_here_says_what_brings_one(
    vostool, video, tmp_path, unchanged, monkeypatch
) -> None:
    lacks = FinderSpec(
        name="a", title="A", ways=(Way.TEXT,), load=lambda *_: None, packages=("no_such_b",),
        install="pip install b",
    )  # fmt: skip
    monkeypatch.setattr(registry, "FINDERS", {"a": lacks})
    unchanged()
    done = vostool("find", video, "--text", "dog", "--project", tmp_path / "p.vos")
    assert done.sentence == lacks.status().problem
    assert "pip install b" in done.sentence


def test_out_of_memory_while_looking_keeps_what_was_done(
    vostool, video, finder, engine, tmp_path, monkeypatch
) -> None:
    look = finder.find

    def failing(view, question):
        if view.frame == 10:
            raise ModelError("There is not enough memory for this finder; choose a smaller one.")
        return look(view, question)

    monkeypatch.setattr(finder, "find", failing)
    done = vostool(
        "find", video, "--everything", "--track", "--every", 5, "--min-area", 30,
        "--project", tmp_path / "p.vos", "--engine", "flow", "--quiet",
    )  # fmt: skip
    assert done.status == 1
    assert "not enough memory" in done.sentence
    project, _ = read_project(tmp_path / "p.vos")
    assert project.masks.frames() == list(range(10))


def test_an_engine_that_cannot_be_asked_for_everything(vostool, video, tmp_path, unchanged) -> None:
    unchanged()
    done = vostool(
        "find",
        video,
        "--everything",
        "--engine",
        "flow",
        "--project",
        tmp_path / "p.vos",
        "--quiet",
    )
    assert done.sentence == ("Optical flow cannot look for everything; choose MobileSAM or SAM 2.")


class Ears:
    """Hears a dog from 0.2 to 0.36 seconds."""

    labels = ("Speech", "Dog, bark", "Siren")

    def __init__(self) -> None:
        self.info = FinderInfo("ears", "Ears", (Way.SOUND,))
        self.silent = False

    def listen(self, video) -> Iterator[Hearing]:
        if self.silent:
            raise SourceError("The video has no sound.")
        dog = HeardWindow(0.2, 0.36, (0.0, 0.8, 0.0))
        yield Hearing(0.3, 0.6, ())
        yield Hearing(0.6, 0.6, (HeardWindow(0, 0.2, (0.9, 0.0, 0.0)), dog))

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def ears(monkeypatch) -> Ears:
    made = Ears()
    monkeypatch.setattr(asking, "make_listener", lambda device: made)
    return made


def test_what_is_heard_is_looked_for_where_it_sounds(
    vostool, video, finder, engine, ears, tmp_path
) -> None:
    done = vostool(
        "find", video, "--sound", "dog", "--every", 2, "--min-area", 30,
        "--project", tmp_path / "p.vos", "--engine", "flow", "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert [view.frame for view in finder.views] == [5, 7]
    assert done.json["phrases"] == ["dog"]


@pytest.mark.parametrize(
    ("sound", "says"),
    [
        ("sirens", "Nothing called 'sirens' is known by its sound; written alike: Siren."),
        ("siren", "'Siren' is not heard"),
    ],
)
def test_a_sound_that_is_not_there(
    vostool, video, finder, engine, ears, tmp_path, unchanged, sound, says
) -> None:
    unchanged()
    done = vostool("find", video, "--sound", sound, "--project", tmp_path / "p.vos", "--quiet")
    assert says in done.sentence


def test_a_video_without_sound_says_so(
    vostool, video, finder, engine, ears, tmp_path, unchanged
) -> None:
    ears.silent = True
    unchanged()
    done = vostool("find", video, "--sound", "dog", "--project", tmp_path / "p.vos", "--quiet")
    assert done.sentence == "The video has no sound."


def test_stretches_that_touch_are_one_span() -> None:
    stretches = [range(0, 3), range(2, 4), range(4, 4), range(10, 11), range(12, 15)]
    assert heard.joined(stretches) == ((0, 3), (10, 10), (12, 14))
    assert heard.joined([]) == ()


def test_a_finder_that_cannot_be_asked_this_way(finder) -> None:
    with pytest.raises(UsageError, match="cannot be asked by like; these can: none"):
        registry.named_finder("seeing", Way.LIKE)


@pytest.fixture
def tracker(world, monkeypatch) -> SeeingTracker:
    made = SeeingTracker(world, {1: "ladybird", 2: "fish"})
    spec = ConceptSpec(
        name="seeing-video", title="Seeing", ways=(Way.TEXT,), load=lambda *_: made, rank=1000
    )
    monkeypatch.setitem(CONCEPTS._own, spec.name, spec)
    CONCEPTS.forget()
    yield made
    CONCEPTS.forget()


def test_a_whole_video_is_followed_stored_and_exported_without_an_engine(
    vostool, video, tracker, tmp_path, clip
) -> None:
    done = vostool(
        "find", video, "--text", "fish. ladybird", "--whole-video", "--finder", "seeing",
        "--min-area", 30, "--project", tmp_path / "clip.vos", "--export", "coco", "--json",
    )  # fmt: skip
    facts = json.loads(done.out)
    assert (done.status, facts["finder"], facts["engine"]) == (0, "seeing-video", None)
    assert {each["label"] for each in facts["found"]} == {"ladybird", "fish"}
    project = read_project(tmp_path / "clip.vos")[0]
    assert len(project.objects) == 2
    for object_id, kept in project.objects.items():
        square = {"ladybird": 1, "fish": 2}[kept.label]
        first = min(project.masks.row(object_id))
        for frame, record in project.masks.row(object_id).items():
            truth = np.asarray(clip.ids[frame]) == square
            assert frame == first or (record.mask.to_array() == truth).all()
    assert tracker.closed == 1 and facts["export"] is not None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--everything", "--whole-video"], "give --text as well"),
        (["--text", "dog", "--whole-video", "--every", 3], "leave --every and"),
        (["--text", "dog", "--whole-video", "--finder", "owlv2"], "does not look through a whole"),
    ],
)
def test_what_makes_no_sense_with_a_whole_video(vostool, video, tracker, options, said) -> None:
    done = vostool("find", video, *options)
    assert done.status == 2 and said in done.err
