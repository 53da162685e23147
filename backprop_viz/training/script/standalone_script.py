"""A run as a Python script that runs by itself, with torch alone, and prints the same losses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor, nn

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.program_text import (
    class_text,
    criterion_lines,
    loop_lines,
    optimizer_call,
    scheduler_lines,
)
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import (
    RunData,
    batch_lines,
    helper_lines,
    imports,
    packed_images,
    sample_lines,
)

_DrawingState = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What the script repeats: the first ``iterations`` of a run."""

    model: nn.Module
    journal: RunJournal
    iterations: int
    given_batches: Mapping[int, _DrawingState]
    data: RunData
    threads: int

    @property
    def foreign(self) -> tuple[int, str] | None:
        """The first iteration that the script does not repeat, from 1, and what came in there."""
        found = ((i, what) for i, what in self.journal.foreign.items() if i < self.iterations)
        first = min(found, default=None)
        return None if first is None else (first[0] + 1, first[1])


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Iterations ``start`` to ``stop`` that one loop runs."""

    start: int
    stop: int
    settings: Settings
    given_batch: _DrawingState | None
    twice: bool


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """A part of the tutorial as Python; ``name`` is a key of ``NOTEBOOK_TEXTS``."""

    name: str
    code: str


# Where a script finds what lies beside it, from whatever folder it is run.
_BESIDE_SCRIPT = 'pathlib.Path(__file__).with_suffix(".data")'


def script(run: Run, beside: bool) -> str:
    """The script; samples that it takes along are in a file ``beside`` it, or in the text."""
    head = _head(type(run.model).__name__, run.iterations)
    imports_, *parts = script_parts(run, _BESIDE_SCRIPT if beside else None)
    return "\n\n\n".join([f"{head}\n\n{imports_.code}", *(part.code for part in parts)]) + "\n"


def script_parts(run: Run, beside: str | None) -> list[ScriptPart]:
    """The run by the tutorial's parts, in the order in which they run.

    ``beside`` is the Python of the path to the samples; None: the text has them.
    """
    stretches = list(_merged(run, _stretches(run)))
    first, name = stretches[0].settings, type(run.model).__name__
    drawn = any(stretch.given_batch is not None for stretch in stretches)
    modules = {"itertools", *imports(run.data, beside is not None)}
    modules |= {"math"} if any(s.settings.schedule == "cosine" for s in stretches) else set()
    modules |= {"base64", "zlib"} if drawn else set()
    helpers = [[*helper_lines(run.data)], [*_DRAWING] if drawn else []]
    samples = sample_lines(run.data, first, beside)
    samples += [] if run.data.one_batch else [f"batch_size = {first.batch_size}"]
    imported = [
        *(f"import {module}" for module in sorted(modules)),
        "",
        "import torch",
        "import torch.nn.functional as F",
        "from torch import Tensor, nn, optim",
        "",
        "# Another number of threads would add in another order, and round otherwise.",
        f"torch.set_num_threads({run.threads})",
    ]
    return [
        _part("imports", imported),
        _part("network", _class_lines(first, run.model)),
        _part("weights", [f"torch.manual_seed({first.seed})", f"net = {name}()"]),
        _part("data", *helpers, samples, batch_lines(run.data, first.seed)),
        _part(
            "loss",
            [*criterion_lines(first), optimizer_call(first), *scheduler_lines(first)],
        ),
        _part("training", [*_loops(run, stretches)]),
    ]


def _part(name: str, *blocks: Sequence[str]) -> ScriptPart:
    return ScriptPart(name, "\n\n\n".join("\n".join(lines) for lines in blocks if lines))


_DRAWING = (
    "def drawing(packed, *labels):",
    '    """A batch that was drawn or chosen by hand."""',
    "    pixels = bytearray(zlib.decompress(base64.b85decode(packed)))",
    "    x = torch.frombuffer(pixels, dtype=torch.float32).view(-1, 1, 32, 32)",
    "    return x, torch.tensor(labels)",
)


def _class_lines(settings: Settings, model: nn.Module) -> list[str]:
    """The source of the network; the built-in one without notes for this program's developers."""
    source = class_text(settings, model).rstrip().split("\n")
    if settings.network is not None:
        return source
    return [line for line in source if not line.strip().startswith("#")]


def _head(name: str, iterations: int) -> str:
    count = f"{iterations:,} iteration{'s' if iterations > 1 else ''}"
    return (
        f'"""{name} trained for {count}, by torch alone.\n\n'
        'Each line printed is the loss of an iteration, bit for bit that of the run.\n"""'
    )


def samples_taken(
    journal: RunJournal,
    iterations: int,
    given_batches: Mapping[int, _DrawingState],
    size: int,
) -> int:
    """How many samples the loader gave of a training part of that ``size``."""
    cuts = {0, iterations, *journal.settings, *given_batches, *(i + 1 for i in given_batches)}
    taken = 0
    for start, stop in pairwise(sorted(i for i in cuts if i <= iterations)):
        if start not in given_batches:
            taken = _after(taken, stop - start, journal.at(start).batch_size, size)
    return taken


