"""Shards put together are what torch cut them from."""

import numpy as np
import pytest
import torch

from backprop_viz.analysis.joined_shards import full_tensor, joined_shards
from tests.recording.records import made_recording


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
@pytest.mark.parametrize("shape", [(10, 6), (5,), (3, 4, 2, 2)])
def test_of_rows_as_torch_cuts_them(ranks: int, shape: tuple[int, ...]) -> None:
    whole = torch.arange(float(np.prod(shape))).reshape(shape)
    pieces = [piece.numpy() for piece in torch.chunk(whole, ranks)]
    # Where there are more ranks than rows, the last ones have none.
    pieces += [np.empty((0, *shape[1:]), np.float32)] * (ranks - len(pieces))
    np.testing.assert_array_equal(joined_shards(pieces, shape), whole.numpy())


def test_of_columns() -> None:
    whole = np.arange(24.0).reshape(4, 6)
    np.testing.assert_array_equal(joined_shards(np.split(whole, 3, axis=1), (4, 6)), whole)


def test_a_missing_shard_is_a_sentence() -> None:
    halves = np.split(np.arange(24.0).reshape(4, 6), 2)
    with pytest.raises(ValueError, match="These 1 shards do not make up 4×6"):
        joined_shards(halves[:1], (4, 6))
    with pytest.raises(ValueError, match="These 3 shards do not make up"):
        joined_shards([*halves, halves[0]], (4, 6))


def test_what_a_rank_has_not_recorded_is_said() -> None:
    made = [made_recording(1, {"w": (np.arange(3.0), None)}) for _ in range(2)]
    with pytest.raises(ValueError, match="Rank 0, 1 has not recorded its shard of w"):
        full_tensor(made, "w")
    with pytest.raises(ValueError, match="Not every rank has a parameter other"):
        full_tensor(made, "other")
    # Of what is not sharded every rank has all.
    np.testing.assert_array_equal(full_tensor(made, "w", "after"), np.arange(3.0))
