"""What DistributedDataParallel can be told to do otherwise, each recorded as it was."""

import sys

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.joined_ranks import joined, source_on_rank
from backprop_viz.analysis.ranks import all_reduce_in
from backprop_viz.capture.checks.gradient_check import NumberCheck, checked_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.all_reduce import all_reduce_of
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.forked_ranks import Net
from tests.nightly import NIGHTLY, by_day_every, by_night
from tests.rank_files import (
    gloo_averages,
    needs_shards,
    printed_and_files,
    rank_files,
    train_ranks,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

FIRST, SECOND = "module.first.weight", "module.second.weight"


def recordings(kind: str, iteration: int = 3, ranks: int = 2) -> list[bv.Recording]:
    """An iteration on each rank."""
    return [bv.load(path)[iteration - 1] for path in rank_files(kind, ranks)]


@pytest.mark.parametrize(
    "kind",
    by_day_every(3, ["unused", "accumulate", "static_graph", "plain", "no_sync", "bucket_view"]),
)
def test_ranks_print_what_they_print_unwatched(kind: str) -> None:
    watched, _ = printed_and_files(kind)
    assert len(watched) == 2 * 5
    assert watched == train_ranks(kind)


@pytest.mark.parametrize("kind", ["plain", "static_graph", "accumulate", "bucket_view"])
def test_every_gradient_is_the_mean_of_both(kind: str) -> None:
    for gradient in bv.compare_ranks(recordings(kind)).gradients:
        mine, theirs = gradient.before
        assert mine is not None
        assert theirs is not None
        assert gradient.reduced
        assert not np.array_equal(mine, theirs)
        np.testing.assert_array_equal(gradient.after[0], (mine + theirs) / np.float32(2))
        np.testing.assert_array_equal(gradient.after[1], gradient.after[0])
        assert gradient.same_weight


def test_what_one_rank_has_not_used_counts_as_zero_there() -> None:
    compared = {one.name: one for one in bv.compare_ranks(recordings("unused")).gradients}
    seldom = compared["module.seldom.weight"]
    assert seldom.before[0] is None
    assert seldom.before[1] is not None
    np.testing.assert_array_equal(seldom.after[0], seldom.before[1] / np.float32(2))
    np.testing.assert_array_equal(seldom.after[1], seldom.after[0])
    assert seldom.error == 0


def test_in_no_sync_each_rank_keeps_its_own() -> None:
    compared = bv.compare_ranks(recordings("no_sync"))
    assert compared.differing
    for gradient in compared.gradients:
        assert not gradient.reduced
        for before, after in zip(gradient.before, gradient.after, strict=True):
            np.testing.assert_array_equal(before, after)


def test_accumulated_gradients_are_averaged_once() -> None:
    recording = recordings("accumulate")[0]
    events = [recording.events[i] for i in recording.happened_to[FIRST]]
    ops = [event.op for event in events if event.phase is bv.Phase.BACKWARD]
    assert ops == ["AccumulateGrad", "AccumulateGrad", "all_reduce"]


def test_the_buckets_are_told_in_the_order_in_which_they_went() -> None:
    recording = recordings("plain")[0]
    told = [one for event in recording.events if (one := all_reduce_of(event)) is not None]
    assert {one.ranks for one in told} == {2}
    assert {one.backend for one in told} == {"gloo"}
    numbers = [one.bucket for one in told]
    assert numbers == sorted(numbers)
    assert sorted(set(numbers)) == list(range(told[0].buckets))
    assert told[0].buckets > 1  # of 200 bytes each
    last = all_reduce_in(recording, "module.second.bias")
    first = all_reduce_in(recording, FIRST)
    assert last is not None
    assert first is not None
    assert last.bucket < first.bucket  # backward reaches the last layer first
    assert all(one.waited_s >= 0 for one in told)


def test_the_mean_is_the_sum_of_both_ranks_to_its_last_bit() -> None:
    alone = recordings("plain")
    both = [joined(alone, place) for place in (0, 1)]
    event = max(i for i in both[0].happened_to[FIRST] if both[0].events[i].op == "all_reduce")
    mine, theirs = both[0].events[event].inputs
    assert mine is not None
    assert theirs is not None
    why = both[0].explain(event, 0, (1, 2))
    assert why.reason is None
    assert why.total == float(mine[1, 2]) / 2 + float(theirs[1, 2]) / 2
    assert why.value == float((mine[1, 2] + theirs[1, 2]) / np.float32(2))
    numbers = [factor.number for term in why.terms for factor in term.factors if factor.number]
    elsewhere = [source_on_rank(both[0], number, both) for number in numbers]
    (found,) = [one for one in elsewhere if one is not None]
    assert found.rank == 1
    value = both[1].tensors[found.number.tensor][found.number.index]
    assert value == theirs[1, 2]
    assert found.number.event is not None
    assert both[1].events[found.number.event].op == "AccumulateGrad"


def test_a_mean_is_checked_by_the_rank_s_own_gradient_along_its_own_loss() -> None:
    alone = recordings("plain")
    for recording in (alone[0], joined(alone, 0)):
        event = max(
            i for i in recording.happened_to[FIRST] if recording.events[i].op == "all_reduce"
        )
        made = recording.events[event].output_ids[0]
        assert made is not None
        checked = checked_number(recording, Number(made, (1, 2), event))
        own = bv.compare_ranks(alone).gradients[0].before[0]
        np.testing.assert_array_equal(checked.gradients, own)


def mean_loss(moved: float, grad: bool = False) -> torch.Tensor:
    """The mean of both ranks' losses of the last step, first.weight[1, 2] moved; its gradient."""
    net, losses = Net().double(), []
    for name, parameter in net.named_parameters():
        known = recordings("plain")[0].by_parameter[f"module.{name}"].value
        parameter.data = torch.from_numpy(known.astype(np.float64))
    net.first.weight.data[1, 2] += moved
    for rank in range(2):
        torch.manual_seed(100 + rank)
        x, y = [(torch.randn(4, 6), torch.randn(4, 3)) for _ in range(3)][-1]
        losses.append((net(x.double(), seldom=True) - y.double()).square().mean())
    mean = (losses[0] + losses[1]) / 2
    return torch.autograd.grad(mean, net.first.weight)[0][1, 2] if grad else mean.detach()


@by_night
def test_with_all_ranks_a_mean_is_checked_by_the_mean_of_all_losses() -> None:
    both = [joined(recordings("plain"), place) for place in (0, 1)]
    for place in (0, 1):
        mine, others = both[place], [both[1 - place]]
        event = max(i for i in mine.happened_to[FIRST] if mine.events[i].op == "all_reduce")
        made = mine.events[event].output_ids[0]
        assert made is not None
        check = NumberCheck(mine, Number(made, (1, 2), event), 1e-5, others=others)
        for _ in check.slices():
            pass
        found = check.result()
        assert found.ranks == (0, 1)
        assert found.verdict == "correct"
        assert found.gradient == float(mine.events[event].outputs[0][1, 2])
        assert found.exact == pytest.approx(mean_loss(0.0, grad=True).item(), rel=1e-12)
        for moved, loss in zip(found.moved, found.losses, strict=True):
            assert loss == pytest.approx(mean_loss(moved).item(), rel=1e-12)
    own = next(i for i in both[0].happened_to[FIRST] if both[0].events[i].op == "AccumulateGrad")
    sent = both[0].events[own].output_ids[0]
    assert sent is not None
    alone = NumberCheck(both[0], Number(sent, (1, 2), own), 1e-5, others=[both[1]])
    next(alone.slices())
    assert alone.result().ranks == (0,)


def test_where_weights_differ_there_is_no_mean_loss() -> None:
    both = [joined(recordings("drift"), place) for place in (0, 1)]
    event = max(i for i in both[0].happened_to[SECOND] if both[0].events[i].op == "all_reduce")
    made = both[0].events[event].output_ids[0]
    assert made is not None
    check = NumberCheck(both[0], Number(made, (0, 0), event), 1e-5, others=[both[1]])
    next(check.slices())
    assert check.result().ranks == (0,)


def test_of_one_rank_alone_the_rest_is_said_to_be_the_others() -> None:
    recording = recordings("plain")[0]
    event = max(i for i in recording.happened_to[FIRST] if recording.events[i].op == "all_reduce")
    why = recording.explain(event, 0, (0, 0))
    assert {term.part for term in why.terms} == {"rank:0", "other_ranks"}
    assert "other_ranks" in {fact.code for fact in why.facts}


def test_of_ranks_that_are_not_all_there_nothing_is_joined() -> None:
    recording = recordings("plain")[0]
    assert joined([recording], 0) is recording


def test_a_rank_that_is_killed_leaves_whole_iterations_on_all() -> None:
    files = [bv.load(path) for path in rank_files("killed")]
    assert [one.iteration for one in files[1]] == [1, 2, 3]
    assert [one.iteration for one in files[0]][:3] == [1, 2, 3]
    assert not files[1].is_closed
    assert bv.compare_ranks([file[2] for file in files]).differing == ()


@needs_shards
def test_shards_are_recorded_by_rank_and_training_goes_on() -> None:
    watched, _ = printed_and_files("fully_shard")
    assert watched == train_ranks("fully_shard")
    both = recordings("fully_shard")
    whole = both[0].by_parameter["first.weight"]
    assert whole.full_shape == (10, 6)
    (linear,) = [e for e in both[0].events if e.op == "linear" and e.output_ids][:1]
    # What forward read was gathered from the shards, which are recorded as they are.
    shards = [recording.by_parameter["first.weight"].value for recording in both]
    np.testing.assert_array_equal(np.concatenate(shards), linear.inputs[1])
    gradient = next(one for one in bv.compare_ranks(both).gradients if one.name == "first.weight")
    assert gradient.full_shape == (10, 6)
    whole_gradients = [
        next(
            event.outputs[0]
            for event in recording.events
            if event.op == "AccumulateGrad" and event.outputs[0].shape == (10, 6)
        )
        for recording in both
    ]
    reduced = (whole_gradients[0] + whole_gradients[1]) / np.float32(2 if gloo_averages() else 1)
    np.testing.assert_allclose(np.concatenate(gradient.after), reduced, rtol=1e-6, atol=1e-8)
    assert both[0].findings() == ()
    scattered = [i for i, e in enumerate(both[0].events) if e.op == "reduce_scatter"]
    assert both[0].explain(scattered[0], 0, (0, 0)).reason is not None
    update = both[0].explain(len(both[0].events) - 1, 0, (0,))
    assert update.reason is None
    assert update.residual == pytest.approx(0, abs=1e-7)


@by_night
@needs_shards
def test_layers_that_are_sharded_one_by_one_are_recorded_as_the_model_calls_them() -> None:
    watched, _ = printed_and_files("fully_shard_each")
    assert watched == train_ranks("fully_shard_each")
    for recording in recordings("fully_shard_each"):
        span = recording.span(Phase.FORWARD)
        forward = [event.op for event in recording.events[span.start : span.stop]]
        called = [op for op in forward if op != "view_as"]  # by which fully_shard marks its layers
        assert called == ["linear", "tanh", "linear", "add", "linear"]
        for event, found in enumerate(recording.events):
            for output, made in enumerate(found.outputs):
                if made is None or found.op == "reduce_scatter":
                    continue
                told = recording.explain(event, output, (0,) * made.ndim)
                assert told.reason is None, (found.op, told.reason)
                assert told.residual == pytest.approx(0, abs=1e-6)


@needs_shards
def test_shards_put_together_are_those_of_the_model_unsharded() -> None:
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    batches = []
    for rank in range(2):
        torch.manual_seed(100 + rank)
        batches.append([(torch.randn(4, 6), torch.randn(4, 3)) for _ in range(4)])
    files = [bv.load(path) for path in rank_files("fully_shard")]
    for step in range(4):
        recordings_ = [file[step] for file in files]
        before = {name: p.detach().clone().numpy() for name, p in net.named_parameters()}
        optimizer.zero_grad()
        for x, y in (batches[0][step], batches[1][step]):
            loss = (net(x, seldom=True) - y).square().mean()
            (loss / (2 if gloo_averages() else 1)).backward()
        optimizer.step()
        for name, parameter in net.named_parameters():
            found = [bv.full_tensor(recordings_, name, w) for w in ("before", "grad", "after")]
            expected = before[name], parameter.grad.numpy(), parameter.detach().numpy()
            for one, other in zip(found, expected, strict=True):
                assert one.shape == other.shape
                np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
            if step == 0:  # what fully_shard has cut
                np.testing.assert_array_equal(found[0], before[name])
    with pytest.raises(ValueError, match="These 1 shards do not make up 10×6"):
        bv.full_tensor([files[0][0]], "first.weight")


@pytest.mark.skipif(not NIGHTLY, reason="by night: eight processes")
def test_eight_ranks() -> None:
    compared = bv.compare_ranks(recordings("plain", ranks=8))
    for gradient in compared.gradients:
        arrays = [array for array in gradient.before if array is not None]
        assert len(arrays) == 8
        mean = np.mean(np.stack(arrays).astype(np.float64), axis=0)
        np.testing.assert_allclose(gradient.after[0], mean, rtol=1e-5, atol=1e-7)
        assert gradient.same_after
        assert gradient.same_weight
