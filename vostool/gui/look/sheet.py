"""The style sheet, filled with the tokens of a theme."""

from __future__ import annotations

from string import Template

from vostool.gui.look import tokens
from vostool.gui.look.tokens import Colours, Fill, Space, Type


def filled(template: str, colours: Colours, points: float) -> str:
    """The sheet with every ``$name`` replaced.

    Args:
        points: size of the system's text.

    Raises:
        KeyError: a name that no token has.
    """
    return Template(template).substitute(_values(colours, points))


def _values(colours: Colours, points: float) -> dict[str, str]:
    pixels = {f"space_{name.lower()}": value for name, value in _named(Space).items()}
    pixels.update(line=tokens.LINE, edge=tokens.EDGE, radius=tokens.RADIUS)
    sizes = {f"type_{name.lower()}": share for name, share in _named(Type).items()}
    return {
        **{name: f"{value}px" for name, value in pixels.items()},
        **{name: f"{float(share) * points:.1f}pt" for name, share in sizes.items()},
        **{f"fill_{name.lower()}": str(value) for name, value in _named(Fill).items()},
        **{f"soft_{name}": _soft(getattr(colours, name)) for name in ("model", "mask")},
        "tour": "#{:02x}{:02x}{:02x}".format(*tokens.Over.TOUR),
        **{f"colour_{name}": value for name, value in colours._asdict().items()},
    }


def _named(kind: type) -> dict[str, int | float | str]:
    return {name: value for name, value in vars(kind).items() if name.isupper()}


def _soft(colour: str) -> str:
    """The ground of a chosen button: the tone, seen through."""
    return "rgba({}, {}, {}, 56)".format(*tokens.rgb(colour))
