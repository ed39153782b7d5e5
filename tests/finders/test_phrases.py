"""What a person types, as phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostool.errors import UsageError
from vostool.finders.phrases import check_phrases, parse_phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("person. dog", ("person", "dog")),
        ("person, dog", ("person", "dog")),
        ("a red car.", ("a red car",)),
        ("  Person ;person\nRed   car .. ,", ("Person", "Red car")),
        ("bottle of 0.5 l, 1,000 birds", ("bottle of 0.5 l", "1,000 birds")),
        ("人、犬。", ("人", "犬")),
        ("dog's bowl, T-shirt", ("dog's bowl", "T-shirt")),
    ],
)
def test_phrases_of_a_text(text: str, phrases: tuple[str, ...]) -> None:
    assert parse_phrases(text) == phrases


@pytest.mark.parametrize("text", ["", " \n ", ". , ;", "!?", "--"])
def test_nothing_to_look_for_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="nothing to look for"):
        parse_phrases(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ".join(["word"] * 300), "300 words and at most 200"),
        (". ".join(f"thing {i} of" for i in range(100)), "300 words and at most 200"),
        (", ".join(f"thing{i}" for i in range(120)), "120 phrases and at most 100"),
        ("dog, " + " ".join(["very"] * 30) + " big", "has 31 words"),
        ("x" * 400, "is no word"),
    ],
)
def test_too_much_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_phrases(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=200))
def test_phrases_are_stable_and_never_blank(text: str) -> None:
    try:
        phrases = parse_phrases(text)
    except UsageError:
        return
    assert check_phrases(phrases) == phrases
    assert all(phrase.strip() == phrase and phrase for phrase in phrases)
    assert len({phrase.casefold() for phrase in phrases}) == len(phrases)
