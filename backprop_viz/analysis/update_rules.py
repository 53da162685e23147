"""What the optimizers' rules are written with: terms, and the steps that several rules share.

Each rule follows the code of ``torch.optim`` for single tensors line by line: the same operations
in the same order, each rounded as torch rounds it.
"""

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backprop_viz.analysis.arithmetic import Arithmetic, Operand
from backprop_viz.recording.settings.quantities import written
from backprop_viz.recording.trace.events import Array

Named = tuple[str, Operand]  # a symbol and its value
Operands = Mapping[str, Named]

# The symbol that every rule ends in, and those of a square root and of a second one.
NEW, ROOT, SECOND_ROOT = "new w", "r", "r′"
# What has a value at each update carries the update's number t, which tells old from new.
NOW, OLD, NEXT = "ₜ", "ₜ₋₁", "ₜ₊₁"


@dataclass(frozen=True, slots=True)
class MeanOf:
    """What a step of a rule is the mean of, over a row, a column or all of the parameter.

    ``of`` is "w", "grad", the name of a state, or the symbol of another step. ``axis`` is the one
    that the mean is over, None for all. ``squared``: of the squares; ``rooted``: the root of that.
    """

    of: str
    axis: int | None = None
    squared: bool = True
    rooted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class UpdateTerm:
    """One step of a rule: ``symbol`` is ``template`` with the operands put in.

    ``operands`` hold a symbol and a value for each place of the template; ``value`` is the
    result. ``code`` is what torch ran, ``state`` the optimizer's tensor that took the value.
    Not ``exact``: torch's own last digit may be another than that of ``value``. A ``mean`` is of
    more than one element, and has no operands.
    """

    symbol: str
    template: str
    operands: Operands
    value: Operand
    code: str
    state: str | None = None
    exact: bool = True
    mean: MeanOf | None = None

    @property
    def formula(self) -> str:
        """The right-hand side in symbols."""
        return self.template.format(**{key: symbol for key, (symbol, _) in self.operands.items()})

    def numbers(self, form: Callable[[Operand], str]) -> str:
        """The right-hand side with the numbers filled in, each written by ``form``."""
        return self.template.format(**{key: form(v) for key, (_, v) in self.operands.items()})

    @property
    def scalar(self) -> bool:
        """Whether it is one number for all elements of the parameter, which no tensor holds."""
        return type(self.value) is float

    def defined(self, steps: Collection[str]) -> str:
        """The formula with its scalars: ``c₂ = 1 − β₂^t   β₂ = 0.999   t = 3``.

        ``steps`` are symbols that other steps of the rule define.
        """
        scalars = {s: v for s, v in self.operands.values() if type(v) in (int, float)}
        told = [f"{s} = {_signed(v)}" for s, v in scalars.items() if s not in steps]
        return "   ".join([f"{self.symbol} = {self.formula}", *told])


def _signed(value: float) -> str:
    """With the sign that formulas have."""
    return f"{'−' if value < 0 else ''}{written(abs(value))}"


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerUpdate:
    """What a rule is carried out on: a parameter, its ``.grad`` and the optimizer's tensors.

    ``state`` holds each tensor before and after the update, ``options`` are those of the
    parameter group in torch. ``shape`` is that of all of the parameter, also where these are one
    element of it; ``whole`` is what the optimizer's entry computes of all of it.
    """

    weight: Operand
    grad: Operand
    state: Mapping[str, tuple[Array | None, Array]]
    options: Mapping[str, Any]
    arithmetic: Arithmetic
    shape: tuple[int, ...] = ()
    whole: Mapping[str, Operand] = field(default_factory=dict)

    def option(self, name: str, otherwise: float = 0.0) -> float:
        """An option that is a number."""
        return float(self.options.get(name, otherwise))

    def before(self, name: str, initial: float = 0) -> Operand:
        """A tensor of the state as the update found it; torch begins with ``initial``."""
        before, after = self.state[name]
        return np.full_like(after, initial)[()] if before is None else before

    @property
    def count(self) -> float:
        """The number of this update, from 1, as torch counts it."""
        return float(self.state["step"][1].item())

    @property
    def lr(self) -> Named:
        """The learning rate with its symbol."""
        return "lr", self.option("lr")

    @property
    def w(self) -> Named:
        """The weight before the update with its symbol."""
        return "w", self.weight


