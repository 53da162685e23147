"""Micro-batches, clipping and two optimizers as phases that ran, against plain torch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.expected_runs import expected_runs
from backprop_viz.analysis.explanations import explain
from backprop_viz.analysis.phase_runs import clipping, is_repeated, phase_runs
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.conftest import recording_of
from tests.foreign.nets import GPT, Regression
from tests.foreign.steps import CLIP, MICRO_BATCHES


def test_four_micro_batches_a_clip_and_an_update() -> None:
    runs = phase_runs(recording_of("gpt"))
    batch = ["forward", "loss", "backward"]
    assert [run.name for run in runs] == ["zero_grad", *batch * 4, "clip", "update"]
    numbers = [number for number in range(1, 5) for _ in batch]
    assert [run.batch for run in runs] == [0, *numbers, 0, 0]
    assert is_repeated(runs)


def test_a_plain_iteration_is_five_phases() -> None:
    runs = phase_runs(recording_of("regression"))
    assert [run.name for run in runs] == list(Phase)
    assert not is_repeated(runs)


def test_the_calls_of_a_closure_are_counted() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)
    x, y, called = torch.randn(8, 3), torch.randn(8, 1), []

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.mse_loss(model(x), y)
        loss.backward()
        called.append([(run.batch, run.calls) for run in phase_runs(recorded.recording)][-1])
        return loss

    with bv.record(model, optimizer) as recorded:
        optimizer.step(closure)
    count = len(called)
    assert count > 2
    # How many calls there will be is not known before the step is over.
    assert called == [(1, 0)] + [(call, None) for call in range(2, count + 1)]
    runs = phase_runs(recorded.recording)
    call = ["zero_grad", "forward", "loss", "backward", "update"]
    assert [run.name for run in runs] == call * count
    batches = [run.batch for run in runs]
    assert batches == [*np.repeat(np.arange(count) + 1, len(call))[:-1], 0]
    assert {run.calls for run in runs} == {count}


def test_two_optimizers_have_two_updates() -> None:
    names = [run.name for run in phase_runs(recording_of("gan"))]
    assert names.count("update") == names.count("zero_grad") == names.count("backward") == 2
    assert names.count("forward") == 3
    assert all(run.apart for run in phase_runs(recording_of("gan")))
    assert not any(run.apart for run in phase_runs(recording_of("gpt")))


def test_what_goes_from_one_forward_into_another_is_no_loss(tmp_path: Path) -> None:
    """As the images that a GAN's generator made, and the critic is to learn from."""
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.1)
    path = tmp_path / "gan.bprec"
    with bv.watch([maker, critic], optimizer, path):
        optimizer.zero_grad()
        made = maker(torch.ones(4, 2)).detach()
        out = critic(made)
        (critic(torch.ones(4, 3)).mean() - out.mean()).backward()
        optimizer.step()
    (recording,) = bv.load(path)
    names = [run.name for run in phase_runs(recording)]
    made_between = ["forward", "detach", "forward", "ones", "forward"]
    assert names == ["zero_grad", *made_between, "loss", "backward", "update"]


def test_a_loss_is_one_also_where_more_is_made_for_the_next_forward(tmp_path: Path) -> None:
    """As the first loss of a GAN's critic, where the images are detached beside its second."""
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.1)
    path = tmp_path / "gan.bprec"
    with bv.watch([maker, critic], optimizer, path):
        made = maker(torch.ones(4, 2))
        real = critic(torch.ones(4, 3))
        (real.square().mean() + critic(made.detach()).mean()).backward()
        optimizer.step()
    (recording,) = bv.load(path)
    runs = phase_runs(recording)
    between = ["forward", "ones", "forward", "loss", "detach", "forward", "loss"]
    assert [run.name for run in runs] == [*between, "backward", "update"]
    assert [run.number for run in runs] == list(range(len(runs)))
    detached = [recording.events[i].op for i in range(runs[4].span.start, runs[4].span.stop)]
    assert detached == ["detach"]


def test_what_is_detached_for_a_later_forward_is_told_while_another_comes_first(
    tmp_path: Path,
) -> None:
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.1)
    path = tmp_path / "gan.bprec"
    with bv.watch([maker, critic], optimizer, path):
        images = maker(torch.ones(4, 2)).detach()
        real = critic(torch.ones(4, 3)).mean()
        (real - critic(images).mean()).backward()
        optimizer.step()
    (recording,) = bv.load(path)
    names = [run.name for run in phase_runs(recording)]
    assert names[:3] == ["forward", "detach", "forward"]


