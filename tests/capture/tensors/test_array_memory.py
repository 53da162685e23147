"""Large arrays share pieces of memory, which are used again only when nothing is in them."""

import gc
import platform
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from backprop_viz.capture.tensors.array_memory import ArrayMemory

_SIZE = 1 << 18  # floats: 1 MB
_PIECE = 1 << 22


@pytest.fixture(autouse=True)
def _none_free() -> Iterator[None]:
    gc.collect()
    taken = _numbered(40)  # all pieces that other tests have left
    yield
    del taken


def _numbered(count: int) -> list[np.ndarray]:
    memory = ArrayMemory()
    return [memory.copy(np.full((512, 512), number, np.float32)) for number in range(count)]


def test_a_copy_is_one() -> None:
    seen = np.arange(_SIZE, dtype=np.float32).reshape(2, -1)
    memory = ArrayMemory()
    copies = [memory.copy(seen) for _ in range(9)]
    seen[:] = 0
    for copied in copies:
        assert np.array_equal(copied, np.arange(_SIZE, dtype=np.float32).reshape(2, -1))
        assert copied.flags.c_contiguous
        assert copied.ctypes.data % 16 == 0


@pytest.mark.parametrize("number", [1, 4, 8])
def test_what_is_alive_is_never_written_over(number: int) -> None:
    arrays = _numbered(9)
    kept = arrays[number].T[1:]  # a view of one alone
    part = arrays[-1].base
    assert part is not None
    part = part[:4]  # nothing is given back with it
    del arrays, part
    later = [_numbered(9) for _ in range(3)]
    assert (kept == number).all()
    assert all((one == i).all() for each in later for i, one in enumerate(each))


def test_a_later_recording_gets_the_memory_of_one_that_is_gone() -> None:
    first = _numbered(9)
    places = {array.ctypes.data for array in first[1:]}
    del first
    tracemalloc.start()
    second = _numbered(9)
    assert tracemalloc.get_traced_memory()[0] < 0.75 * _PIECE  # the first two arrays alone
    tracemalloc.stop()
    assert len(places & {array.ctypes.data for array in second[1:]}) >= 4


def test_no_more_is_kept_than_is_said() -> None:
    tracemalloc.start()
    recordings = [_numbered(40) for _ in range(2)]
    del recordings
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 8 * _PIECE <= kept < 8.5 * _PIECE


_IN_TURN = """
import resource
import numpy as np
from backprop_viz.capture.tensors.array_memory import ArrayMemory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

ArrayMemory()
for _ in range(3):
    before = faults()
    held = [np.ones(1 << 17) for _ in range(24)]
    del held
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what glibc gives back")
def test_what_is_freed_at_once_is_not_given_back_to_the_kernel() -> None:
    told = subprocess.run([sys.executable, "-c", _IN_TURN], capture_output=True, check=True)
    assert int(told.stdout) < 100  # pages, of 6,000
