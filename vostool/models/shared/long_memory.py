"""A memory for long videos: three pathways, after SAM2Long (Ding et al., arXiv:2410.16268).

Each pathway remembers frames of its own: the last ones on which the object was there and the mask
expected to be any good, and the frame just before whatever it shows. Which masks go on is decided
by :mod:`vostool.models.shared.pathways`. Memories and pointers count by their rank and not by
distance, and their keys are weighed by the object's presence.

It follows the published code where that and the paper differ: of the frames read, the one longest
ago gives no pointer. Pathways that are still alike are computed once, with the same outcome. Other
than there, several prompted frames may be read, and a backward leg after a forward one begins with
the forward leg's first frames, as the standard memory does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vostool.models.engine import SegmentReply
from vostool.models.shared.decoded import Decoded
from vostool.models.shared.memory_policy import (
    MemoryPolicy,
    Read,
    Steps,
    without_mask,
    without_memory,
)
from vostool.models.shared.memory_reach import Reach, behind
from vostool.models.shared.modulation import PROMPTED, ranked_weights
from vostool.models.shared.pathways import PATHWAYS, candidates, going_on
from vostool.models.shared.reading import MemoryNetwork, Output, Outputs, Reading

GOOD = 0.1
"""A frame is read later where its expected quality is above, and the object is there."""
UNDECIDED_FRAMES = 600
"""So many frames at most may still be told otherwise; of those before, the best pathway's count."""


@dataclass(eq=False)
class Node:
    """One mask of one frame.

    Attributes:
        output: with memory as long as a step can read it; without the mask.
        logits: the mask, until it was told.
        reply: what is told of it.
    """

    frame: int
    output: Output
    quality: float
    presence: float
    logits: Output | None = None
    reply: SegmentReply | None = None

    @property
    def is_good(self) -> bool:
        return self.quality > GOOD and self.presence > 0


@dataclass(frozen=True, eq=False)
class Pathway:
    """One way through the frames so far.

    Attributes:
        score: the sum of the logarithms of the expected qualities.
        good: the last good frames, the oldest first.
        last: the frame done last.
        beginning: the leg's first good frames, where a leg the other way will read them.
        story: what is said of the frames that other pathways tell otherwise, by time.
    """

    score: float = 0.0
    good: tuple[Node, ...] = ()
    last: Node | None = None
    beginning: tuple[Node, ...] = ()
    story: tuple[Node, ...] = ()

    def nodes(self, frame: int, backward: bool) -> tuple[Node, ...]:
        """What a step reads, the oldest first."""
        last = self.last
        if last is None or last.is_good or behind(frame, last.frame, backward) != 1:
            return self.good
        return (*self.good, last)

    def same_as(self, other: Pathway) -> bool:
        """True where a step reads the same."""
        return self.last is other.last and self.good == other.good


