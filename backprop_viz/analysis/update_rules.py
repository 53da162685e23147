"""The optimizers' rules carried out anew, term by term, in the arithmetic that torch used.

Each rule follows the code of ``torch.optim`` for single tensors line by line: the same operations
in the same order, each rounded as torch rounds it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_viz.recording.events import Array, Event

Number = Any  # an array, one element of it, or a Python float: what torch works with
Operands = Mapping[str, tuple[str, Number]]

# The symbol that every rule ends in.
NEW = "new w"


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One step of a rule: ``symbol`` is ``template`` with the operands put in.

    ``operands`` hold a symbol and a value for each place of the template; ``value`` is the
    result. ``code`` is what torch ran, ``state`` the optimizer's tensor that took the value.
    Not ``exact``: torch's own last digit may be another than that of ``value``.
    """

    symbol: str
    template: str
    operands: Operands
    value: Number
    code: str
    state: str | None = None
    exact: bool = True

    @property
    def formula(self) -> str:
        """The right-hand side in symbols."""
        return self.template.format(**{key: symbol for key, (symbol, _) in self.operands.items()})

    def numbers(self, form: Callable[[Number], str]) -> str:
        """The right-hand side with the numbers filled in, each written by ``form``."""
        return self.template.format(**{key: form(v) for key, (_, v) in self.operands.items()})

    @property
    def replaces(self) -> bool:
        """Whether the new value is made of the old one of the same name."""
        return self.symbol in (symbol for symbol, _ in self.operands.values())


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How a processor's kernels round.

    ``fused``: a product is added without being rounded first, as torch's kernels do on any
    processor that can (AVX2 and AVX-512 alike, in the tail of an array too). ``root_ulps``: by
    how many units in the last place the math library's square root is off the nearest number;
    the one torch uses on Intel is off by one now and then.
    """

    fused: bool = True
    root_ulps: int = 0

    def add(self, a: Number, b: Number, alpha: float) -> Number:
        """``a.add(b, alpha=alpha)``."""
        return self._multiply_add(b, a.dtype.type(alpha), a)

    def addcmul(self, a: Number, b: Number, value: float) -> Number:
        """``a.addcmul(b, b, value=value)``."""
        return self._multiply_add(a.dtype.type(value) * b, b, a)

    def addcdiv(self, a: Number, b: Number, c: Number, value: float) -> Number:
        """``a.addcdiv(b, c, value=value)``."""
        return a + a.dtype.type(value) * b / c

    def lerp(self, a: Number, b: Number, weight: float) -> Number:
        """``a.lerp(b, weight)``: reckoned from the nearer of its ends."""
        kind = a.dtype.type
        if abs(kind(weight)) < 0.5:
            return self._multiply_add(kind(weight), b - a, a)
        return self._multiply_add(kind(weight) - kind(1), b - a, b)

    def root(self, a: Number) -> Number:
        """``a.sqrt()``."""
        root = np.sqrt(a)
        if self.root_ulps == 0:
            return root
        return np.nextafter(root, root.dtype.type(np.copysign(np.inf, self.root_ulps)))

    def _multiply_add(self, a: Number, b: Number, c: Number) -> Number:
        return fma(a, b, c) if self.fused and c.dtype == np.float32 else a * b + c


def fma(a: Number, b: Number, c: Number) -> Number:
    """``a * b + c`` of float32 numbers, rounded once."""
    a, b, c = (np.asarray(x, np.float64) for x in (a, b, c))
    product = a * b  # exact: twice 24 bits are fewer than 53
    total = np.asarray(product + c)
    part = total - product
    lost = (product - (total - part)) + (c - part)
    # Rounded to odd, so that the second rounding cannot meet a tie that the first one made.
    toward = np.where(lost > 0, np.inf, -np.inf)
    inexact = np.isfinite(total) & (lost != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact, np.nextafter(total, toward), total).astype(np.float32)


def update_terms(
    event: Event, options: Mapping[str, Any], arithmetic: Arithmetic
) -> tuple[Term, ...]:
    """A recorded update carried out anew, for all elements at once.

    () where the rule is not known here, or what it needs was not recorded.
    """
    rule = {"sub_": _manual, "SGD": _sgd, "Adam": _adam, "RMSprop": _rmsprop}.get(event.op)
    weight, grad = event.inputs
    if rule is None or weight is None or grad is None or np.iscomplexobj(weight):
        return ()
    try:
        with np.errstate(all="ignore"):
            return tuple(rule(_Update(weight, grad, event.state, options, arithmetic)))
    except LookupError:
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class _Update:
    """What a rule is carried out on."""

    weight: Number
    grad: Number
    state: Mapping[str, tuple[Array | None, Array]]
    options: Mapping[str, Any]
    arithmetic: Arithmetic

    def option(self, name: str, otherwise: float = 0.0) -> float:
        return float(self.options.get(name, otherwise))

    def before(self, name: str) -> Number:
        """A tensor of the state as the update found it; torch begins with zeros."""
        value = self.state[name][0]
        return np.zeros_like(self.weight)[()] if value is None else value

    @property
    def lr(self) -> tuple[str, Number]:
        return "lr", self.option("lr")

    @property
    def w(self) -> tuple[str, Number]:
        return "w", self.weight


def _manual(update: _Update) -> Iterator[Term]:
    weight, grad = update.weight, update.grad
    rate = update.option("lr")
    step = grad * grad.dtype.type(rate)
    operands = {"w": update.w, "lr": update.lr, "g": ("grad", grad)}
    yield Term(NEW, "{w} − {lr}·{g}", operands, weight - step, "w.sub_(w.grad * lr)")


def _gradient(update: _Update, decay: bool = True) -> Term:
    """``.grad``, or what weight decay makes of it."""
    grad, template, code = update.grad, "{g}", "grad = w.grad"
    if update.options.get("maximize"):
        grad, template, code = -grad, "−{g}", "grad = -w.grad"
    operands: dict[str, tuple[str, Number]] = {"g": ("grad", update.grad)}
    weight_decay = update.option("weight_decay")
    if weight_decay and decay:
        grad = update.arithmetic.add(grad, update.weight, weight_decay)
        template += " + {k}·{w}"
        operands |= {"k": ("λ", weight_decay), "w": update.w}
        code = "grad.add(w, alpha=weight_decay)"
    return Term("g", template, operands, grad, code)


def _sgd(update: _Update) -> Iterator[Term]:
    gradient = _gradient(update)
    yield gradient
    symbol, value = "g", gradient.value
    momentum = update.option("momentum")
    if momentum:
        buffer = _sgd_buffer(update, value, momentum)
        yield buffer
        symbol, value = "v", buffer.value
        if update.options.get("nesterov"):
            symbol, value = "h", update.arithmetic.add(gradient.value, value, momentum)
            operands = {"g": ("g", gradient.value), "k": ("μ", momentum), "v": ("v", buffer.value)}
            yield Term("h", "{g} + {k}·{v}", operands, value, "grad.add(buf, alpha=momentum)")
    new = update.arithmetic.add(update.weight, value, -update.option("lr"))
    operands = {"w": update.w, "lr": update.lr, "g": (symbol, value)}
    yield Term(NEW, "{w} − {lr}·{g}", operands, new, "w.add_(grad, alpha=-lr)")


def _sgd_buffer(update: _Update, grad: Number, momentum: float) -> Term:
    name = "momentum_buffer"
    if update.state[name][0] is None:
        return Term("v", "{g}", {"g": ("g", grad)}, grad, "buf = grad.clone()", name)
    old, kept = update.before(name), 1 - update.option("dampening")
    value = update.arithmetic.add(old * old.dtype.type(momentum), grad, kept)
    operands = {"k": ("μ", momentum), "v": ("v", old), "d": ("(1−τ)", kept), "g": ("g", grad)}
    template = "{k}·{v} + {g}" if kept == 1 else "{k}·{v} + {d}·{g}"
    code = "buf.mul_(momentum).add_(grad, alpha=1 - dampening)"
    return Term("v", template, operands, value, code, name)


def _adam(update: _Update) -> Iterator[Term]:
    weight, lr = update.weight, update.option("lr")
    decoupled = bool(update.options.get("decoupled_weight_decay"))
    gradient = _gradient(update, not decoupled)
    yield gradient
    weight_name, decay = "w", update.option("weight_decay")
    if decoupled and decay:
        weight = weight * weight.dtype.type(1 - lr * decay)
        operands = {"w": update.w, "lr": update.lr, "k": ("λ", decay)}
        code = "w.mul_(1 - lr * weight_decay)"
        yield Term("w′", "{w}·(1 − {lr}·{k})", operands, weight, code)
        weight_name = "w′"
    first, second = (float(beta) for beta in update.options["betas"])
    mean = _mean(update, "m", "exp_avg", ("β₁", first), gradient.value)
    yield mean
    square = _mean_square(update, ("β₂", second), "exp_avg_sq", gradient.value)
    yield square
    if update.options.get("amsgrad"):
        old = update.before("max_exp_avg_sq")
        value = np.maximum(old, square.value)
        operands = {"u": ("u", old), "v": ("v", square.value)}
        code = "torch.maximum(max_exp_avg_sq, exp_avg_sq)"
        square = Term("u", "max({u}, {v})", operands, value, code, "max_exp_avg_sq")
        yield square
    count = float(update.state["step"][1].item())
    step_size = lr / (1 - first**count)
    operands = {"lr": update.lr, "b": ("β₁", first), "t": ("t", int(count))}
    yield Term("η", "{lr} / (1 − {b}^{t})", operands, step_size, "lr / bias_correction1")
    correction = (1 - second**count) ** 0.5
    operands = {"b": ("β₂", second), "t": ("t", int(count))}
    yield Term("c", "√(1 − {b}^{t})", operands, correction, "bias_correction2 ** 0.5")
    root = _root(update, square.symbol, square.value, "exp_avg_sq.sqrt()")
    yield root
    kind, eps = weight.dtype.type, update.option("eps")
    value = root.value / kind(correction) + kind(eps)
    operands = {"r": ("r", root.value), "c": ("c", correction), "e": ("ε", eps)}
    code = "(exp_avg_sq.sqrt() / bias_correction2_sqrt).add_(eps)"
    yield Term("d", "{r} / {c} + {e}", operands, value, code)
    new = update.arithmetic.addcdiv(weight, mean.value, value, -step_size)
    operands = {
        "w": (weight_name, weight),
        "n": ("η", step_size),
        "m": ("m", mean.value),
        "d": ("d", value),
    }
    code = "w.addcdiv_(exp_avg, denom, value=-step_size)"
    yield Term(NEW, "{w} − {n}·{m} / {d}", operands, new, code)


def _rmsprop(update: _Update) -> Iterator[Term]:
    gradient = _gradient(update)
    yield gradient
    grad, lr, arithmetic = gradient.value, update.option("lr"), update.arithmetic
    alpha = ("α", update.option("alpha"))
    square = _mean_square(update, alpha, "square_avg", grad)
    yield square
    if update.options.get("centered"):
        mean = _mean(update, "a", "grad_avg", alpha, grad)
        yield mean
        value = arithmetic.addcmul(square.value, mean.value, -1)
        operands = {"v": ("v", square.value), "a": ("a", mean.value)}
        code = "square_avg.addcmul(grad_avg, grad_avg, value=-1)"
        square = Term("s", "{v} − {a}²", operands, value, code)
        yield square
    root = _root(update, square.symbol, square.value, "square_avg.sqrt()")
    yield root
    eps = update.option("eps")
    denominator = root.value + root.value.dtype.type(eps)
    operands = {"r": ("r", root.value), "e": ("ε", eps)}
    yield Term("d", "{r} + {e}", operands, denominator, "avg.add_(eps)")
    quotient = {"g": ("g", grad), "d": ("d", denominator)}
    momentum = update.option("momentum")
    if momentum > 0:
        old = update.before("momentum_buffer")
        value = arithmetic.addcdiv(old * old.dtype.type(momentum), grad, denominator, 1)
        operands = {"k": ("μ", momentum), "b": ("b", old), **quotient}
        code = "buf.mul_(momentum).addcdiv_(grad, avg)"
        yield Term("b", "{k}·{b} + {g} / {d}", operands, value, code, "momentum_buffer")
        new = arithmetic.add(update.weight, value, -lr)
        operands = {"w": update.w, "lr": update.lr, "b": ("b", value)}
        yield Term(NEW, "{w} − {lr}·{b}", operands, new, "w.add_(buf, alpha=-lr)")
        return
    new = arithmetic.addcdiv(update.weight, grad, denominator, -lr)
    operands = {"w": update.w, "lr": update.lr, **quotient}
    code = "w.addcdiv_(grad, avg, value=-lr)"
    yield Term(NEW, "{w} − {lr}·{g} / {d}", operands, new, code)


def _mean(update: _Update, symbol: str, state: str, beta: tuple[str, float], grad: Number) -> Term:
    """The running mean of the gradient."""
    old, (name, kept) = update.before(state), beta
    operands = {
        "b": beta,
        "m": (symbol, old),
        "c": (f"(1−{name})", 1 - kept),
        "g": ("g", grad),
    }
    value = update.arithmetic.lerp(old, grad, 1 - kept)
    code = f"{state}.lerp_(grad, 1 - {name})"
    return Term(symbol, "{b}·{m} + {c}·{g}", operands, value, code, state)


def _mean_square(update: _Update, beta: tuple[str, float], state: str, grad: Number) -> Term:
    """The running mean of the gradient's square."""
    old, (name, kept) = update.before(state), beta
    operands = {"b": beta, "v": ("v", old), "c": (f"(1−{name})", 1 - kept), "g": ("g", grad)}
    value = update.arithmetic.addcmul(old * old.dtype.type(kept), grad, 1 - kept)
    code = f"{state}.mul_({name}).addcmul_(grad, grad, value=1 - {name})"
    return Term("v", "{b}·{v} + {c}·{g}²", operands, value, code, state)


def _root(update: _Update, symbol: str, square: Number, code: str) -> Term:
    return Term("r", "√{v}", {"v": (symbol, square)}, update.arithmetic.root(square), code)
