"""docs/formats.md says what the registry says."""

from __future__ import annotations

import formats_doc
import pytest

from vostool.io.exports.exporters import FORMATS


@pytest.mark.parametrize("name", formats_doc.TABLES)
def test_the_tables_are_the_registries(name):
    text = formats_doc.DOCUMENT.read_text(encoding="utf-8")
    again = "run python tests/support/formats_doc.py to write the tables anew"
    assert formats_doc.written(text, name) == formats_doc.TABLES[name](), again


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_it_keeps_and_loses(name):
    entry = FORMATS[name]
    assert entry.name == name
    assert entry.keeps
    assert entry.loses
    assert all(
        "\n" not in phrase and phrase == phrase.strip() for phrase in entry.keeps + entry.loses
    )
    assert any("overlap" in phrase for phrase in entry.loses) or entry.overlaps
    assert entry.values({}) == {spec.name: spec.default for spec in entry.options}
