import pickle

import numpy as np
import pytest

from backprop_viz.recording.recording_cache import memory_of
from backprop_viz.recording.trace.tensors import TensorTable
from tests.recording.records import changed_recording, made_recording


def test_ids_count_arrivals_and_an_array_that_comes_again_has_its_id() -> None:
    table = TensorTable()
    first, second = np.arange(3), np.arange(3)  # equal, yet two arrays
    assert [table.add(a) for a in (first, second, first, second)] == [0, 1, 0, 1]
    assert table[0] is first
    assert table[1] is second
    assert len(table) == 2
    with pytest.raises(IndexError):
        table[2]


def test_what_is_new_since_a_count() -> None:
    arrays = [np.full(2, i) for i in range(4)]
    table = TensorTable(arrays[:2])
    known = len(table)
    assert table.since(known) == ()
    for array in arrays:
        table.add(array)
    assert [a is b for a, b in zip(table.since(known), arrays[2:], strict=True)] == [True, True]


def test_what_is_dropped_is_added_anew() -> None:
    kept, dropped = np.zeros(1), np.ones(1)
    table = TensorTable([kept, dropped])
    table.truncate(1)
    assert len(table) == 1
    assert table.add(kept) == 0
    assert table.add(np.ones(1)) == 1
    assert table.add(dropped) == 2


def test_many_short_lived_arrays_are_never_taken_for_each_other() -> None:
    """Python gives the address of an object that is gone to the next one."""
    table = TensorTable()
    ids = [table.add(np.full(1, i)) for i in range(1000)]
    assert ids == list(range(1000))
    assert [int(a[0]) for a in table.since(0)] == ids


def test_a_copy_of_a_table_has_the_same_ids_and_goes_on_by_itself() -> None:
    table = TensorTable([np.arange(2), np.arange(3)])
    again = pickle.loads(pickle.dumps(table))
    assert [a.tolist() for a in again.since(0)] == [[0, 1], [0, 1, 2]]
    assert again.add(again[1]) == 1
    assert again.add(table[1]) == 2
    assert len(table) == 2


def test_a_recording_counts_each_of_its_tensors_once() -> None:
    weight, batch = np.zeros(10, np.float32), np.zeros(6, np.float64)
    recording = made_recording(parameters={"w": (weight, weight), "v": (weight, None)}, input=batch)
    recording.tensors.add(np.zeros(1000))  # of the iteration, but not of this recording
    assert memory_of(recording) == 10 * 4 + 6 * 8


def test_recordings_are_equal_by_serial_and_length() -> None:
    recording = made_recording(input=np.zeros(3))
    assert recording == recording.at(0).recording
    assert recording.at(0) == recording.at(0)
    assert recording != made_recording(input=np.zeros(3))
    assert recording != changed_recording(recording)
    assert len({recording, recording, changed_recording(recording)}) == 2


def test_the_bytes_are_those_of_all_arrays_whenever_they_are_asked_for() -> None:
    table, small, large = TensorTable(), np.zeros(3, np.float32), np.zeros(50)
    table.add(small)
    assert table.nbytes == 12
    table.add(large)
    assert table.nbytes == 412
    table.replace(large, np.zeros(20))
    assert table.nbytes == 172
    table.truncate(1)
    assert table.nbytes == 12
    table.add(np.zeros(2, np.int8))
    assert table.nbytes == 14
