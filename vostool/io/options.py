"""The options of one format: what may be given, and the values that come of it.

Import and export formats declare their options alike; the dialogs, the command line and the docs
read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vostool.errors import UsageError
from vostool.words import tr

OptionValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option of one format.

    Attributes:
        name: as typed on the command line, "segmentation".
        title: for people.
        default: its type is the option's type.
        choices: the allowed values, or empty where any value of the type is.
        texts: what each choice means to a person, in the order of the choices; empty where the
            values say it themselves.
        minimum: smallest number allowed, for numbers.
    """

    name: str
    title: str
    default: OptionValue
    choices: tuple[OptionValue, ...] = ()
    texts: tuple[str, ...] = ()
    minimum: float = 0.0

    def check(self, value: OptionValue) -> OptionValue:
        """The value in the option's type; text is converted.

        Raises:
            UsageError: it is not one of the choices or not of the type.
        """
        try:
            converted = self._convert(value)
        except ValueError:
            kind = "yes or no" if isinstance(self.default, bool) else "a number"
            raise UsageError(
                tr("{name} takes {kind}, not {value!r}.", name=self.name, kind=kind, value=value)
            ) from None
        if self.choices and converted not in self.choices:
            allowed = ", ".join(str(c) for c in self.choices)
            raise UsageError(
                tr(
                    "{name} is {value!r}, but must be one of {allowed}.",
                    name=self.name,
                    value=value,
                    allowed=allowed,
                )
            )
        if not isinstance(converted, str) and not converted >= self.minimum:
            raise UsageError(
                tr(
                    "{name} is {value!r}, but must be at least {minimum:g}.",
                    name=self.name,
                    value=value,
                    minimum=self.minimum,
                )
            )
        return converted

    def _convert(self, value: OptionValue) -> OptionValue:
        if isinstance(self.default, bool):
            words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
            if str(value).lower() not in words:
                raise ValueError(value)
            return words[str(value).lower()]
        return type(self.default)(value)


def option_values(
    name: str, options: Sequence[OptionSpec], given: Mapping[str, OptionValue]
) -> dict[str, OptionValue]:
    """All values of a format's options: the given ones checked, the others by default.

    Raises:
        UsageError: an unknown option or a value that it does not take.
    """
    specs = {spec.name: spec for spec in options}
    for wanted in given:
        if wanted not in specs:
            known = ", ".join(specs) or "none"
            raise UsageError(
                tr(
                    "{name} has no option {wanted!r}; its options: {known}.",
                    name=name,
                    wanted=wanted,
                    known=known,
                )
            )
    return {key: spec.check(given.get(key, spec.default)) for key, spec in specs.items()}
