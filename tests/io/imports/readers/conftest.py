"""Fixtures of the reader tests: targets, and our own exports to read back."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from vostool.io.imports.format import ImportTarget
from vostool.project.objects import AnnotatedObject

_numbers = itertools.count()


@pytest.fixture(scope="session")
def make_target() -> Callable[..., ImportTarget]:
    """A video's frames, or pictures of the given names."""

    def make(width=16, height=12, count=10, names=None) -> ImportTarget:
        if names is None:
            return ImportTarget(width, height, count, "frame_{:06d}".format)
        return ImportTarget(width, height, len(names), names.__getitem__)

    return make


@pytest.fixture(scope="session")
def exported(tmp_path_factory, memory_source, make_project, run_export) -> Callable:
    """Export masks by (frame, object id); returns the format's folder."""
    base = tmp_path_factory.mktemp("exported")

    def write(name, shape, masks, /, labels=("car", "dog", "cat"), **options):
        source = memory_source(1 + max(frame for frame, _ in masks), shape[1], shape[0])
        ids = sorted({oid for _, oid in masks})
        objects = {
            oid: AnnotatedObject.new(oid, labels[place % len(labels)])
            for place, oid in enumerate(ids)
        }
        project = make_project(source, masks, objects=objects)
        folder = base / str(next(_numbers))
        values = {name: options} if options else {}
        run_export(project, source, name, folder, format_options=values)
        return folder / name

    return write


@pytest.fixture(scope="session")
def masks_of() -> Callable:
    """An import's masks as arrays by (frame, the file's object id); parts of one are united."""

    def by_object(imported):
        numbers = {entry.track: entry.proposed_id for entry in imported.objects}
        found = {}
        for shape in imported.shapes:
            if shape.mask is not None:
                key = shape.frame, numbers.get(shape.track)
                array = shape.mask.to_array()
                found[key] = found[key] | array if key in found else array
        return found

    return by_object