def _after(taken: int, count: int, batch: int, size: int) -> int:
    """The samples taken after this many batches more; the last one of an epoch may be smaller."""
    left = size - taken % size
    batches = -(-left // batch)
    if count < batches:
        return taken + count * batch
    epochs, rest = divmod(count - batches, -(-size // batch))
    return taken + left + epochs * size + rest * batch


# -- the loops -----------------------------------------------------------------------------------


def _stretches(run: Run) -> Iterator[_Stretch]:
    """The run in stretches in which nothing changes."""
    journal, given_batches = run.journal, run.given_batches
    special = {*given_batches, *journal.twice, *journal.foreign}
    cuts = {0, run.iterations, *journal.settings, *special, *(i + 1 for i in special)}
    ends = sorted(i for i in cuts if i <= run.iterations)
    for start, stop in pairwise(ends):
        twice = start in journal.twice
        yield _Stretch(start, stop, journal.at(start), given_batches.get(start), twice)


def _loops(run: Run, stretches: Sequence[_Stretch]) -> Iterator[str]:
    yield "loader = batches()"
    settings = stretches[0].settings
    for stretch in stretches:
        foreign = run.journal.foreign.get(stretch.start)
        if foreign is not None:
            yield from ("", f"# {_FOREIGN[foreign].format(stretch.start + 1)}")
        if stretch.settings != settings:
            yield from ("", *_changes(settings, stretch))
            settings = stretch.settings
        count = stretch.stop - stretch.start
        if stretch.given_batch is None:
            yield f"for x, y in itertools.islice(loader, {count}):"
        else:
            times = "" if count == 1 else f" * {count}"
            yield f"for x, y in [{_drawing_call(stretch.given_batch)}]{times}:"
        yield from ("    " + line for line in _body(stretch))


# What the script says where it does not do as the run did.
_FOREIGN = {
    "intervention": "The run altered a gradient of iteration {} on purpose; this script does not.",
    "weights": "The run took weights from a file before iteration {}; this script does not.",
    "unknown": "The run is from a file that does not tell all that was done in iteration {}.",
}


def _merged(run: Run, stretches: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """The stretches, with those in one that the same loop can run."""
    last: _Stretch | None = None
    for stretch in stretches:
        if last is not None and _same(last, stretch) and stretch.start not in run.journal.foreign:
            last = replace(last, stop=stretch.stop)
            continue
        if last is not None:
            yield last
        last = stretch
    if last is not None:
        yield last


def _same(one: _Stretch, other: _Stretch) -> bool:
    if (one.settings, one.twice) != (other.settings, other.twice):
        return False
    if one.given_batch is None or other.given_batch is None:
        return one.given_batch is other.given_batch
    return all(map(torch.equal, one.given_batch, other.given_batch))


def _body(stretch: _Stretch) -> list[str]:
    lines = loop_lines(stretch.settings)
    texts = [] if stretch.settings.input_form == "batch" else ["x, y = x[0], y[0]"]
    for line in lines:
        if stretch.twice and line.name == Phase.BACKWARD.value:
            comma = "" if line.text.endswith("()") else ", "
            texts.append(f"{line.text[:-1]}{comma}retain_graph=True)")
        texts.append(line.text)
    if LOSSES[stretch.settings.loss].exists:
        texts.append("print(loss.item())")
    return texts


def _drawing_call(given_batch: _DrawingState) -> str:
    images, labels = given_batch
    digits = ", ".join(map(str, labels.tolist()))
    return f"drawing({packed_images(images)!r}, {digits})"


def _changes(before: Settings, stretch: _Stretch) -> list[str]:
    """The lines that change settings within the loop; those written in its lines need none."""
    settings, iteration = stretch.settings, stretch.start
    lines = [f"# Changed before iteration {iteration + 1}."]
    if settings.batch_size != before.batch_size:
        lines.append(f"batch_size = {settings.batch_size}")
    names = ("lr", "schedule", "schedule_options")
    if any(getattr(settings, name) != getattr(before, name) for name in names):
        lines += _rate(settings, iteration)
    return lines


def _rate(settings: Settings, iteration: int) -> list[str]:
    """The learning rate as it is after this many iterations with these settings from the start."""
    now = Schedule(settings.schedule, settings.schedule_options).rate(settings.lr, iteration)
    if OPTIMIZERS[settings.optimizer].by_hand:
        count = [] if settings.schedule == "none" else [f"iteration = {iteration}"]
        return [f"lr = {now!r}", *count]
    group = "optimizer.param_groups[0]"
    lines = [f'{group}.pop("initial_lr", None)', f'{group}["lr"] = {settings.lr!r}']
    if settings.schedule == "none":
        return lines
    return [
        *lines,
        *scheduler_lines(settings),
        f"scheduler.last_epoch = {iteration}",
        f'{group}["lr"] = {now!r}',
    ]