class LongMemory(MemoryPolicy):
    """Holds at most 7 memories and 16 pointers a pathway, and as many of the first frames where a
    leg in the other direction will read them."""

    def __init__(self, network: MemoryNetwork, outputs: Outputs, reach: Reach) -> None:
        super().__init__(network, outputs, reach)
        self._paths: list[Pathway] = [Pathway()] * PATHWAYS
        self._began = False
        self._backward: bool | None = None
        self._told: dict[int, Node] = {}
        self._untold: list[Node] = []
        self._revised: dict[int, SegmentReply] = {}

    @property
    def paths(self) -> tuple[Pathway, ...]:
        """The best one first."""
        return tuple(self._paths)

    def infer(self, steps: Steps, frame: int, backward: bool) -> Output:
        if backward is not self._backward:
            self._turn(frame, backward)
        proposals = self._proposals(steps, frame, backward)
        chosen, paths = self._branch(steps, frame, proposals)
        self._paths, self._began = paths, True
        self._untold = list({id(node): node for node in chosen}.values())
        self._told[frame] = chosen[0]
        assert chosen[0].logits is not None
        return chosen[0].logits

    def _proposals(self, steps: Steps, frame: int, backward: bool) -> list[Decoded]:
        """What each pathway sees; those that are still alike are asked once."""
        different: list[Pathway] = []
        for path in self._paths:
            if not any(path.same_as(other) for other in different):
                different.append(path)
        prompted = self._prompted(frame, backward)
        readings = [self._reading(path, frame, backward, prompted) for path in different]
        seen = steps.propose(frame, readings)
        return [
            next(seen[n] for n, other in enumerate(different) if path.same_as(other))
            for path in self._paths
        ]

    def _branch(
        self, steps: Steps, frame: int, proposals: list[Decoded]
    ) -> tuple[list[Node], list[Pathway]]:
        qualities = [seen.qualities for seen in proposals]
        presences = [seen.presence_logit for seen in proposals]
        if self._began:
            scores = [path.score for path in self._paths]
            taken = going_on(candidates(scores, qualities, presences), presences)
            picks = [(each.path, each.place, each.score) for each in taken]
        else:  # the first frame: the best mask, at no cost
            best = max(range(len(qualities[0])), key=qualities[0].__getitem__)
            picks = [(0, best, 0.0)] * PATHWAYS
        made: dict[tuple[int, int], Node] = {}
        nodes, paths = [], []
        for path, place, score in picks:
            seen = proposals[path]
            key = id(seen), place
            if key not in made:
                output = steps.choose(frame, seen, place)
                made[key] = Node(
                    frame, without_mask(output), qualities[path][place], presences[path], output
                )
            nodes.append(made[key])
            paths.append(self._longer(self._paths[path], made[key], score))
        return nodes, paths

    def _longer(self, path: Pathway, node: Node, score: float) -> Pathway:
        good = (*path.good, node)[-self._reach.pointers :] if node.is_good else path.good
        return replace(path, score=score, good=good, last=node, story=(*path.story, node))

    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        if keep_around is not None:
            self._paths = [_with_beginning(path, self._reach.pointers) for path in self._paths]
        self._settle(UNDECIDED_FRAMES)
        self._forget()

    def remember(self, frame: int, output: Output) -> None:
        presence = float(output["object_score_logits"].float().flatten()[0].item())
        node = Node(frame, without_mask(output), 1.0, presence)
        good = (*self._paths[0].good, node) if node.is_good else self._paths[0].good
        self._paths = [replace(self._paths[0], good=good, last=node)] * PATHWAYS

    def held(self) -> Iterable[Output]:
        return (node.output for node in self._nodes())

    # -- what is read

    def reading(self, frame: int, backward: bool) -> Reading:
        """What the best pathway reads."""
        return self._reading(self._paths[0], frame, backward, self._prompted(frame, backward))

    def _reading(self, path: Pathway, frame: int, backward: bool, prompted: Reading) -> Reading:
        nodes = path.nodes(frame, backward)[::-1]
        reads = [Read(rank, node.output, node.presence) for rank, node in enumerate(nodes, 1)]
        memories = reads[: self._reach.memories][::-1]
        pointers = reads[: min(self._reach.pointers, len(reads) - 1)] if reads else []
        whole = self._with(prompted, memories, pointers)
        if not memories:  # as published: nothing to be weighed against
            return whole
        frames = [PROMPTED] * len(prompted.memories) + [each.score for each in memories]
        asides = [PROMPTED] * len(prompted.pointers) + [each.score for each in pointers]
        return replace(whole, weights=ranked_weights(frames) + ranked_weights(asides))

    # -- what is told

    def untold(self) -> list[Node]:
        """The masks of the frame done last whose replies are wanted, the best pathway's first."""
        untold, self._untold = self._untold, []
        return untold

    def revised(self) -> dict[int, SegmentReply]:
        """Frames of which another mask was told than the one that stands, by frame; once each."""
        revised, self._revised = self._revised, {}
        return revised

    def finish(self) -> None:
        """The leg is done: the best pathway's masks stand."""
        self._settle(0)

    def _settle(self, undecided: int) -> None:
        """Part with frames of which all pathways say the same, and with all but so many."""
        while story := self._paths[0].story:
            node = story[0]
            same = all(path.story[0] is node for path in self._paths)
            if not same and len(story) <= undecided:
                break
            if same and len(story) == 1 and undecided:
                break  # its reply is yet to come
            if self._told.pop(node.frame, node) is not node and node.reply is not None:
                self._revised[node.frame] = node.reply
            self._paths = [replace(path, story=path.story[1:]) for path in self._paths]

    # -- what is let go

    def _turn(self, frame: int, backward: bool) -> None:
        """A leg begins: what is remembered of the one before is its beginning."""
        self.finish()
        best = self._paths[0]
        good = best.beginning if self._began else best.good
        ordered = sorted(good, key=lambda node: -behind(frame, node.frame, backward))
        last = None if self._began else best.last
        self._paths = [Pathway(good=tuple(ordered), last=last)] * PATHWAYS
        self._began, self._backward = False, backward

    def _nodes(self) -> list[Node]:
        found = {}
        for path in self._paths:
            for node in (*path.good, path.last, *path.beginning):
                if node is not None:
                    found[id(node)] = node
        return list(found.values())

    def _forget(self) -> None:
        """Memory stays with the frames that a step can read it of; pointers with all that go on."""
        count = self._reach.memories
        readable = set()
        for path in self._paths:
            for node in (*path.good[-count:], path.last, *path.beginning[:count]):
                readable.add(id(node))
        for node in self._nodes():
            if id(node) not in readable:
                without_memory(node.output)


def _with_beginning(path: Pathway, most: int) -> Pathway:
    node = path.last
    if node is None or not node.is_good or len(path.beginning) >= most:
        return path
    if path.beginning and path.beginning[-1] is node:
        return path
    return replace(path, beginning=(*path.beginning, node))
