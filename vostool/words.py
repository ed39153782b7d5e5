"""Numbers and names in sentences."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 mask", "2 masks", "1,200 masks".

    Args:
        one: the noun after 1.
        many: the noun after every other number; "" takes ``one`` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, most: int = 200) -> str:
    """A name for a sentence: one line, without what cannot be printed, its middle left out.

    Args:
        most: characters; a longer text keeps its beginning and its end.
    """
    ends = text if len(text) <= 2 * most else f"{text[:most]}{text[-most:]}"
    line = " ".join("".join(c if c.isprintable() else " " for c in ends).split())
    if len(text) <= most and len(line) <= most:
        return line
    half = (most - 1) // 2
    return f"{line[:half]}…{line[-half:]}"
