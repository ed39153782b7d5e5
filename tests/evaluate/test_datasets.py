"""The three layouts of data sets, and what may be wrong with them."""

import json
import shutil
from contextlib import closing

import numpy as np
import pytest
from eval_cases import moving, write_sequence
from PIL import Image

from vostool.errors import LabelsError, UsageError
from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.sequence import VOID, generated_sequence


def folder(root, name="clip", truth=None):
    truth = moving(4) if truth is None else truth
    write_sequence(root / name / "JPEGImages", root / name / "Annotations", truth)
    return root / name


def load(root, layout, frames=None):
    return [entry.load(frames) for entry in list_sequences(root, layout)]


def test_folder_of_sequences_and_a_sequence_alone(tmp_path):
    folder(tmp_path, "clip10")
    one = folder(tmp_path, "clip9")
    assert [s.name for s in list_sequences(tmp_path, "folder")] == ["clip9", "clip10"]
    (found,) = load(one, "folder", 3)
    assert (found.name, found.frame_count, found.annotated) == ("clip9", 3, (0, 1, 2))
    assert found.given == {1: 0, 2: 0}
    assert np.array_equal(found.truth(2), moving(4)[2])
    with closing(found.open()) as source:
        assert len(source) == 3
        assert source.frame(0).shape == (60, 90, 3)


def test_255_is_void_or_the_one_object(tmp_path):
    binary = [np.where(ids == 1, 255, 0) for ids in moving(3)]
    (found,) = load(folder(tmp_path, truth=binary), "folder")
    assert found.given == {255: 0}
    assert np.array_equal(found.truth(1) == 255, binary[1] == 255)
    mixed = [np.where(ids == 2, 255, ids) for ids in moving(3)]
    (found,) = load(folder(tmp_path / "b", truth=mixed), "folder")
    assert found.given == {1: 0}
    assert set(np.unique(found.truth(1))) == {VOID, 0, 1}


def test_only_some_frames_have_truth(tmp_path):
    clip = folder(tmp_path)
    (clip / "Annotations" / "00000.png").unlink()
    (clip / "Annotations" / "00002.png").unlink()
    (found,) = load(clip, "folder")
    assert found.annotated == (1, 3)
    assert found.given == {1: 1, 2: 1}
    assert found.warnings == ("clip: 2 of 4 frames have no ground truth and do not count.",)


def davis(root):
    late = [np.where((ids == 2) & (t == 0), 0, ids) for t, ids in enumerate(moving(3))]
    for name, truth in (("dog", late), ("cat", moving(3))):
        write_sequence(root / "JPEGImages/480p" / name, root / "Annotations/480p" / name, truth)
    return root


def test_davis_takes_the_objects_of_the_first_frame(tmp_path):
    root = davis(tmp_path)
    cat, dog = load(root, "davis")
    assert (cat.given, dog.given) == ({1: 0, 2: 0}, {1: 0})
    assert dog.warnings == ("dog: objects that the first frame does not show are left out: 2.",)
    lists = root / "ImageSets/2017"
    lists.mkdir(parents=True)
    (lists / "val.txt").write_text("dog\n")
    assert [s.name for s in list_sequences(root, "davis")] == ["dog"]
    assert [s.name for s in list_sequences(root, "davis", ["cat"])] == ["cat"]
    with pytest.raises(UsageError, match="no sequence 'cow'"):
        list_sequences(root, "davis", ["cow"])
    (root / "Annotations/480p/dog/00000.png").unlink()
    with pytest.raises(LabelsError, match="dog: the first frame has no mask"):
        load(root, "davis")


def test_youtube_vos_gives_each_object_where_meta_says(tmp_path):
    write_sequence(tmp_path / "JPEGImages/ab", tmp_path / "Annotations/ab", moving(5))
    (plain,) = load(tmp_path, "youtube-vos")
    assert plain.given == {1: 0, 2: 0}
    objects = {"1": {"category": "x", "frames": ["00001"]}, "2": {"frames": ["00000", "00001"]}}
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps({"videos": {"ab": {"objects": objects}}}))
    (stated,) = load(tmp_path, "youtube-vos")
    assert stated.given == {1: 1, 2: 0}
    objects["3"] = {"frames": ["00002"]}
    meta.write_text(json.dumps({"videos": {"ab": {"objects": objects}}}))
    (blind,) = load(tmp_path, "youtube-vos")
    assert 3 not in blind.given
    assert "object 3 has no mask" in blind.warnings[0]
    meta.write_text(json.dumps({"videos": {}}))
    with pytest.raises(LabelsError, match="does not name the objects"):
        load(tmp_path, "youtube-vos")
    meta.write_text("[]")
    with pytest.raises(LabelsError, match="names no videos"):
        list_sequences(tmp_path, "youtube-vos")


def test_masks_of_another_size_and_damaged_ones(tmp_path):
    clip = folder(tmp_path)
    mask = clip / "Annotations" / "00001.png"
    Image.fromarray(np.zeros((30, 45), np.uint8)).save(mask)
    with pytest.raises(LabelsError, match=r"'00001\.png' cannot be used: it is 45x30.*90x60"):
        load(clip, "folder")
    mask.write_bytes(b"\x89PNG")
    with pytest.raises(LabelsError, match=r"no PNG|damaged"):
        load(clip, "folder")
    shutil.rmtree(clip / "Annotations")
    (clip / "Annotations").mkdir()
    with pytest.raises(LabelsError, match="bears the name of a picture"):
        load(clip, "folder")


def test_folders_that_are_none(tmp_path):
    with pytest.raises(LabelsError, match="no sequence of the layout"):
        list_sequences(tmp_path, "folder")
    with pytest.raises(LabelsError, match="no folder"):
        list_sequences(tmp_path / "no", "davis")
    with pytest.raises(UsageError, match="no layout"):
        list_sequences(tmp_path, "kitti")


def test_the_generated_clip():
    made = generated_sequence(3)
    assert (made.frame_count, made.annotated) == (3, (0, 1, 2))
    assert made.given == {1: 0, 2: 0, 3: 0}
