"""What a recording knows besides its events: modules, buffers, groups, passes; bit for bit."""

import torch
from torch import nn

import backprop_viz as bv
from tests.foreign.nets import SmallResNet
from tests.foreign.steps import MICRO_BATCHES, STEPS
from tests.recording.streams import through_stream, unlike


def test_each_operation_has_the_innermost_module_that_ran_it() -> None:
    recording = STEPS["gpt"]()
    ran = {
        (event.op, event.module) for event in recording.events if event.phase in ("forward", "loss")
    }
    assert ("scaled_dot_product_attention", "blocks.1.attn") in ran
    assert ("linear", "blocks.0.mlp.2") in ran
    assert ("layer_norm", "ln_f") in ran
    assert ("add", "") in ran, "of the network's own forward"
    assert ("add", "blocks.1") in ran
    assert ("cross_entropy", None) in ran, "outside the network"


def test_the_modules_are_the_networks() -> None:
    recording, model = STEPS["resnet"](), SmallResNet()
    named = [(name, type(module).__name__) for name, module in model.named_modules()]
    assert [(m.name, m.kind) for m in recording.modules] == named


def test_a_module_that_raises_is_left() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    with bv.record(model) as rec:
        for width in (3, 2):  # the first does not fit
            try:
                out = model(torch.ones(1, width))
            except RuntimeError:
                continue
        out.sum().backward()
    relu = next(e for e in rec.recording.events if e.op == "relu")
    assert relu.module == "1"


def test_running_statistics_are_the_plain_steps() -> None:
    recording = STEPS["resnet"]()
    torch.manual_seed(0)
    plain = SmallResNet()
    before = {name: buffer.clone() for name, buffer in plain.named_buffers()}
    plain(torch.rand(4, 3, 16, 16))
    assert [b.name for b in recording.buffers] == list(before)
    for buffer in recording.buffers:
        first, last = (recording.tensors[buffer.value_id(at)] for at in (0, len(recording.events)))
        assert first.tobytes() == before[buffer.name].numpy().tobytes()
        assert last.tobytes() == plain.get_buffer(buffer.name).numpy().tobytes()
        assert first.tobytes() != last.tobytes()


def test_a_buffer_changes_with_the_operation_that_changes_it() -> None:
    recording = STEPS["resnet"]()
    mean = next(b for b in recording.buffers if b.name == "layer1.0.bn1.running_mean")
    (_, _), (position, _) = mean.values
    event = recording.events[position - 1]
    assert (event.op, event.module) == ("batch_norm", "layer1.0.bn1")


def test_a_buffer_that_another_tensor_replaces_is_seen() -> None:
    class Averaged(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(3))
            self.register_buffer("mean", torch.zeros(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.mean = 0.5 * self.mean + 0.5 * x.detach().mean(0)
            return x * self.weight

    x = torch.randn(4, 3)
    model = Averaged()
    with bv.record(model) as rec:
        model(x).sum().backward()
    (buffer,) = rec.recording.buffers
    last = rec.recording.tensors[buffer.value_id(len(rec.recording.events))]
    assert last.tobytes() == (0.5 * torch.zeros(3) + 0.5 * x.mean(0)).numpy().tobytes()


def test_each_group_has_its_own_options() -> None:
    recording = STEPS["gpt"]()
    assert recording.options_of("wte.weight")["lr"] == 3e-4
    assert recording.options_of("wte.weight")["weight_decay"] == 0.1
    assert recording.options_of("ln_f.bias")["lr"] == 1e-4
    assert recording.options_of("ln_f.bias")["weight_decay"] == 0.0
    group = recording.group_of("ln_f.bias")
    assert group is not None
    assert (group.rule, group.number) == ("AdamW", 1)


def test_a_rate_is_that_of_the_step_not_the_schedules_next() -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=torch.tensor(0.5))
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)
    with bv.record(model, optimizer) as rec:
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        schedule.step()
    assert rec.recording.options_of("weight")["lr"] == 0.5
    assert optimizer.param_groups[0]["lr"] == 0.05


def test_every_micro_batch_is_a_pass_with_numbers_of_its_own() -> None:
    recording = STEPS["gpt"]()
    torch.manual_seed(0)
    assert len(recording.passes) == MICRO_BATCHES
    starts = [span.start for span in recording.spans if span.phase == "forward"]
    assert [p.start for p in recording.passes] == starts
    seen = set()
    for ran in recording.passes:
        end = recording.at(len(recording.events))
        tokens = end.activation(ran.layers.layers[0])
        assert tokens is not None
        seen.add(tokens.tobytes())
        assert recording.layers_at(ran.start + 1) is ran.layers
    assert len(seen) == MICRO_BATCHES
    assert recording.layers_at(0) is recording.passes[0].layers


def test_two_calls_before_one_backward_are_one_pass_with_both_inputs() -> None:
    recording = STEPS["gan"]()
    names = [layer.name for layer in recording.passes[0].layers.layers]
    assert [name for name in names if name.startswith("sample")] == ["sample", "sample (2)"]
    assert "net.0 (2)" in names


def test_all_of_it_goes_through_a_stream() -> None:
    for name in ("gpt", "resnet", "gan"):
        recording = STEPS[name]()
        assert not [*unlike(recording, through_stream(recording))]


def test_several_losses_are_named_by_what_made_them() -> None:
    layers = STEPS["vae"]().layers
    by_name = {layer.name: layer for layer in layers.layers}
    assert "binary_cross_entropy" in by_name
    total = by_name["loss"]
    assert total is layers.layers[-1]
    assert [output.op for output in total.outputs] == ["add"]
    read = {layers.layers[a].name for a, b in layers.edges if b == total.id}
    assert "binary_cross_entropy" in read
    assert len(read) == 2


def test_one_loss_is_the_loss() -> None:
    layers = STEPS["gpt"]().layers.layers
    assert layers[-1].name == "loss"
    assert [output.op for output in layers[-1].outputs] == ["cross_entropy", "div"]


def test_the_losses_of_real_and_fake_are_two_and_their_sum() -> None:
    names = [layer.name for layer in STEPS["gan"]().passes[0].layers.layers]
    made = [name for name in names if name.startswith("binary_cross_entropy")]
    assert len(made) == 2
    assert names[-1] == "loss"


def test_positions_that_an_embedding_looks_up_are_a_column() -> None:
    layers = STEPS["gpt"]().layers
    wpe = next(layer for layer in layers.layers if layer.name == "wpe")
    assert [layers.layers[b].name for a, b in layers.edges if a == wpe.id] == ["add"]


def test_a_layer_with_tied_weights_has_its_own_name() -> None:
    net = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 5, bias=False))
    net[1].weight = net[0].weight
    with bv.record(net) as rec:
        net(torch.arange(5)).square().mean().backward()
    columns = rec.recording.layers.layers
    named = [(layer.name, layer.parameters) for layer in columns if layer.parameters]
    assert named == [("0", ("0.weight",)), ("1", ("0.weight",))]
