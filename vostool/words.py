"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 mask", "2 masks", "1,200 masks".

    Args:
        one: the noun after 1.
        many: the noun after every other number; "" takes ``one`` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
