"""What a person types to look for things, as phrases: "person. red car" is two of them.

Each phrase is a label of its own. Full stops, commas, semicolons and new lines part them; models
take them in lower case and without such signs, people see them as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vostool.errors import UsageError
from vostool.words import tr

MOST_PHRASES = 100
MOST_WORDS = 200
"""In all phrases together."""
MOST_WORDS_A_PHRASE = 20
MOST_LETTERS_A_WORD = 50

_BORDERS = re.compile(r"[.,;\n\r\u3001\u3002\uff0c\uff1b]+")
_NUMBER = re.compile(r"(?<=\d)[.,](?=\d)")
_KEPT = "\ue000"


def parse_phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text in their order, each once whatever its capitals.

    A full stop or comma inside a number parts nothing: "bottle of 0.5 l" is one phrase.

    Raises:
        UsageError: no phrase, or too many or too long ones.
    """
    marked = _NUMBER.sub(lambda found: f"{_KEPT}{found.group()}{_KEPT}", text)
    parts = re.split(rf"(?<!{_KEPT}){_BORDERS.pattern}", marked)
    return check_phrases([part.replace(_KEPT, "") for part in parts])


def check_phrases(phrases: Sequence[str]) -> tuple[str, ...]:
    """The same of phrases that are parted already.

    Raises:
        UsageError: no phrase, or too many or too long ones.
    """
    found: dict[str, str] = {}
    for phrase in phrases:
        tidy = " ".join(phrase.split())
        if any(letter.isalnum() for letter in tidy):
            found.setdefault(tidy.casefold(), tidy)
    if not found:
        raise UsageError(tr("There is nothing to look for; type it, such as 'person, red car'."))
    _check_length(list(found.values()))
    return tuple(found.values())


def _check_length(phrases: Sequence[str]) -> None:
    words = [phrase.split() for phrase in phrases]
    count = sum(map(len, words))
    if count > MOST_WORDS:
        raise UsageError(
            tr(
                "The text has {count} words and at most {most_words} can be "
                "looked for at once; leave some out.",
                count=count,
                most_words=MOST_WORDS,
            )
        )
    if len(phrases) > MOST_PHRASES:
        raise UsageError(
            tr(
                "These are {count} phrases and at most {most_phrases} can be "
                "looked for at once; leave some out.",
                count=len(phrases),
                most_phrases=MOST_PHRASES,
            )
        )
    longest = max(phrases, key=lambda phrase: len(phrase.split()))
    if len(longest.split()) > MOST_WORDS_A_PHRASE:
        raise UsageError(
            tr(
                "The phrase '{longest}…' has {count} words, and no model reads "
                "more than {most_words_a_phrase}; part what you look for with "
                "full stops or commas.",
                longest=longest[:40],
                count=len(longest.split()),
                most_words_a_phrase=MOST_WORDS_A_PHRASE,
            )
        )
    word = max((word for row in words for word in row), key=len)
    if len(word) > MOST_LETTERS_A_WORD:
        raise UsageError(
            tr("'{word}…' is no word; type what to look for, such as 'person'.", word=word[:20])
        )
