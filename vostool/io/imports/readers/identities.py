"""Which fields of label files say which object a shape is, and which say other things of it.

Writers spell them as they like (``object_id``, ``objectId``, ``Track ID``), so names are compared
without case and without anything but letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

# The first that has a value counts: ours, then those of trackers and of CVAT, groups at last.
_NAMES = (
    "objectid",
    "trackid",
    "trackingid",
    "trackletid",
    "instanceid",
    "masklet",
    "maskletid",
    "objid",
    "objectkey",
    "groupid",
)
_GROUPS = {"groupid"}
_STATES = {"keyframe", "outside", "isgroundtruth"}
_OCCLUDED = {"occluded", "isoccluded"}
_ROTATION = "rotation"  # of a box, as CVAT and datumaro write it beside attributes
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}
_LONGEST = 200


def is_identity(name: str) -> bool:
    """True for a field or attribute that names an object."""
    return _plain(name) in _NAMES


def identity(*places: object, groups: bool = True) -> Hashable | None:
    """The identity that a shape states: a whole number where it is one, else text, or None.

    Args:
        places: the shape's attributes and the shape itself, as they were parsed; what is no
            mapping holds nothing. An earlier place counts before a later one.
        groups: a group is an identity too, where nothing better is there; group 0 is no group.
    """
    found: dict[str, Hashable] = {}
    for fields in places:
        if not isinstance(fields, Mapping):
            continue
        for name, value in fields.items():
            plain = _plain(str(name))
            if plain in _NAMES and (groups or plain not in _GROUPS):
                key = _value(value)
                if key is not None and not (plain in _GROUPS and key == 0):
                    found.setdefault(plain, key)
    return next((found[name] for name in _NAMES if name in found), None)


def own_attributes(given: object) -> tuple[tuple[str, str], ...]:
    """(name, value) pairs of a shape's attributes, without those that say who or in which state
    it is; values are text, as CVAT writes them.
    """
    if not isinstance(given, Mapping):
        return ()
    return tuple(
        (str(name), attribute_text(value))
        for name, value in given.items()
        if str(name).strip() and not is_identity(str(name)) and not _is_state(str(name), value)
    )


def is_occluded(*places: object) -> bool:
    """True where a shape is marked as partly hidden.

    Args:
        places: the shape's attributes and the shape itself; an earlier place counts before a later
            one, and what is no mapping holds nothing.
    """
    for fields in places:
        if isinstance(fields, Mapping):
            for name, value in fields.items():
                said = _truth(value) if _plain(str(name)) in _OCCLUDED else None
                if said is not None:
                    return said
    return False


def attribute_text(value: object) -> str:
    """A value as text: true and false as CVAT's check boxes have them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _is_state(name: str, value: object) -> bool:
    """True for what the shape's own fields hold: who it is, and in which state."""
    plain = _plain(name)
    if plain in _OCCLUDED:
        return _truth(value) is not None
    if plain == _ROTATION:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return plain in _STATES


def _truth(value: object) -> bool | None:
    """Yes or no however it is written; None for anything else, "partly" say."""
    if value is None or isinstance(value, bool | int | float):
        return bool(value)
    text = str(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def _value(value: object) -> Hashable | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"-?[0-9]{1,15}(\.0+)?", text):
            value = int(text.split(".")[0])
        else:
            return text[:_LONGEST] or None
    # A tracker's -1 is no track.
    return value if isinstance(value, int) and value >= 0 else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
