"""Reports every torch function that a network runs: what it read and made, and at which line."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import lru_cache, partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import Module
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code.given_arguments import training_given
from backprop_viz.capture.code.own_faults import OURS, AroundCall
from backprop_viz.capture.code.own_frames import has_passed, run_theirs
from backprop_viz.capture.code.user_lines import lines_running
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.logs.event_log import Copy
from backprop_viz.capture.tensors.templates import Template
from backprop_viz.capture.tensors.unheard import unheard
from backprop_viz.capture.watches.inside_watch import InsideWatch, RanInside
from backprop_viz.capture.watches.module_watch import ModuleWatch
from backprop_viz.capture.watches.transforms import transforms_within
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.torch_error import CodePlace

SomeTensors = tuple[Tensor, ...]
Copies = tuple[Copy, ...]

# The usual operations that draw no random numbers, by their ``__name__``. Of all others the
# generator's state is compared: to read it twice takes as long as half of what else is recorded.
NEVER_RANDOM = frozenset(
    {
        *("conv1d", "conv2d", "conv3d", "linear", "matmul", "__matmul__", "bmm", "embedding"),
        *("gru_cell", "lstm_cell", "rnn_tanh_cell", "rnn_relu_cell", "expand", "split", "unbind"),
        *("max_pool1d", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "pad", "layer_norm"),
        *(
            "batch_norm",
            "group_norm",
            "relu",
            "relu_",
            "gelu",
            "silu",
            "sigmoid",
            "tanh",
            "softmax",
        ),
        *("log_softmax", "cross_entropy", "nll_loss", "mse_loss", "add", "__add__", "__radd__"),
        *("add_", "sub", "__sub__", "mul", "__mul__", "__rmul__", "div", "__truediv__", "neg"),
        *(
            "view",
            "reshape",
            "flatten",
            "transpose",
            "permute",
            "contiguous",
            "unsqueeze",
            "squeeze",
        ),
        *("cat", "stack", "chunk", "sum", "mean", "__getitem__", "size", "dim", "__get__"),
    }
)


# Torch fills in training=True where a call does not say; such a call is recorded as it was made.
_DROPOUTS = frozenset(
    {
        *("dropout", "dropout1d", "dropout2d", "dropout3d"),
        *("alpha_dropout", "feature_alpha_dropout"),
    }
)
# What hands numbers to Python or numpy. ``bool`` only decides which way to go.
_TAKES_NUMBERS = frozenset({"item", "tolist", "numpy", "float", "int", "complex", "array", "index"})


class Ran(NamedTuple):
    """A torch function that ran: what it read, with copies, what it made, and how it was called.

    ``line`` is that of the model's forward, ``place`` that of the user's own code, ``module`` the
    innermost one that ran it.
    """

    op: str
    read: SomeTensors
    inputs: Copies
    made: SomeTensors
    line: int | None
    place: CodePlace | None
    call: Call | None
    module: str | None
    outputs: Copies | None = None  # copies of what it made, where that is told of later


class _Begun(NamedTuple):
    """What is noted of a plain operation that is about to run."""

    inputs: Copies
    state: bytes | None  # of the random generator, if it draws
    line: int | None
    place: CodePlace | None
    module: str | None


class FunctionWatch(TorchFunctionMode):
    """Calls ``ran`` for every torch function that makes tensors, with the line that called it.

    ``failed`` is called for one that raises, with the tensors it was given; ``taken`` for one that
    hands numbers to Python or numpy, with its name and copies of the tensors. What a function reads
    is copied before it runs, for it may write in place. Within a transform such as torch.vmap
    tensors have no memory: there it is told of the plain operations below, before each of which
    ``before_call`` is called; and so within a function that is given another one to call.
    """

    def __init__(
        self,
        ran: Callable[[Ran], None],
        copy: Callable[[SomeTensors], Copies],
        forward: CodeType | None,
        failed: Callable[[str, SomeTensors, Exception], None],
        taken: Callable[[str, Copies], None],
        modules: ModuleWatch,
        before_call: Callable[..., None] | None = None,
    ) -> None:
        super().__init__()
        self.inside: InsideWatch | None = None  # while it is told of plain operations
        self._transforms = ExitStack()
        self._before_call, self._modules = before_call, modules
        self._failed = failed
        self._taken = taken
        self._ran = ran
        self._copy = copy
        self.forward = forward

    def __enter__(self) -> "FunctionWatch":
        self._transforms.enter_context(self.transforms_told())
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        self._transforms.close()

    def transforms_told(self) -> AbstractContextManager[None]:
        """In here it is told of what torch.vmap, torch.func.grad and the like come down to."""
        return transforms_within(self.told_inside)

    @contextmanager
    def told_inside(
        self,
        ran: Callable[[Ran], None] | None = None,
        known: Callable[[Tensor], Tensor] | None = None,
    ) -> Iterator[None]:
        """Tell of the plain operations that run in here, in place of torch's functions.

        They are told to ``ran``, if it is given; ``known`` is as ``InsideWatch`` has it.
        """
        if self.inside:
            yield
            return
        self.inside = watch = InsideWatch(self._inside_runs, partial(self._inside_ran, ran), known)
        try:
            with watch:
                yield
                with torch._C.DisableTorchFunction():
                    watch.end()
        finally:
            self.inside = None

    def _inside_runs(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        template: Template,
    ) -> "_Begun":
        if self._before_call is not None:
            self._before_call(func, args, kwargs)
        draws = torch.Tag.nondeterministic_seeded in getattr(func, "tags", ())
        state = random_state() if draws else None
        inputs = self._copy(tuple(template.read))
        lines = lines_running(self.forward, sys._getframe(), {})
        return _Begun(inputs, state, *lines, self._modules.running)

    def _inside_ran(
        self,
        ran: Callable[[Ran], None] | None,
        told: RanInside,
        begun: "_Begun",
    ) -> None:
        op, read, made, call = told
        told_of = op, read, begun.inputs, made, begun.line, begun.place, call, begun.module
        (ran or self._ran)(Ran(*told_of))

    def tell_last(self) -> None:
        """Within a transform: tell of the operation that ran last."""
        if self.inside is not None:
            self.inside.end()

    def forget(self) -> None:
        """Report nothing any more."""
        self._ran, self._failed, self._taken = _ignored, _ignored, _ignored

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and report it."""
        tracer = sys.gettrace()
        if tracer is None:
            return self._reported(func, args, kwargs or {})
        # No line of forward runs in here, and Python is half as fast while it is traced.
        sys.settrace(None)
        try:
            return self._reported(func, args, kwargs or {})
        finally:
            if sys.gettrace() is None:  # no other one was set while the loop was held in here
                sys.settrace(tracer)

    def _reported(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        if self.inside:  # what it comes down to is told
            return run_theirs(func, args, kwargs)
        if func is torch.autograd.grad and kwargs.get("create_graph"):
            return self._run_told_inside(func, args, kwargs)
        if func is Tensor.size:
            try:
                return func(*args, **kwargs)
            except Exception:
                pass  # of an axis that is not there: it raises again where that is noted
        template = Template(args, kwargs)
        read = tuple(template.read)
        inputs = self._copy(read)
        draws = getattr(func, "__name__", "") not in NEVER_RANDOM
        state = random_state() if draws else None
        try:
            if not template.plain and _calls_back(func, args, kwargs):
                return self._run_told_inside(func, args, kwargs)
            result = run_theirs(func, args, kwargs)
        except Exception as error:
            if has_passed(error):
                with OURS:
                    self._failed(op_name(func), read, error)
            raise
        op = op_name(func)
        if op == "setitem":
            # ``x[i] = y`` gives nothing back; what it makes is the changed x.
            made = read[:1]
        else:
            made = (result,) if isinstance(result, Tensor) else tuple(tensors_in_result(result))
        if not made and op in _TAKES_NUMBERS:
            self._taken(op, inputs)
        if made and op != "grad" and not (op == "data" and is_lazy(made[0])):
            drew = draws and state != random_state()
            filled = op in _DROPOUTS and "training" in kwargs and not training_given(2)
            without = "training" if filled else None
            call = template.call(_full_name(func), state if drew else None, without)
            lines = lines_running(self.forward, sys._getframe(), {})
            module = self._modules.running
            self._ran(Ran(op, read, inputs, made, *lines, call, module))
        return result

    def _run_told_inside(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        with AroundCall() as around:
            with OURS:
                around.enter_context(self.told_inside())
            return run_theirs(func, args, kwargs)


def _calls_back(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a function of Python's is given another, such as a distance: no data tells of that.

    What torch has in C++ (``Tensor.apply_``) hands it numbers, not tensors.
    """
    given = (*args, *kwargs.values())
    return isinstance(func, FunctionType) and any(
        isinstance(value, FunctionType | MethodType | BuiltinFunctionType | partial | Module)
        for value in given
    )


def _ignored(*_: Any) -> None:
    """Of a call that nobody is told of."""


@lru_cache(maxsize=4096)
def _full_name(func: Callable[..., Any]) -> str | None:
    """``torch.nn.functional.conv2d``; torch itself looks it up in 15 microseconds each time."""
    return name_of(func)


def random_state() -> bytes:
    """The state of torch's generator on the CPU."""
    with unheard():  # a FakeTensorMode would take tensors of its own alone
        try:
            return torch.default_generator.get_state().numpy().tobytes()
        except RuntimeError:
            # Within torch.func.grad and the like even this is a tensor without memory.
            with torch._C._DisableFuncTorch():
                return torch.default_generator.get_state().numpy().tobytes()


def calling_line(error: Exception, code: CodeType | None) -> int | None:
    """The line of ``code`` in which an exception arose, None if it was elsewhere."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    return None if trace is None else trace.tb_lineno


def tensors_in_result(value: Any) -> Iterator[Tensor]:
    """The tensors in a (nested) result."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in_result(item)


def op_name(func: Callable[..., Any]) -> str:
    """``conv2d``, ``add_``; for a property such as ``T`` its own name."""
    name: str = getattr(func, "__name__", "")
    if name in ("__get__", ""):
        return (name_of(func) or "operation").removesuffix(".__get__").rpartition(".")[2]
    return name.strip("_") if name.startswith("__") else name
