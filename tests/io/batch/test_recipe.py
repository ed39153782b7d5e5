"""Recipes and presets: what is stored comes back, and what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import ExportError, UsageError
from vostool.io.batch.options_text import options_from_plain, options_to_plain
from vostool.io.batch.plan import Batch, BatchProject
from vostool.io.batch.presets import BUILT_IN, Preset, delete_preset, load_presets, save_preset
from vostool.io.batch.recipe import load_recipe, save_recipe
from vostool.io.exports.options import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy

SMALL = st.integers(0, 10**6)
OPTIONS = st.builds(
    ExportOptions,
    first=SMALL,
    last=st.none() | SMALL,
    every=st.integers(1, 50),
    frames=st.sampled_from(FrameChoice),
    object_ids=st.none() | st.lists(SMALL, max_size=3),
    labels=st.none() | st.lists(st.text(max_size=8), max_size=3),
    min_area=SMALL,
    fill_holes=SMALL,
    drop_specks=SMALL,
    polygon_tolerance=st.floats(0, 100),
    split=st.builds(Split, st.sampled_from(SplitBy), st.floats(0.1, 9), st.floats(0.1, 9)),
    pattern=st.sampled_from(["", "{video}_{frame:06d}", "{name}"]),
    images=st.sampled_from(ImageFiles),
    jpeg_quality=st.integers(1, 100),
    overwrite=st.booleans(),
    format_options=st.sampled_from([{}, {"coco": {"segmentation": "polygon"}}]),
)


@settings(max_examples=40)
@given(options=OPTIONS)
def test_options_come_back(options):
    plain = options_to_plain(options)
    assert options_from_plain(plain) == options
    assert options_from_plain(json.loads(json.dumps(plain))) == options


@pytest.fixture
def batch(tmp_path):
    projects = (
        BatchProject(tmp_path / "a.vos"),
        BatchProject(tmp_path / "deep" / 'Łódź "b".vos', tmp_path / "videos" / "b.mp4"),
    )
    options = ExportOptions(
        labels=["car", "車"],
        images=ImageFiles.JPEG,
        split=Split(SplitBy.VIDEO, 80, 20, 0),
        format_options={"coco": {"segmentation": "polygon"}},
    )
    return Batch(projects, ("coco", "masks"), tmp_path / "out", options, merge=True)


@pytest.mark.parametrize("name", ["r.toml", "r.json", "r.TOML"])
def test_a_recipe_comes_back(batch, tmp_path, name):
    save_recipe(batch, tmp_path / name)
    assert load_recipe(tmp_path / name) == batch
    save_recipe(batch, tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_recipe_moves_with_its_projects(batch, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    moved = Batch((BatchProject(old / "a.vos"),), ("coco",), tmp_path / "old" / "out")
    save_recipe(moved, old / "r.toml")
    assert str(tmp_path) not in (old / "r.toml").read_text()
    old.rename(new)
    found = load_recipe(new / "r.toml")
    assert found.projects == (BatchProject(new / "a.vos"),)
    assert found.destination == new / "out"


def test_only_toml_and_json(batch, tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.toml or \.json, not in '\.yaml'"):
        save_recipe(batch, tmp_path / "r.yaml")
    with pytest.raises(UsageError, match="ends in"):
        load_recipe(tmp_path / "r.yaml")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(batch, tmp_path):
    with pytest.raises(ExportError, match=r"cannot be written.*choose another folder"):
        save_recipe(batch, tmp_path / "missing" / "r.toml")


HEAD = 'vostool_recipe = 1\nformats = ["coco"]\ndestination = "out"\n'
GOOD = HEAD + '[[projects]]\npath = "a.vos"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vostool_recipe = 1' is missing"),
        ("vostool_recipe = 2\n", "version 2"),
        ("vostool_recipe = 'x'\n", "vostool_recipe must be a whole number, not 'x'"),
        ("a = = 1", "cannot be read"),
        (HEAD, "projects is missing"),
        (HEAD + "projects = 3\n", "projects must be a list of tables"),
        (HEAD + "projects = []\n", "No project is given"),
        (HEAD + "[[projects]]\nvideo = 'b.mp4'\n", r"projects\[1\]\.path is missing"),
        (HEAD + "[[projects]]\npath = 'a'\nvidoe = 'b'\n", r"projects\[1\]\.vidoe is unknown"),
        (GOOD.replace('"coco"', '"cocoa"'), "no format 'cocoa'"),
        (GOOD.replace('"coco"', "1"), "formats must be a list of texts"),
        ("mrege = true\n" + GOOD, "mrege is unknown"),
        ("merge = 'yes'\n" + GOOD, "merge must be true or false"),
        (GOOD + "[options]\nevery = 0\n", "Every 0-th"),
        (GOOD + "[options]\nevery = 1.5\n", r"options\.every must be a whole number, not 1.5"),
        (GOOD + "[options]\nevry = 2\n", r"options\.evry is unknown"),
        (GOOD + "[options]\nframes = 'some'\n", r"options\.frames must be one of 'labelled'"),
        (GOOD + "[options]\nlabels = [1]\n", r"options\.labels must be a list of texts"),
        (GOOD + "[options]\nobjects = 1\n", r"options\.objects must be a list of whole numbers"),
        (GOOD + "[options]\npattern = 'x'\n", "gives every frame one name"),
        (GOOD + "[options]\npolygon_tolerance = nan\n", "polygon tolerance is nan"),
        (GOOD + "[options.split]\nby = 'luck'\n", r"options\.split\.by must be one of"),
        (GOOD + "[options.split]\nby = 'video'\n", "merge them or split by time"),
        (GOOD + "[options.split]\nby = 'time'\ntrain = -1\n", "must be 0 or more"),
        (GOOD + "[options]\nsplit = 3\n", r"options\.split must be a table"),
        (GOOD + "[options.formats.coco]\ncolour = 1\n", "coco has no option 'colour'"),
        (GOOD + "[options.formats.coco]\nsegmentation = []\n", r"formats\.coco\.segmentation"),
        (GOOD + "[options.formats.xml]\n", "no format 'xml'"),
    ],
)
def test_a_bad_recipe_is_told_in_one_sentence(tmp_path, text, words):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        load_recipe(path)
    said = str(caught.value)
    assert said.startswith(f"The recipe '{path}' cannot be used: ")
    assert "\n" not in said


def test_files_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(UsageError, match="check the name"):
        load_recipe(tmp_path / "none.toml")
    for name, data, words in (
        ("binary.toml", b"\xff\xfe\x00", "no text in UTF-8"),
        ("list.json", b"[1]", "no recipe"),
        ("deep.json", b"[" * 100_000, "cannot be read"),
        ("cut.json", b'{"vostool_recipe": 1', "cannot be read"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError, match=words):
            load_recipe(tmp_path / name)


def test_presets_are_kept_and_forgotten(tmp_path):
    path = tmp_path / "config" / "presets.toml"
    assert load_presets(path) == {}
    first = Preset(("coco",), ExportOptions(images=ImageFiles.PNG))
    second = Preset((), ExportOptions(every=5))
    save_preset("mine", first, path)
    save_preset("Łódź [2].x", second, path)
    assert load_presets(path) == {"mine": first, "Łódź [2].x": second}
    save_preset("mine", second, path)
    delete_preset("Łódź [2].x", path)
    delete_preset("never there", path)
    assert load_presets(path) == {"mine": second}
    assert [p.name for p in path.parent.iterdir()] == ["presets.toml"]


def test_presets_lie_where_the_configuration_does(tmp_path, monkeypatch):
    monkeypatch.setenv("VOSTOOL_CONFIG", str(tmp_path))
    save_preset("mine", Preset())
    assert (tmp_path / "presets.toml").is_file()
    assert load_presets() == {"mine": Preset()}


@pytest.mark.parametrize("name", ["", "  ", next(iter(BUILT_IN))])
def test_names_that_a_preset_cannot_have(tmp_path, name):
    with pytest.raises(UsageError, match="cannot be called"):
        save_preset(name, Preset(), tmp_path / "p.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["mine = 3\n", "[mine\n", "[mine]\nformats = 'coco'\n"])
def test_damaged_presets_are_told_and_stay(tmp_path, text):
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match="presets in"):
        save_preset("other", Preset(), path)
    assert path.read_text() == text


def test_built_in_presets_come_back_as_options():
    assert BUILT_IN
    for preset in BUILT_IN.values():
        assert options_from_plain(options_to_plain(preset.options)) == preset.options


def test_a_recipe_in_another_folder_still_finds_everything(batch, tmp_path):
    place = tmp_path / "recipes" / "r.json"
    place.parent.mkdir()
    save_recipe(batch, place)
    assert json.loads(place.read_text())["projects"][0]["path"] == "../a.vos"
    assert load_recipe(place) == batch
    assert all(Path(p.path).is_absolute() for p in load_recipe(place).projects)
