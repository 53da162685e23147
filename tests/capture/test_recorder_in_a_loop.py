"""The recorder in a loop written by hand, which it knows nothing of but what it is told."""

import gc
import weakref

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

FEATURES, CLASSES, BATCH = 5, 3, 4


def make() -> tuple[nn.Module, torch.optim.Optimizer, Tensor, Tensor]:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(FEATURES, 6), nn.Tanh(), nn.Linear(6, CLASSES))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    return model, optimizer, torch.randn(BATCH, FEATURES), torch.arange(BATCH) % CLASSES


def recorded() -> tuple[Recording, nn.Module]:
    model, optimizer, x, y = make()
    recorder = Recorder(model, optimizer, iteration=7)
    recorder.take_batch(x, y)
    with recorder.phase(Phase.ZERO_GRAD):
        optimizer.zero_grad()
    with recorder.phase(Phase.FORWARD):
        output = model(x)
    recorder.take_results(output, None)
    with recorder.phase(Phase.LOSS):
        loss = nn.functional.cross_entropy(output, y)
    recorder.take_results(output, loss)
    for retain in (True, False):
        with recorder.phase(Phase.BACKWARD):
            loss.backward(retain_graph=retain)
    with recorder.phase(Phase.UPDATE):
        optimizer.step()
    return recorder.recording(), model


def test_a_loop_written_by_hand_is_recorded_as_it_runs_without_the_recorder() -> None:
    recording, model = recorded()
    plain, optimizer, x, y = make()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(plain(x), y)
    loss.backward(retain_graph=True)
    once = {name: p.grad.numpy().copy() for name, p in plain.named_parameters()}
    loss.backward()
    twice = {name: p.grad.numpy().copy() for name, p in plain.named_parameters()}
    optimizer.step()

    assert (recording.iteration, recording.loss, recording.model) == (7, loss.item(), "Sequential")
    assert recording.options["lr"] == 0.1
    assert np.array_equal(recording.input, x.numpy())
    assert np.array_equal(recording.labels, y.numpy())
    end = recording.at(len(recording.events))
    for name, parameter in plain.named_parameters():
        assert torch.equal(model.get_parameter(name), parameter)
        assert np.array_equal(end.value(name), parameter.detach().numpy())
        assert np.array_equal(end.grad(name), twice[name])
        first = next(
            e for e in recording.events if e.phase is Phase.BACKWARD and e.parameter == name
        )
        assert np.array_equal(first.outputs[0], once[name])
    assert [span.phase for span in recording.spans] == list(Phase)
    assert recording.backwards == 2
    assert [layer.name for layer in recording.layers.layers] == ["x", "0", "2", "loss"]


def test_a_recording_taken_before_is_the_beginning_of_the_later_one() -> None:
    model, optimizer, x, y = make()
    recorder = Recorder(model, optimizer)
    recorder.take_batch(x, y)
    with recorder.phase(Phase.ZERO_GRAD):
        optimizer.zero_grad()
    early = recorder.recording()
    events, tensors = len(early.events), len(early.tensors)
    with recorder.phase(Phase.FORWARD):
        model(x)
    late = recorder.recording()
    assert late != early
    assert late == recorder.recording()
    assert (late.serial, late.input_id, late.labels_id) == (
        early.serial, early.input_id, early.labels_id,
    )  # fmt: skip
    assert late.events[:events] == early.events
    assert late.tensors.since(tensors)
    assert Recorder(model, optimizer).recording().serial != late.serial


def test_a_phase_that_raises_leaves_no_tensor() -> None:
    model, optimizer, x, y = make()
    recorder = Recorder(model, optimizer)
    recorder.take_batch(x, y)
    before = len(recorder.recording().tensors)
    refused = pytest.raises(RuntimeError, match="shapes cannot be multiplied")
    with refused, recorder.phase(Phase.FORWARD):
        model[2](model[0](x)[:, 1:])
    recording = recorder.recording()
    assert len(recording.tensors) == before
    assert recording.failure is not None
    assert recording.failure.op == "linear"


class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(FEATURES))

    def forward(self, x: Tensor) -> Tensor:
        y = x * self.scale
        z = y.add(1.0)
        y.mul_(2.0)
        return y + z


def test_one_tensor_at_one_version_is_one_id_and_another_version_another() -> None:
    model, x = InPlace(), torch.randn(BATCH, FEATURES)
    recorder = Recorder(model)
    recorder.take_batch(x, torch.zeros(BATCH))
    with recorder.phase(Phase.FORWARD):
        output = model(x)
    recorder.take_results(output, None)
    with recorder.phase(Phase.BACKWARD):
        output.sum().backward()
    recording = recorder.recording()
    mul, add, mul_, last = (e for e in recording.events if e.phase is Phase.FORWARD)
    (scale,) = recording.parameters
    assert mul.input_ids == (recording.input_id, scale.value_id)
    assert add.input_ids == mul.output_ids == mul_.input_ids
    assert mul_.output_ids != mul_.input_ids
    assert last.input_ids == (*mul_.output_ids, *add.output_ids)
    assert np.array_equal(mul_.outputs[0], 2 * mul.outputs[0])
    sent = [e for e in recording.events if e.phase is Phase.BACKWARD]
    assert sent[0].op == "AddBackward0"
    # The sum's gradient goes to both of its inputs, on its way it is one tensor.
    arrived = {i for e in sent[1:] for i in e.input_ids}
    assert arrived & set(sent[0].output_ids)
    accumulated = next(e for e in sent if e.parameter == "scale")
    assert accumulated.output_ids[0] == recording.at(len(recording.events)).grad_id("scale")


def test_a_recording_that_was_looked_at_holds_nothing_of_the_loop() -> None:
    model, optimizer, x, y = make()
    with bv.record(model, optimizer) as recorded:
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        under_way = recorded.recording
    assert len(recorded.events) >= len(under_way.events)
    assert recorded.recording is recorded.recording
    held = weakref.ref(model), weakref.ref(loss)
    del model, optimizer, loss, under_way
    gc.collect()
    assert [one() for one in held] == [None, None]
    assert recorded.loss is not None


def test_of_a_loss_that_raises_no_layer_is_left() -> None:
    """It raises after its last operation, which the graph was bound with."""
    model, optimizer, x, y = make()
    recorder = Recorder(model, optimizer)
    recorder.take_batch(x, y)
    with recorder.phase(Phase.FORWARD):
        output = model(x)
    recorder.take_results(output, None)

    def raises() -> None:
        with recorder.phase(Phase.LOSS):
            nn.functional.cross_entropy(output, y)
            raise ValueError("not finite")

    with pytest.raises(ValueError, match="not finite"):
        raises()
    recording = recorder.recording()
    layers = recording.layers.layers
    assert [layer.name for layer in layers] == ["x", "0", "2"]
    ran = [i for layer in layers for i in layer.operations]
    assert ran == [i for i, e in enumerate(recording.events) if e.phase is Phase.FORWARD]
    with recorder.phase(Phase.LOSS):
        loss = nn.functional.cross_entropy(output, y)
    recorder.take_results(output, loss)
    assert [layer.name for layer in recorder.recording().layers.layers] == ["x", "0", "2", "loss"]
