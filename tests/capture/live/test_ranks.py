"""Two ranks by torch.distributed, each into its own file: before the all-reduce and after it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch.distributed import TCPStore

import backprop_viz as bv
from tests.capture.live.script_runs import PATIENCE_S, Ended, Scripts
from tests.nightly import NIGHTLY

SCRIPT = Path(__file__).parent / "ddp_training.py"


ENVIRONMENT = {"GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1"}


class Ranks:
    """Starts two ranks; by day they are forked, with what torchrun tells its ranks."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def printed(self, *arguments: str, killed: str = "") -> list[str]:
        """What the ranks print, sorted."""
        run = self._torchrun if NIGHTLY else self._forked
        ended = run(*arguments, environment={**ENVIRONMENT, "KILLED": killed})
        for one in ended:
            assert (one.status == 0) == (not killed), one.printed
        lines = "".join(one.printed for one in ended).splitlines()
        return sorted(line for line in lines if line.startswith("rank"))

    def _forked(self, *arguments: str, environment: Mapping[str, str]) -> list[Ended]:
        # As the ranks of torchrun, they meet at a store that whoever starts them has.
        store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        environment = {
            **environment,
            "MASTER_PORT": str(store.port),
            "WORLD_SIZE": "2",
            "TORCHELASTIC_USE_AGENT_STORE": "True",
            "TORCHELASTIC_RESTART_COUNT": "0",
        }
        environments = [{**environment, "RANK": str(rank)} for rank in (0, 1)]
        return self._scripts.together(SCRIPT, *arguments, environments=environments)

    def _torchrun(self, *arguments: str, environment: Mapping[str, str]) -> list[Ended]:
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        done = subprocess.run(
            [sys.executable, *launch, str(SCRIPT), *arguments],
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return [Ended(done.returncode, done.stdout)]


@pytest.fixture(scope="module")
def two_ranks(scripts: Scripts) -> Ranks:
    return Ranks(scripts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ranks")


@pytest.fixture(scope="module")
def printed(folder: Path, two_ranks: Ranks) -> list[str]:
    return two_ranks.printed(str(folder / "run.bprec"))


@pytest.fixture(scope="module")
def ranks(folder: Path, printed: list[str]) -> list[list[bv.Recording]]:
    return [list(bv.load(folder / f"run.rank{rank}.bprec")) for rank in (0, 1)]


def test_watched_ranks_print_what_they_print_alone(printed: list[str], two_ranks: Ranks) -> None:
    assert len(printed) == 2 * 5
    assert printed == two_ranks.printed()


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


def test_a_rank_that_is_killed_leaves_what_it_had_written(tmp_path: Path, two_ranks: Ranks) -> None:
    two_ranks.printed(str(tmp_path / "run.bprec"), killed="1")
    files = [bv.load(tmp_path / f"run.rank{rank}.bprec") for rank in (0, 1)]
    assert [recording.iteration for recording in files[1]] == [1, 2, 3]
    assert [recording.iteration for recording in files[0]][:3] == [1, 2, 3]
    assert bv.compare_ranks([file[2] for file in files]).differing == ()


def test_weights_that_drift_apart_are_found(ranks: list[list[bv.Recording]]) -> None:
    for both in zip(*ranks, strict=True):
        assert bv.compare_ranks(both).differing == ()
    # One rank's third step is put in place of its fourth.
    late = replace(ranks[1][2], iteration=4)
    assert bv.compare_ranks([ranks[0][3], late]).differing


def test_what_cannot_be_compared_is_refused(ranks: list[list[bv.Recording]]) -> None:
    with pytest.raises(ValueError, match="two ranks"):
        bv.compare_ranks(ranks[0][:1])
    with pytest.raises(ValueError, match="different iterations: 1 and 2"):
        bv.compare_ranks([ranks[0][0], ranks[1][1]])


def test_an_iteration_that_is_not_recorded_costs_the_same_however_many_buckets(
    tmp_path: Path, scripts: Scripts
) -> None:
    script = Path(__file__).with_name("unrecorded_calls.py")
    ended = scripts.plain(script, str(tmp_path / "run.bprec"))
    assert ended.status == 0, ended.printed
    few, many = map(int, ended.printed.splitlines()[-1].split())
    assert few == many
    assert 0 < few <= 30
