"""Slices against numpy's own indexing, for every rank from 0 to 6 and every pair of axes."""

import itertools

import numpy as np
import pytest

from backprop_viz.analysis.numbers.slices import first_slice

SHAPES = [(), (4,), (3, 4), (2, 3, 4), (2, 3, 1, 4), (2, 3, 2, 2, 4), (2, 1, 3, 2, 2, 3)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_of_the_slice_is_the_element_of_its_full_index(shape: tuple[int, ...]) -> None:
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    for rows, columns in itertools.permutations(range(len(shape)), 2):
        part = first_slice(shape).with_columns(columns).with_rows(rows)
        assert (part.rows, part.columns) == (rows, columns)
        for axis in part.others:
            part = part.at(axis, shape[axis] - 1)
        plane = part.of(array)
        assert plane.shape == (shape[rows], shape[columns])
        for row, column in np.ndindex(plane.shape):
            place = part.place(row, column)
            assert plane[row, column] == array[place]
            assert part.shown_at(place) == (row, column)


def test_a_vector_is_a_row_and_a_scalar_a_number() -> None:
    vector = np.array([5.0, 6.0, 7.0])
    part = first_slice(vector.shape)
    assert part.of(vector).tolist() == [[5.0, 6.0, 7.0]]
    assert part.place(0, 2) == (2,)
    scalar = np.array(8.0)
    assert first_slice(()).of(scalar).tolist() == [[8.0]]
    assert first_slice(()).place(0, 0) == ()


def test_it_begins_at_the_sample_shown() -> None:
    assert first_slice((8, 3, 4, 5), (6,)).index[:2] == (6, 0)
    assert first_slice((4, 3, 4, 5), (6,)).index[0] == 3, "the last there is"


def test_an_axis_that_runs_the_other_way_changes_places() -> None:
    part = first_slice((2, 3, 4))
    assert (part.rows, part.columns) == (1, 2)
    turned = part.with_rows(2)
    assert (turned.rows, turned.columns) == (2, 1)
    assert turned.of(np.zeros((2, 3, 4))).shape == (4, 3)


def test_a_slice_fits_a_tensor_of_its_rank_that_is_long_enough() -> None:
    part = first_slice((4, 3, 2)).at(0, 3)
    assert part.fits((4, 9, 9))
    assert not part.fits((3, 3, 2))
    assert not part.fits((3, 2))
