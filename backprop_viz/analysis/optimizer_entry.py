"""What the program knows of an optimizer. Each is declared in a file of ``optimizers``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backprop_viz.analysis.update_rules import OptimizerUpdate, UpdateTerm
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.trace.events import Array


@dataclass(frozen=True, slots=True)
class NumberOption:
    """An option that is a number; ``symbol`` stands for it in the terms of the update."""

    name: str
    symbol: str
    default: float
    quantity: Quantity
    tooltip: str


@dataclass(frozen=True, slots=True)
class FlagOption:
    """An option that is on or off."""

    name: str
    tooltip: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class TupleOption:
    """An option that is a tuple of numbers, each shown by a name of its own."""

    name: str
    parts: tuple[NumberOption, ...]

    @property
    def default(self) -> tuple[float, ...]:
        """The numbers' defaults."""
        return tuple(part.default for part in self.parts)


Option = NumberOption | FlagOption | TupleOption


@dataclass(frozen=True, slots=True)
class StateTensor:
    """What torch keeps for a parameter from one update to the next.

    ``symbol`` stands for it in the formulas. It has the parameter's shape, unless it is a
    ``scalar``: a number from ``low`` to ``high``. torch begins with ``initial``, a number or the
    name of an option. ``when`` names the option without which torch does not keep it ("": it
    always does). Along ``axis``, -1 or -2, it is one number for all: torch keeps it of parameters
    with two axes or more. ``of_vectors``: torch keeps it of all others alone.
    """

    name: str
    symbol: str
    when: str = ""
    scalar: bool = False
    initial: float | str = 0
    low: float = 0
    high: float = 1
    axis: int | None = None
    of_vectors: bool = False

    def shape(self, parameter: tuple[int, ...]) -> tuple[int, ...] | None:
        """Its shape for a parameter of this one; None where torch does not keep it."""
        if self.scalar:
            return ()
        if self.axis is None:
            return None if self.of_vectors and len(parameter) > 1 else parameter
        if len(parameter) < 2:
            return None
        sizes = list(parameter)
        sizes[self.axis] = 1
        return tuple(sizes)


# Options that several optimizers have.
WEIGHT_DECAY = NumberOption(
    "weight_decay",
    "λ",
    0.0,
    Quantity(0, 1),
    "How much of each weight is added to its gradient, which pulls the weights towards 0",
)
EPS = NumberOption(
    "eps",
    "ε",
    1e-8,
    Quantity(0, 1, least=1e-12),
    "What is added to the divisor, so that it is never 0",
)

# The count of updates, as most optimizers keep it.
STEP = StateTensor("step", "t", scalar=True, high=1_000_000_000)


# How the lines begin that define what options make of the gradient, and of the weight.
_CHANGED = ("g = ", "w′ = w · (1 − lr · ")


@dataclass(frozen=True, slots=True)
class FormulaText:
    """How new weights are computed from old ones. ``lines`` define what ``formula`` uses."""

    formula: str
    lines: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The formula, and what weight decay or ``maximize`` makes of the gradient and weight."""
        changed = [line for line in self.lines if line.startswith(_CHANGED)]
        return "   ".join((self.formula, *changed))

    @property
    def whole(self) -> str:
        """The definitions in order, then the formula."""
        return "\n".join((*self.lines, self.formula))


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer of the program.

    ``name`` is that of ``Settings.optimizer``, ``title`` the one shown. ``torch_class`` is the
    dotted name of its class; with None the weights are changed by hand, by ``update_line`` for
    each parameter ``p``. The class gets ``given``, and the options that a run sets; its
    parameter group also holds ``constants``, which the program never changes, besides the
    options. ``rule`` carries out an update term by term, ``text`` is its formula for a run's
    options; None where that is not known here. ``symbols`` tells what the rule's own symbols
    stand for, in English and marked for translation in the context "symbols"; those that many
    rules have, such as m, are known. Those of a lower ``order`` are listed first, then by title.
    One that is not ``offered`` only scripts use: the window has its rule, but no run of its own
    with it. ``by_closure``: a step calls for the loss, and moves the weights, several times.
    ``couples``: a weight's step depends on the gradients of other weights, too. ``whole`` computes
    what its rule needs of all of the parameter, by symbol: arrays that broadcast to its shape.
    """

    name: str
    title: str
    torch_class: str | None
    options: tuple[Option, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, float | bool | tuple[float | None, ...]] = field(default_factory=dict)
    state: tuple[StateTensor, ...] = ()
    rule: Callable[[OptimizerUpdate], Iterator[UpdateTerm]] | None = None
    text: Callable[[Mapping[str, Any]], FormulaText] | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    update_line: str = ""
    order: int = 100
    offered: bool = True
    by_closure: bool = False
    couples: bool = False
    whole: Callable[[OptimizerUpdate], Mapping[str, Array]] | None = None

    @property
    def by_hand(self) -> bool:
        """Whether the weights are changed by hand, without a torch optimizer."""
        return self.torch_class is None

    @property
    def op(self) -> str:
        """The name that a recorded update has."""
        return "sub_" if self.torch_class is None else self.torch_class.rpartition(".")[2]

    @property
    def numbers(self) -> Iterator[NumberOption]:
        """The options that are numbers, and the numbers of those that are several."""
        for option in self.options:
            if isinstance(option, NumberOption):
                yield option
            elif isinstance(option, TupleOption):
                yield from option.parts

    def all_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a run, those that it does not set at their defaults."""
        return {**{each.name: each.default for each in self.options}, **self.given, **options}

    def formula(self, options: Mapping[str, Any]) -> FormulaText | None:
        """The formula with the options of a run; None where it is not known here."""
        return None if self.text is None else self.text(self.all_options(options))


def gradient_text(options: Mapping[str, Any], decay: bool = True) -> tuple[str, tuple[str, ...]]:
    """What stands for the gradient, and its definition where options change it.

    Those are ``maximize``, and weight decay where ``decay`` says that it goes by the gradient.
    """
    weight_decay = options.get("weight_decay", 0) if decay else 0
    added = f" + {weight_decay:g} · w" if weight_decay else ""
    sign = "−" if options.get("maximize") else ""
    return ("g", (f"g = {sign}grad{added}",)) if sign or added else ("grad", ())


def weight_text(options: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What stands for the weight, and its definition where decoupled weight decay shrinks it."""
    decay = options["weight_decay"]
    return ("w′", (f"w′ = w · (1 − lr · {decay:g})",)) if decay else ("w", ())


def decayed_text(options: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """What stands for the weight and for the gradient, whichever of them decays; definitions."""
    decoupled = bool(options.get("decoupled_weight_decay"))
    w, shrunk = weight_text(options) if decoupled else ("w", ())
    g, changed = gradient_text(options, decay=not decoupled)
    return w, g, (*shrunk, *changed)
