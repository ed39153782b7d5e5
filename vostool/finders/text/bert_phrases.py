"""Phrases as the tokens of BERT, with the place of each: Grounding DINO reads them in one line.

The line is "[CLS] red car . dog . [SEP]"; a full stop and a question mark end a phrase, so a phrase
has none of its own. A line holds so many tokens and no more; more phrases are further lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vostool.errors import UsageError
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class Line:
    """What the model reads at once.

    Attributes:
        ids: tokens of the line.
        phrases: those in it, as they were typed.
        spans: for each phrase the first of its tokens and the first behind it.
    """

    ids: tuple[int, ...]
    phrases: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def lines(phrases: Sequence[str], tokenizer: Any, most: int, title: str) -> list[Line]:
    """The phrases as few lines, in their order.

    Args:
        tokenizer: transformers' of BERT.
        most: tokens in a line.
        title: the model's, for sentences.

    Raises:
        UsageError: a word that the model does not know, or a phrase too long for a line.
    """
    done: list[Line] = []
    tokens: list[list[int]] = []
    names: list[str] = []
    for phrase in phrases:
        ids = _tokens(phrase, tokenizer, title)
        if len(ids) + 3 > most:
            raise UsageError(
                tr(
                    "The phrase '{phrase}…' is too long for {title}; shorten it.",
                    phrase=phrase[:40],
                    title=title,
                )
            )
        if tokens and sum(len(row) + 1 for row in tokens) + len(ids) + 3 > most:
            done.append(_line(names, tokens, tokenizer))
            tokens, names = [], []
        tokens.append(ids)
        names.append(phrase)
    return [*done, _line(names, tokens, tokenizer)]


def _line(names: list[str], tokens: list[list[int]], tokenizer: Any) -> Line:
    stop = tokenizer.convert_tokens_to_ids(".")
    ids = [tokenizer.cls_token_id]
    spans = []
    for row in tokens:
        spans.append((len(ids), len(ids) + len(row)))
        ids += [*row, stop]
    return Line((*ids, tokenizer.sep_token_id), tuple(names), tuple(spans))


def _tokens(phrase: str, tokenizer: Any, title: str) -> list[int]:
    found: list[int] = []
    for word in phrase.lower().translate({ord("."): " ", ord("?"): " "}).split():
        ids = tokenizer(word, add_special_tokens=False)["input_ids"]
        if not ids or all(token == tokenizer.unk_token_id for token in ids):
            raise UsageError(
                tr(
                    "{title} does not know the word '{word}'; use other words, in English.",
                    title=title,
                    word=word[:40],
                )
            )
        found += ids
    if not found:
        raise UsageError(
            tr(
                "{title} cannot look for '{phrase}'; use words, in English.",
                title=title,
                phrase=phrase[:40],
            )
        )
    return found
