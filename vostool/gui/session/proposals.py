"""What is proposed on the frames that were looked at: shown, left out, one thing or several."""

from __future__ import annotations

import time

from vostool.finders.choice import Choice
from vostool.finders.taking import Thing
from vostool.gui.session.found import Found
from vostool.masks.colours import Colour, palette_colour
from vostool.project.project import Project
from vostool.project.project_labels import colour_of_first

Place = tuple[int, int]
"""A frame, and the index of a candidate on it."""


class Proposals:
    """Candidates by frame. Which of them are shown is worked out once for each choice."""

    def __init__(self) -> None:
        self._choice = Choice(ground=False)
        self._found: dict[int, Found] = {}
        self._shown: dict[int, tuple[int, ...]] = {}
        self._left_out: set[Place] = set()
        self._opened: set[Place] = set()
        self._parts_first = False
        self._colours: dict[object, int] = {}

    # -- what there is -------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        """What a candidate has to be to be shown."""
        return self._choice

    @choice.setter
    def choice(self, value: Choice) -> None:
        self._choice = value
        self._shown.clear()

    @property
    def frames(self) -> list[int]:
        """The frames on which something was found."""
        return sorted(frame for frame, found in self._found.items() if found.candidates)

    def on(self, frame: int) -> Found:
        """All candidates of a frame."""
        return self._found.get(frame) or Found()

    def shown(self, frame: int) -> tuple[int, ...]:
        """Indices of a frame's candidates that pass the choice, the best first."""
        if frame not in self._shown:
            found = self.on(frame)
            opened = {index for f, index in self._opened if f == frame}
            opened = set(found.wholes - opened) if self._parts_first else opened
            self._shown[frame] = found.shown(self._choice, opened)
        return self._shown[frame]

    def work(self, seconds: float) -> bool:
        """Work out what is shown, for so long; True where frames are left."""
        end = time.perf_counter() + seconds
        for frame in self.frames:
            if frame not in self._shown:
                if time.perf_counter() >= end:
                    return True
                self.shown(frame)
        return False

    def is_left_out(self, frame: int, index: int) -> bool:
        """True for one that is shown and not taken."""
        return (frame, index) in self._left_out

    def wanted(self, frame: int) -> list[int]:
        """Those that would be taken."""
        return [i for i in self.shown(frame) if (frame, i) not in self._left_out]

    def count_things(self) -> int:
        """How many objects would be taken."""
        return len({self._key(f, index) for f in self.frames for index in self.wanted(f)})

    def things(self, project: Project) -> list[Thing]:
        """What would be taken, one for each thing, in the order in which they are first seen."""
        seen: dict[object, list[Place]] = {}
        for frame in self.frames:
            for index in self.wanted(frame):
                seen.setdefault(self._key(frame, index), []).append((frame, index))
        made = []
        for places in seen.values():
            sightings = tuple((frame, self.on(frame).candidates[index]) for frame, index in places)
            colour = self._own_colour(project, *places[0])
            made.append(Thing(sightings, sightings[0][1].label, colour=colour))
        return made

    def colours(self, project: Project, frame: int, label_for_new: str) -> dict[int, Colour]:
        """By index, the colour that each candidate of a frame has as an object.

        It stays while a slider moves; the first of a label that has a colour takes that.
        """
        firsts: dict[str, object] = {}
        colours = {}
        for index in self.shown(frame):
            label = self.on(frame).candidates[index].label or label_for_new
            colour = self._own_colour(project, frame, index)
            of_label = colour_of_first(project, label)
            if of_label is not None:
                if label not in firsts:
                    firsts[label] = self._first_of(label, label_for_new)
                if firsts[label] == self._key(frame, index):
                    colour = of_label
            colours[index] = colour
        return colours

    # -- what a person does --------------------------------------------------------------------

    def put(self, frame: int, found: Found) -> None:
        """Show a frame's candidates of now; what is an object already is left out at first."""
        old = self.on(frame)
        out = {each for i, each in enumerate(old.candidates) if (frame, i) in self._left_out}
        before = set(old.candidates)
        self._left_out = {key for key in self._left_out if key[0] != frame}
        for index, each in enumerate(found.candidates):
            if each in out or (index in found.known and each not in before):
                self._left_out.add((frame, index))
        self._found[frame] = found
        self._shown.pop(frame, None)

    def toggle(self, frame: int, index: int) -> None:
        """Leave a candidate out, or take it in again."""
        self._left_out ^= {(frame, index)}

    def switch(self, frame: int, index: int | None = None) -> None:
        """Show the parts in place of the whole at this candidate, or back; None: everywhere."""
        if index is None:
            self._parts_first = not self._parts_first
            self._opened.clear()
            self._shown.clear()
        elif (whole := self.on(frame).family(index)) is not None:
            self._opened ^= {(frame, whole)}
            self._shown.pop(frame, None)

    def clear(self) -> None:
        """Propose nothing."""
        for kept in (self._found, self._shown, self._left_out, self._opened, self._colours):
            kept.clear()
        self._parts_first = False

    # -- one thing on several frames -----------------------------------------------------------

    def _key(self, frame: int, index: int) -> object:
        same = self.on(frame).same
        return same[index] if index < len(same) else (frame, index)

    def _own_colour(self, project: Project, frame: int, index: int) -> Colour:
        key = self._key(frame, index)
        if key not in self._colours:
            self._colours[key] = len(self._colours)
        return palette_colour(project.next_object_id() + self._colours[key])

    def _first_of(self, label: str, label_for_new: str) -> object:
        for frame in self.frames:
            for index in self.wanted(frame):
                if (self.on(frame).candidates[index].label or label_for_new) == label:
                    return self._key(frame, index)
        return None
