"""What every loss has to pass, against plain loops of torch over 90 samples of noise."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn, optim
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.formulas import formula
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.program_text import criterion_lines, optimizer_call, program
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run, script
from tests.alone import losses_of_text
from tests.analysis.formula_text import FormulaText
from tests.analysis.losses.plain_loss import PlainLoss

ITERATIONS, BATCH, SEED, LR = 20, 16, 3, 0.02
# A loss of logits (N, 10) and labels (N,) or targets (N, 10).
Function = Callable[[Tensor, Tensor], Tensor]


def noise() -> tuple[Tensor, Tensor]:
    """100 samples, the last tenth of which is the validation set."""
    generator = torch.Generator().manual_seed(11)
    return torch.rand(100, 1, 32, 32, generator=generator), torch.arange(100) * 7 % 10


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    images, labels = noise()
    generator = torch.Generator().manual_seed(SEED)
    while True:
        for index in torch.randperm(90, generator=generator).split(BATCH):
            yield images[index], labels[index]


def plain_loop(net: nn.Module, loader: Iterator[tuple[Tensor, Tensor]], loss: Function) -> list:
    optimizer = optim.SGD(net.parameters(), lr=LR)
    losses = []
    for _ in range(ITERATIONS):
        x, y = next(loader)
        optimizer.zero_grad()
        value = loss(net(x), y)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def trained_on_labels(name: str) -> tuple[bv.Trainer, list[float]]:
    data = TensorDataset(*noise())
    trainer = bv.Trainer(data, name, "sgd", lr=LR, batch_size=BATCH, seed=SEED)
    return trainer, [trainer.iterate().loss for _ in range(ITERATIONS)]


def equals_a_plain_loop(name: str, plain: PlainLoss) -> None:
    """Bit for bit: of labels, and of the targets that random data has of its own."""
    torch.manual_seed(SEED)
    net = bv.LeNet()
    trainer, losses = trained_on_labels(name)
    assert losses == plain_loop(net, batches(), plain.of_labels)
    assert all(map(torch.equal, trainer.model.parameters(), net.parameters()))

    torch.manual_seed(SEED)
    net = bv.LeNet()
    data = torch.randn(5, 1, 32, 32), torch.randn(5, 10)
    trainer = bv.Trainer("random", name, "sgd", lr=LR, batch_size=5, seed=SEED)
    losses = [trainer.record().loss for _ in range(ITERATIONS)]
    assert losses == plain_loop(net, iter([data] * ITERATIONS), plain.of_targets)


def program_and_script_run(name: str, tmp_path: Path) -> None:
    """The lines that the window shows, run as they stand, give the run's losses; so does a script.

    Of the built-in digits: their loader is the trainer's own.
    """
    settings = Settings(loss=name, lr=LR, batch_size=BATCH, seed=SEED)
    trainer = bv.Trainer.from_settings(settings)
    losses = [trainer.iterate().loss for _ in range(ITERATIONS)]

    torch.manual_seed(SEED)
    net = bv.LeNet()
    fresh = bv.Trainer.from_settings(settings).samples("train")
    loader = [fresh.batch(torch.arange(i, i + BATCH)) for i in range(0, ITERATIONS * BATCH, BATCH)]
    shown = [line.text for line in program(settings, net).lines]
    loop = shown[: shown.index("")]
    text = [*criterion_lines(settings), optimizer_call(settings), *loop]
    text.append("    found.append(loss.item())")
    found: list[float] = []
    names = {"net": net, "loader": loader, "found": found, "nn": nn, "optim": optim, "F": F}
    exec("\n".join(text), names)
    assert found == losses

    data = run_data(settings, trainer.source, ITERATIONS * BATCH)
    threads = torch.get_num_threads()
    run = Run(trainer.model, RunJournal({0: settings}), ITERATIONS, {}, data, threads)
    assert losses_of_text(script(run, beside=False), tmp_path) == [x.hex() for x in losses]


def every_sample_is_judged(name: str, plain: PlainLoss) -> None:
    """Each sample has the loss of a batch of it alone; probabilities are the softmax."""
    trainer, _ = trained_on_labels(name)
    evaluation = trainer.evaluate()
    images, labels = (part[90:] for part in noise())
    with torch.no_grad():
        logits = trainer.model(images)
        mean = plain.of_labels(logits, labels).item()
        one = [(logits[i : i + 1], labels[i : i + 1]) for i in range(10)]
        each = [plain.of_labels(*sample).item() for sample in one]
        drawing = np.zeros((28, 28), np.float32)
        drawing[4:24, 12:16] = 1
        probabilities = trainer.classify(drawing)
    assert evaluation.loss == mean
    np.testing.assert_allclose(evaluation.scores.loss, each, rtol=1e-6)
    assert evaluation.scores.predicted.tolist() == logits.argmax(1).tolist()
    assert abs(probabilities.sum() - 1) < 1e-6
    assert (probabilities > 0).all()


def nodes_are_explained(name: str, *nodes: str) -> None:
    """The grad_fn nodes of the loss are these, from the loss on, and each has a formula."""
    trainer = bv.Trainer("random", name, batch_size=2)
    recording = trainer.record()
    names = {node.id: node.name for node in recording.graph.nodes}
    ran = [names[e.node] for e in recording.events if e.phase is Phase.BACKWARD and e.node in names]
    assert ran[: len(nodes)] == list(nodes)
    assert all(formula(node).known for node in nodes)


def formula_is_the_loss(name: str, plain: PlainLoss) -> None:
    """The formula shown, evaluated as it is written, gives torch's number."""
    generator = torch.Generator().manual_seed(2)
    logits, own = torch.randn(2, 7, 10, generator=generator, dtype=torch.float64) * 2
    for target in (plain.target.of_labels(torch.arange(7) * 3 % 10), plain.target.of_targets(own)):
        names = {
            "x": logits.numpy(),
            # A label is the place of a number in each row.
            "t": (np.arange(7), target.numpy()) if target.dim() == 1 else target.double().numpy(),
            "N": 7,
            "softmax": lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True),
        }
        value = FormulaText(LOSSES[name].formula).value(names)
        np.testing.assert_allclose(value, plain.of(logits, target).item(), rtol=1e-6)
