from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vostool.masks.mask import Mask, MaskRecord, MaskTable, Provenance

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
PICTURES = hnp.arrays(np.bool_, SHAPES)


def reference_bbox(array: np.ndarray) -> tuple[int, int, int, int]:
    if not array.any():
        return 0, 0, 0, 0
    ys, xs = np.nonzero(array)
    return (
        int(xs.min()),
        int(ys.min()),
        int(xs.max() - xs.min() + 1),
        int(ys.max() - ys.min() + 1),
    )


@given(PICTURES)
def test_round_trip(array: np.ndarray) -> None:
    mask = Mask.from_array(array)
    decoded = mask.to_array()
    assert np.array_equal(decoded, array)
    assert decoded.dtype == np.bool_
    assert decoded.flags.c_contiguous and decoded.flags.writeable
    assert Mask.from_array(decoded) == mask


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (1080, 1920)])
def test_empty_full_and_one_pixel(size: tuple[int, int]) -> None:
    height, width = size
    empty = Mask.empty(height, width)
    assert empty.is_empty and empty.area == 0 and empty.bbox == (0, 0, 0, 0)
    assert not empty.to_array().any()
    full = Mask.from_array(np.ones(size, bool))
    assert full.area == height * width and full.bbox == (0, 0, width, height)
    assert full.to_array().all()
    for y, x in ((0, 0), (height - 1, width - 1), (height // 2, width // 2)):
        array = np.zeros(size, bool)
        array[y, x] = True
        mask = Mask.from_array(array)
        assert mask.area == 1 and mask.bbox == (x, y, 1, 1)
        assert np.array_equal(mask.to_array(), array)


@given(PICTURES)
def test_area_and_box_are_those_of_the_pixels(array: np.ndarray) -> None:
    mask = Mask.from_array(array)
    assert mask.area == array.sum()
    assert mask.is_empty == (not array.any())
    assert mask.bbox == reference_bbox(array)


@given(SHAPES.flatmap(lambda s: st.tuples(hnp.arrays(np.bool_, s), hnp.arrays(np.bool_, s))))
def test_iou_is_that_of_the_pixels(pair: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = pair
    union = (one | other).sum()
    expected = (one & other).sum() / union if union else 1.0
    assert Mask.from_array(one).iou(Mask.from_array(other)) == pytest.approx(expected)


@given(hnp.arrays(np.float64, SHAPES, elements=st.sampled_from([0.0, -0.5, 1e-9, 255.0])))
def test_every_non_zero_value_belongs(array: np.ndarray) -> None:
    assert np.array_equal(Mask.from_array(array).to_array(), array != 0)


def test_a_cut_out_part_of_an_array_is_encoded_as_it_is_seen() -> None:
    picture = np.arange(100).reshape(10, 10) % 3 == 0
    view = picture[1:8:2, ::-1]
    assert np.array_equal(Mask.from_array(view).to_array(), view)


def test_more_than_two_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="two dimensions, not 3"):
        Mask.from_array(np.zeros((2, 3, 1)))


KEYS = st.tuples(st.integers(0, 5), st.integers(1, 3))
RECORDS = st.builds(
    MaskRecord,
    st.just(Mask.empty(2, 2)),
    st.sampled_from(Provenance),
    st.sampled_from([None, 0.5]),
    st.booleans(),
)


@given(st.lists(st.tuples(KEYS, st.none() | RECORDS)))
def test_table_behaves_as_a_dictionary(writes: list) -> None:
    table, plain = MaskTable(), {}
    for key, record in writes:
        table.put(*key, record)
        plain[key] = record
    held = {key: record for key, record in plain.items() if record is not None}
    assert {(f, oid): record for f, oid, record in table.items()} == held
    assert len(table) == len(held)
    assert table.frames() == sorted({f for f, _ in held})
    for oid in range(1, 4):
        row = {f: r for (f, o), r in held.items() if o == oid}
        assert table.row(oid) == row
        assert table.frames(oid) == sorted(row)
    for frame in range(6):
        assert table.at(frame) == {o: r for (f, o), r in held.items() if f == frame}
        assert all(table.get(frame, o) == held.get((frame, o)) for o in range(1, 4))


def test_a_copy_is_independent() -> None:
    record = MaskRecord(Mask.empty(2, 2), Provenance.TRACKED)
    table = MaskTable()
    table.put(0, 1, record)
    copy = table.copy()
    table.put(0, 1, None)
    copy.put(3, 2, record)
    assert copy.get(0, 1) is record
    assert table.get(3, 2) is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(1, 2),
            st.none() | st.tuples(st.sampled_from(Provenance), st.booleans()), st.booleans(),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_the_kept_frames_are_those_of_the_records_in_every_copy(program) -> None:
    mask = Mask.empty(2, 2)
    tables = [MaskTable()]
    for frame, oid, made, copies in program:
        if copies:
            tables.append(tables[-1].copy())
        record = None if made is None else MaskRecord(mask, made[0], None, made[1])
        tables[-1].put(frame, oid, record)
    for table in tables:
        for oid in (1, 2):
            kept = {frame for frame, record in table.row(oid).items() if record.is_kept}
            assert table.kept(oid) == kept
