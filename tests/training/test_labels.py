"""Only what a person vouches for is taught."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vostool.errors import LabelsError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.headless import reference
from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.training.labels import read_taught, taught_masks, taught_video, video_names

FULL = Mask.from_array(np.ones((8, 8)))
EMPTY = Mask.empty(8, 8)


def project_of(records, prompted=()) -> Project:
    source = ArraySource([np.zeros((8, 8, 3), np.uint8)] * 12)
    project = Project(reference(source.info))
    fill(project, records, prompted)
    return project


def fill(project, records, prompted=()) -> None:
    ids = {oid for _, oid in records}
    put = [project.change(Cell(Table.OBJECTS, oid), AnnotatedObject.new(oid)) for oid in ids]
    put += [project.change(Cell(Table.MASKS, key), record) for key, record in records.items()]
    said = Prompts(points=(Point(2, 2),))
    put += [project.change(Cell(Table.PROMPTS, key), said) for key in prompted]
    project.apply(Edit("Fill", tuple(put)))


records = st.builds(
    MaskRecord,
    mask=st.sampled_from([FULL, EMPTY]),
    provenance=st.sampled_from(Provenance),
    score=st.none() | st.floats(0, 1),
    confirmed=st.booleans(),
)
places = st.tuples(st.integers(0, 11), st.integers(1, 3))


@given(st.dictionaries(places, records), st.sets(places), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_machines_mask_is_taught_only_where_it_was_confirmed(found, prompted, imported):
    project = project_of(found, prompted)
    taught = taught_masks(project, imported)
    cells = {(frame, oid) for frame, row in taught.items() for oid in row}
    for key, record in found.items():
        machine = record.provenance in (Provenance.TRACKED, Provenance.FOUND)
        if record.confirmed:
            assert key in cells
        elif machine or (record.provenance is Provenance.PROMPTED and key not in prompted):
            assert key not in cells
        elif record.provenance is Provenance.IMPORTED:
            assert (key in cells) is imported
    assert cells <= found.keys()
    assert list(taught) == sorted(taught)


def test_that_an_object_is_not_there_is_taught_where_a_person_said_so():
    said = {
        (0, 1): MaskRecord(EMPTY, Provenance.EDITED),
        (1, 1): MaskRecord(EMPTY, Provenance.TRACKED, confirmed=True),
        (2, 1): MaskRecord(EMPTY, Provenance.PROMPTED),
    }
    assert list(taught_masks(project_of(said, [(2, 1)]))) == [0, 1]


@pytest.fixture
def stored(tmp_path):
    """Writes a project of a folder of pictures; returns its path."""

    def write(name, records, prompted=(), video=None):
        folder = tmp_path / (video or f"{name} pictures")
        if not folder.is_dir():
            folder.mkdir()
            for frame in range(12):
                shade = np.full((8, 8, 3), 20 * frame + len(name) % 20, np.uint8)
                Image.fromarray(shade).save(folder / f"{frame:03d}.png")
        source = open_source(folder)
        project = Project(source_ref(source))
        source.close()
        fill(project, records, prompted)
        path = tmp_path / f"{name}.vos"
        create(path, project).close()
        return path

    return write


CONFIRMED = {(3, 1): MaskRecord(FULL, Provenance.TRACKED, 0.9, confirmed=True)}
TRACKED = {(4, 1): MaskRecord(FULL, Provenance.TRACKED, 0.9)}


def test_projects_are_read_with_a_sentence_for_what_is_left_out(stored, tmp_path):
    paths = [
        stored("both", CONFIRMED | TRACKED),
        stored("none", TRACKED),
        stored("lost one", CONFIRMED),
    ]
    (tmp_path / "lost one pictures").rename(tmp_path / "away")
    taught = read_taught(paths)
    assert [video.name for video in taught.videos] == ["both"]
    assert taught.videos[0].cells == ((3, 1),)
    assert taught.videos[0].titles == {1: "1 unlabelled"}
    with closing(taught.videos[0].open()) as source:
        assert source.frame(3).shape == (8, 8, 3)
    notes = " ".join(taught.notes)
    assert "both.vos: left out, as nobody confirmed it: 1 mask" in notes
    assert "none.vos has no mask that a person made or confirmed" in notes
    assert "lost one" in notes and "not there any more" in notes


def test_nothing_to_learn_is_one_sentence(stored):
    with pytest.raises(LabelsError, match=r"nothing to learn: none\.vos has no mask"):
        read_taught([stored("none", TRACKED)])


def test_a_second_project_of_the_same_video_is_left_out(stored):
    first = stored("first", CONFIRMED, video="shared")
    second = stored("second", CONFIRMED, video="shared")
    taught = read_taught([first, second])
    assert [video.name for video in taught.videos] == ["first"]
    assert "second is of the same video as first" in " ".join(taught.notes)


def test_projects_of_one_name_are_told_apart(tmp_path):
    one, other = tmp_path / "a" / "clip.vos", tmp_path / "b" / "clip.vos"
    assert video_names([one, other, tmp_path / "c.vos"]) == {
        one: str(one), other: str(other), tmp_path / "c.vos": "c",
    }  # fmt: skip


def test_the_open_project_teaches_as_it_stands(tmp_path):
    project = project_of(CONFIRMED | TRACKED)
    video = taught_video(project, tmp_path / "clip.mp4")
    assert video.name == "clip.mp4"
    assert video.cells == ((3, 1),)
    assert video.object_ids == (1,)
