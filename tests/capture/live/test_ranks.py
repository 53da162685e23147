"""Two ranks by torch.distributed, each into its own file: before the all-reduce and after it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.analysis.ranks import first_difference
from tests.free_port import free_port

SCRIPT = Path(__file__).parent / "ddp_training.py"


def torchrun(*arguments: str, killed: str = "") -> list[str]:
    """What two ranks print, sorted."""
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1"]
    command = [sys.executable, *launch, "--master-port", str(free_port()), str(SCRIPT), *arguments]
    environment = {
        **os.environ,
        "GLOO_SOCKET_IFNAME": "lo",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "KILLED": killed,
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode == 0) == (not killed), done.stderr
    return sorted(line for line in done.stdout.splitlines() if line.startswith("rank"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ranks")


@pytest.fixture(scope="module")
def printed(folder: Path) -> list[str]:
    return torchrun(str(folder / "run.bprec"))


@pytest.fixture(scope="module")
def ranks(folder: Path, printed: list[str]) -> list[list[bv.Recording]]:
    return [list(bv.load(folder / f"run.rank{rank}.bprec")) for rank in (0, 1)]


def test_watched_ranks_print_what_they_print_alone(printed: list[str]) -> None:
    assert len(printed) == 2 * 5
    assert printed == torchrun()


def test_a_gradient_after_the_all_reduce_is_the_mean_of_both(
    ranks: list[list[bv.Recording]],
) -> None:
    assert [len(recordings) for recordings in ranks] == [4, 4]
    for pair in zip(*ranks, strict=True):
        compared = bv.compare_ranks(pair)
        assert compared.losses[0] != compared.losses[1]
        assert compared.differing == ()
        assert {one.name for one in compared.gradients} == {
            f"module.{name}" for name in ("0.weight", "0.bias", "2.weight", "2.bias")
        }
        for one in compared.gradients:
            mine, theirs = one.before
            assert mine is not None
            assert theirs is not None
            assert one.reduced
            assert one.same_after
            assert not np.array_equal(mine, theirs)
            # Two numbers' mean in float32 is exact but for the rounding of their sum.
            np.testing.assert_array_equal(one.after[0], (mine + theirs) / np.float32(2))
            assert one.error <= 1e-6


def test_who_each_file_is_from(folder: Path, ranks: list[list[bv.Recording]]) -> None:
    for rank in (0, 1):
        origin = bv.load(folder / f"run.rank{rank}.bprec").origin
        assert origin is not None
        assert (origin.rank, origin.world_size, origin.title) == (rank, 2, "ddp_training.py")
    assert ranks[0][0].model == "DistributedDataParallel"


def test_a_rank_that_is_killed_leaves_what_it_had_written(tmp_path: Path) -> None:
    torchrun(str(tmp_path / "run.bprec"), killed="1")
    files = [bv.load(tmp_path / f"run.rank{rank}.bprec") for rank in (0, 1)]
    assert [recording.iteration for recording in files[1]] == [1, 2, 3]
    assert [recording.iteration for recording in files[0]][:3] == [1, 2, 3]
    assert bv.compare_ranks([file[2] for file in files]).differing == ()


def test_weights_that_drift_apart_are_found(ranks: list[list[bv.Recording]]) -> None:
    assert first_difference(ranks) is None
    # One rank's third step is put in place of its fourth.
    late = [*ranks[1][:3], replace(ranks[1][2], iteration=4)]
    found = first_difference([ranks[0], late])
    assert found is not None
    assert found[0] == 4


def test_what_cannot_be_compared_is_refused(ranks: list[list[bv.Recording]]) -> None:
    with pytest.raises(ValueError, match="two ranks"):
        bv.compare_ranks(ranks[0][:1])
    with pytest.raises(ValueError, match="other iterations: 1 and 2"):
        bv.compare_ranks([ranks[0][0], ranks[1][1]])
