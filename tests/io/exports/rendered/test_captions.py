"""Captions: legible on their plates, in any script, and moved apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vostool.io.exports.rendered.badges import (
    LONGEST,
    Caption,
    badge,
    draw_captions,
    one_line,
)
from vostool.io.exports.rendered.fonts import font_for, missing, runs
from vostool.masks.colours import PALETTE, contrast

colours = st.tuples(*[st.integers(0, 255)] * 3)


def test_contrast_is_wcags():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (118, 118, 118)) == pytest.approx(4.54, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(colour=colours)
def test_every_plate_is_opaque_and_its_ink_is_legible(colour):
    plate = badge("Label 1", colour, 16)
    assert (plate[2:-2, 4:-4, 3] == 255).all()
    inside = plate[3:-3, 4:-4, :3].reshape(-1, 3)
    ink = max(((int(r), int(g), int(b)) for r, g, b in inside), key=lambda c: contrast(c, colour))
    assert contrast(ink, colour) >= 4.5  # WCAG AA; the better of black and white always has it


@pytest.mark.parametrize("text", ["dog", "Hündin Ωμέγα", "собака", "naïve é", "tab\tand\nline"])
def test_scripts_are_drawn_by_fonts_that_have_them(text):
    pieces = runs(one_line(text))
    assert "".join(piece for _, piece in pieces) == " ".join(text.split())
    for _, piece in pieces:
        assert all(font_for(c) is not None or c in missing(piece) for c in piece)


def test_letters_of_different_scripts_look_different():
    drawn = {badge(text, PALETTE[0], 20).tobytes() for text in "abcdeABCDE123"}
    assert len(drawn) == 13
    scripts = [c for c in "犬猫жщكلΩé" if not missing(c)]
    assert len({badge(text, PALETTE[0], 20).tobytes() for text in scripts}) == len(scripts)


def test_what_no_font_has_is_named():
    unassigned = "\U0010c0de"
    assert missing(f"dog {unassigned}{unassigned}") == unassigned
    assert missing("dog 1") == ""
    assert (
        badge(f"dog {unassigned}", PALETTE[0], 20).shape[1] >= badge("dog", PALETTE[0], 20).shape[1]
    )


def test_a_long_label_is_cut_and_lines_are_joined():
    assert one_line("a" * 100) == "a" * (LONGEST - 1) + "…"
    assert one_line(" two\n words\x00 ") == "two words"


@settings(max_examples=25, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(1, 80), st.integers(1, 80)),
        min_size=1,
        max_size=5,
    )
)
@example(boxes=[(0, 1, 1, 1), (0, 0, 1, 1)])
def test_no_caption_hides_another_and_none_leaves_the_picture(boxes):
    picture = np.zeros((240, 400, 3), np.uint8)
    captions = [
        Caption(f"{n}", (50 + 40 * n, 255, 10 * n + 1), (min(x, 399), min(y, 239), w, h))
        for n, (x, y, w, h) in enumerate(boxes)
    ]
    draw_captions(picture, captions, 14)
    for caption in captions:
        plate = badge(caption.text, caption.colour, 14)
        full = int(((plate[..., 3] == 255) & (plate[..., :3] == caption.colour).all(2)).sum())
        assert int((picture == caption.colour).all(2).sum()) == full


def test_a_caption_without_a_letter_is_an_empty_plate():
    assert one_line(" \x00\n") == ""
    assert (badge("", (10, 20, 30), 16)[3:-3, 3:-3] == (10, 20, 30, 255)).all()


def test_a_plate_larger_than_the_picture_is_cut():
    picture = np.zeros((8, 10, 3), np.uint8)
    draw_captions(picture, [Caption("a long label", (255, 255, 255), (3, 3, 4, 4))], 20)
    assert picture.any()
