"""What the program says in other languages: every text, with its own placeholders, compiled."""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Iterator
from io import BytesIO

import pytest
import words as catalogues

from vostool import words

CODES = [code for code in words.LANGUAGES if code != words.ENGLISH]
SAY = "run `make words`, and translate what it lists in resources/locale"


@pytest.fixture
def chosen() -> Iterator[None]:
    yield
    words.use_language(words.ENGLISH)


@pytest.mark.parametrize("code", CODES)
def test_the_catalogue_has_what_the_code_says(code: str) -> None:
    stored = {each.id for each in catalogues.catalogue(code) if each.id}
    said = {(one, many) if many else one for one, many in catalogues.said_by_the_code().places}
    assert said - stored == set(), f"texts that the catalogue lacks: {SAY}"
    assert stored - said == set(), f"texts that the code says no more: {SAY}"


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated_with_its_placeholders(code: str) -> None:
    for each in catalogues.catalogue(code):
        if not each.id:
            continue
        sources = each.id if isinstance(each.id, tuple) else (each.id,)
        made = each.string if isinstance(each.string, tuple) else (each.string,)
        for text in made:
            assert text, f"{each.id!r} is not translated: {SAY}"
            assert fields(text) in [fields(source) for source in sources], each.id
            assert text.startswith(" ") <= sources[0].startswith(" "), each.id
            assert text.count("%v") == sources[0].count("%v"), each.id


@pytest.mark.parametrize("code", CODES)
def test_what_the_program_reads_was_compiled_of_it(code: str) -> None:
    compiled = catalogues.place(code).with_suffix(".mo").read_bytes()
    read = gettext.GNUTranslations(BytesIO(compiled))
    for each in catalogues.catalogue(code):
        if each.id and isinstance(each.id, str):
            assert read.gettext(each.id) == each.string, SAY


def test_menus_have_letters_of_their_own() -> None:
    from vostool.gui.window.menus import MENUS

    for code in CODES:
        known = catalogues.catalogue(code)
        letters = [re.findall(r"&(\w)", known.get(text).string) for text in MENUS.values()]
        assert len({each[0].lower() for each in letters}) == len(MENUS)


def test_texts_with_numbers_and_names(chosen: None) -> None:
    assert words.tr("Frame {frame}, {clock}", frame=3, clock="0:01") == "Frame 3, 0:01"
    assert words.tr("braces {as} they are") == "braces {as} they are"
    assert words.trn("{n} job", "{n} jobs", 1) == "1 job"
    assert words.trn("{n:,} job", "{n:,} jobs", 2000) == "2,000 jobs"
    assert words.counted(2, "mask") == "2 masks"
    words.use_language("zh_CN")
    assert words.tr("Undo") == "撤销"
    assert words.tr("") == ""
    assert words.counted(2, "mask") == words.counted(1, "mask").replace("1", "2") == "2 个掩码"
    assert words.tr("a text that nobody has translated") == "a text that nobody has translated"
    words.use_language("xx")
    assert words.tr("Undo") == "Undo"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["zh-Hans-CN", "en-US"], "zh_CN"), (["zh_CN"], "zh_CN"), (["zh"], "zh_CN"),
        (["zh-Hant-TW"], "en"), (["de-DE", "zh-CN"], "zh_CN"), (["en-GB", "zh-CN"], "en"),
        (["C"], "en"), ([], "en"),
    ],
)  # fmt: skip
def test_the_systems_language(wanted: list[str], found: str) -> None:
    assert words.best_language(wanted) == found


def fields(text: str) -> set[tuple[str, str, str | None]]:
    found = string.Formatter().parse(text)
    return {(name, spec or "", how) for _, name, spec, how in found if name is not None}