def gradient(update: OptimizerUpdate, decay: bool = True) -> UpdateTerm:
    """``.grad``, or what weight decay makes of it."""
    grad, template, code = update.grad, "{g}", "grad = w.grad"
    if update.options.get("maximize"):
        grad, template, code = -grad, "−{g}", "grad = -w.grad"
    operands: dict[str, Named] = {"g": ("grad", update.grad)}
    weight_decay = update.option("weight_decay")
    if weight_decay and decay:
        grad = update.arithmetic.add(grad, update.weight, weight_decay)
        template += " + {k}·{w}"
        operands |= {"k": ("λ", weight_decay), "w": update.w}
        code = "grad.add(w, alpha=weight_decay)"
    return UpdateTerm("g", template, operands, grad, code)


def decayed_weight(update: OptimizerUpdate) -> UpdateTerm:
    """The weight shrunk by decoupled weight decay, before the step."""
    decay, weight = update.option("weight_decay"), update.weight
    operands = {"w": update.w, "lr": update.lr, "k": ("λ", decay)}
    value = weight * weight.dtype.type(1 - update.option("lr") * decay)
    return UpdateTerm("w′", "{w}·(1 − {lr}·{k})", operands, value, "w.mul_(1 - lr * weight_decay)")


def decayed(update: OptimizerUpdate) -> Generator[UpdateTerm, None, tuple[UpdateTerm, Named]]:
    """The gradient and the weight that a rule goes on with, whichever of them decays."""
    decoupled = bool(update.options.get("decoupled_weight_decay"))
    grad = gradient(update, not decoupled)
    yield grad
    if not (decoupled and update.option("weight_decay")):
        return grad, update.w
    weight = decayed_weight(update)
    yield weight
    return grad, (weight.symbol, weight.value)


def mean(
    update: OptimizerUpdate, letter: str, state: str, beta: Named, grad: Operand
) -> UpdateTerm:
    """The running mean of the gradient."""
    old, (name, kept) = update.before(state), beta
    operands = {"b": beta, "m": (letter + OLD, old), "g": ("g", grad)}
    value = update.arithmetic.lerp(old, grad, 1 - kept)
    code = f"{state}.lerp_(grad, 1 - {name})"
    return UpdateTerm(letter + NOW, "{b}·{m} + (1 − {b})·{g}", operands, value, code, state)


def mean_square(update: OptimizerUpdate, beta: Named, state: str, grad: Operand) -> UpdateTerm:
    """The running mean of the gradient's square."""
    old, (name, kept) = update.before(state), beta
    operands = {"b": beta, "v": ("v" + OLD, old), "g": ("g", grad)}
    value = update.arithmetic.addcmul(old * old.dtype.type(kept), grad, 1 - kept)
    code = f"{state}.mul_({name}).addcmul_(grad, grad, value=1 - {name})"
    return UpdateTerm("v" + NOW, "{b}·{v} + (1 − {b})·{g}²", operands, value, code, state)


def root(update: OptimizerUpdate, symbol: str, square: Operand, code: str) -> UpdateTerm:
    """The square root, whose last digit the math library may round differently."""
    return UpdateTerm(ROOT, "√{v}", {"v": (symbol, square)}, update.arithmetic.root(square), code)


def bias_correction(symbol: str, beta: Named, count: float, code: str) -> UpdateTerm:
    """The divisor of a running mean that began with 0, after this many updates."""
    operands = {"b": beta, "t": ("t", int(count))}
    return UpdateTerm(symbol, "1 − {b}^{t}", operands, 1 - beta[1] ** count, code)