def test_while_it_runs_what_was_detached_is_still_to_come(tmp_path: Path) -> None:
    """Whether a forward reads it is not known before that has begun."""
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.1)
    path = tmp_path / "gan.bprec"
    with bv.watch([maker, critic], optimizer, path):
        for _ in range(2):
            optimizer.zero_grad()
            made = maker(torch.ones(4, 2))
            real = critic(torch.ones(4, 3)).square().mean()
            (real + critic(made.detach()).mean()).backward()
            optimizer.step()
    before, now = bv.load(path)
    whole = [run.name for run in phase_runs(before)]
    third = [i for i, span in enumerate(now.spans) if span.phase is Phase.FORWARD][-1]
    begun = replace(now.spans[third], stop=now.spans[third].start, ended=False)
    spans = (*now.spans[:third], begun)
    under_way = replace(now, events=now.events[: begun.start], spans=spans)
    runs = expected_runs(under_way, before)
    assert [run.name for run in runs if run.to_come] == whole[whole.index("detach") + 2 :]


def test_the_clips_figures_are_torchs() -> None:
    torch.manual_seed(0)
    model = GPT(blocks=2)
    tokens = torch.randint(0, model.vocabulary, (MICRO_BATCHES, 4, 9))
    for micro in tokens:
        logits = model(micro[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), micro[:, 1:].flatten())
        (loss / MICRO_BATCHES).backward()
    total = nn.utils.clip_grad_norm_(model.parameters(), CLIP).item()
    recording = recording_of("gpt")
    run = next(run for run in phase_runs(recording) if run.name == "clip")
    figures = clipping(recording, run)
    assert abs(figures.before / total - 1) < 1e-6
    assert abs(figures.after / CLIP - 1) < 1e-4, "torch adds 1e-6 to the norm it divides by"
    assert figures.factor is not None
    assert abs(figures.factor / (CLIP / (total + 1e-6)) - 1) < 1e-6
    before = recording.at(run.span.start).grad("lm_head.weight")
    after = recording.at(run.span.stop).grad("lm_head.weight")
    assert before is not None
    assert after is not None
    assert after.tobytes() == model.lm_head.weight.grad.numpy().tobytes()
    assert before.tobytes() != after.tobytes()


def test_clipped_values_have_no_one_factor() -> None:
    torch.manual_seed(0)
    model = Regression()
    with bv.record(model) as rec:
        model(torch.randn(8, 6)).square().sum().backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
    recording = rec.recording
    run = next(run for run in phase_runs(recording) if run.name == "clip")
    assert clipping(recording, run).factor is None


def test_the_grad_before_is_that_of_the_micro_batch() -> None:
    recording = recording_of("gpt")
    backwards = [run.span for run in phase_runs(recording) if run.name == "backward"]
    second = recording.at(backwards[1].stop)
    first = recording.at(backwards[0].stop).grad("ln_f.weight")
    before = second.grad_before_backward("ln_f.weight")
    assert first is not None
    assert before is not None
    assert before.tobytes() == first.tobytes()
    assert recording.at(backwards[0].stop).grad_before_backward("ln_f.weight") is None


def test_in_a_later_call_of_a_closure_no_gradient_is_that_of_the_call_before() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=2)
    x, y = torch.randn(8, 3), torch.randn(8, 1)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    with bv.record(model, optimizer) as recorded:
        optimizer.step(closure)
    recording = recorded.recording
    backwards = [run for run in phase_runs(recording) if run.name == "backward"]
    assert len(backwards) > 1
    for run in backwards:
        codes = [
            explain(recording.at(position), "parameter", "weight").code
            for position in range(run.span.start, run.span.stop + 1)
        ]
        arrival = next(
            i
            for i in range(run.span.start, run.span.stop)
            if recording.events[i].parameter == "weight"
        )
        known = arrival - run.span.start
        assert set(codes[: known + 1]) == {"waiting_none"}
        assert not set(codes[known + 1 :]) & {"waiting_none", "not_reached"}
    for run in (r for r in phase_runs(recording) if r.name in ("zero_grad", "forward")):
        assert recording.at(run.span.stop).grad("weight") is None
        code = explain(recording.at(run.span.stop), "parameter", "weight").code
        assert code in ("cleared_none", "nothing_to_clear", "waiting_none")
