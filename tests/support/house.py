"""Count the house from the code itself: rooms, storeys, circles, and imports that run upwards.

    .venv/bin/python tests/support/house.py

A room is a direct child of a package (a module or a folder). A circle is a set of rooms, or of
modules, that import each other. Storeys are the longest chain of rooms above each other. In a
circle some imports have to run upwards: those from a room to one that more of the circle stands
on. Imports are read by grimp, which import-linter's contracts stand on.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from graphlib import TopologicalSorter

import grimp

LEVELS = ("vostool", "vostool.gui", "vostool.gui.window", "vostool.io", "vostool.models")
Edges = Counter[tuple[str, str]]


def room_imports(graph: grimp.ImportGraph, package: str) -> tuple[set[str], Edges]:
    """The rooms of a package, and how many module imports go from one to another."""
    rooms = graph.find_children(package)
    prefix = package.count(".") + 2
    found: Edges = Counter()
    for module in graph.find_descendants(package):
        for imported in graph.find_modules_directly_imported_by(module):
            ends = [".".join(name.split(".")[:prefix]) for name in (module, imported)]
            if ends[0] != ends[1] and set(ends) <= rooms:
                found[(ends[0], ends[1])] += 1
    return rooms, found


def circles(edges: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Sets of names that reach each other (strongly connected, two or more)."""
    above: dict[str, set[str]] = {}
    for one, other in edges:
        above.setdefault(one, set()).add(other)
    reached = {name: _reached(above, name) for name in above}
    found: list[set[str]] = []
    for name in above:
        mutual = {other for other in reached[name] if name in reached.get(other, set())}
        if len(mutual) > 1 and mutual not in found:
            found.append(mutual)
    return found


def _reached(above: dict[str, set[str]], name: str) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for other in above.get(waiting.pop(), set()) - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def upwards(edges: Edges, rings: list[set[str]]) -> int:
    """Module imports inside circles that go from a room to one standing higher in it."""
    count = 0
    for ring in rings:
        inside = {pair: n for pair, n in edges.items() if set(pair) <= ring}
        weight: Counter[str] = Counter()
        for (one, other), n in inside.items():
            weight[one] += n
            weight[other] -= n
        count += sum(n for (one, other), n in inside.items() if weight[one] < weight[other])
    return count


def storeys(rooms: set[str], edges: Iterable[tuple[str, str]], rings: list[set[str]]) -> int:
    """The longest chain of rooms, a circle counting as one."""
    name = {
        room: min((ring for ring in rings if room in ring), key=len, default={room})
        for room in rooms
    }
    key = {room: min(group) for room, group in name.items()}
    below: dict[str, set[str]] = {key[room]: set() for room in rooms}
    for one, other in edges:
        if key[one] != key[other]:
            below[key[one]].add(key[other])
    height: dict[str, int] = {}
    for room in TopologicalSorter(below).static_order():
        height[room] = 1 + max((height[other] for other in below[room]), default=0)
    return max(height.values(), default=0)


def main() -> int:
    """Print the table; the exit status is the number of circles anywhere."""
    graph = grimp.build_graph("vostool", cache_dir=None)
    packages = sorted({m.rsplit(".", 1)[0] for m in graph.modules if "." in m})
    print(f"{'package':24} upwards  circles  rooms  storeys")
    for package in (level for level in LEVELS if level in graph.modules):
        rooms, edges = room_imports(graph, package)
        rings = circles(edges)
        row = (upwards(edges, rings), len(rings), len(rooms), storeys(rooms, edges, rings))
        print(f"{package:24} {row[0]:7}  {row[1]:7}  {row[2]:5}  {row[3]:7}")
    between = [ring for package in packages for ring in circles(room_imports(graph, package)[1])]
    modules = circles(
        (one, other)
        for one in graph.modules
        for other in graph.find_modules_directly_imported_by(one)
        if other in graph.modules
    )
    print(f"{len(graph.modules)} modules in {len(packages)} packages")
    print(f"circles of modules: {len(modules)}; of rooms, in any package: {len(between)}")
    for ring in (*between, *modules):
        print("  " + " <-> ".join(sorted(ring)))
    return min(len(between) + len(modules), 100)


if __name__ == "__main__":
    sys.exit(main())
