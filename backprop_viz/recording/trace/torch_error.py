"""What was raised in an iteration, by torch or the loop, and what the recording knows of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# A line of the user's code: the file's name, and the line's number.
CodePlace = tuple[str, int]
# The code of an exception that is not torch's.
OWN = "own"


@dataclass(frozen=True, slots=True)
class NamedShape:
    """A tensor that an operation was given; ``name`` is "" if it has none."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    device: str
    made_by: str = ""
    made: CodePlace | None = None


@dataclass(frozen=True, slots=True)
class TorchError:
    """An exception that torch raised, and which tensor it is about; or one of the loop's own.

    - ``code``: "changed_in_place", "graph_freed", "leaf_changed", "no_graph", "not_scalar",
      "gradient_shape", "nan_gradient", "out_of_range", "shapes", "dtypes", "devices" or "other"; or
      "own", of an exception that is not torch's.
    - ``kind`` and ``text``: the exception's class and its own words. ``raised``: its line.
    - ``op``: the operation that raised, or the node whose backward did; ``event``: the operation
      that made the node.
    - ``tensor``, ``shape``: the tensor that it is about: a parameter's name, else "".
    - ``made``, ``made_by``: where the tensor was made, and by what; of a parameter, where it was
      used.
    - ``changed``, ``changed_by``: where it was changed, or cut off from the graph; ``changed_at``
      is that event's index.
    - ``why``: what cut the graph, as ``analysis.graph_cuts`` calls it: "detached", "no_grad",
      "no_derivative", "copied", "integer" or "taken"; "frozen" where no parameter requires a
      gradient, which ``changed`` says. Of "out_of_range": the least and the greatest index, and
      the greatest that exists: "0…7/4".
    - ``iterations_ago``: how many iterations before this one the graph was made; 0 is this one,
      None: in one of which nothing is known.
    - ``read``, ``read_by``: where this iteration read a tensor of that earlier graph.
    - ``given``: the tensors that the operation was given.
    """

    code: str
    kind: str
    text: str
    phase: Phase | None = None
    raised: CodePlace | None = None
    op: str = ""
    event: int | None = None
    tensor: str = ""
    shape: tuple[int, ...] | None = None
    made: CodePlace | None = None
    made_by: str = ""
    changed: CodePlace | None = None
    changed_by: str = ""
    changed_at: int | None = None
    why: str = ""
    iterations_ago: int | None = 0
    read: CodePlace | None = None
    read_by: str = ""
    given: tuple[NamedShape, ...] = ()

    def sentences(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What is to be said: texts of the context "errors", each with its values."""
        yield from _what(self)
        yield from _where(self)
        if self.code in _MENDED:
            yield _mended(self), ()

    def __str__(self) -> str:
        said = [text.format(*values) for text, values in self.sentences()]
        return "\n".join([f"{self.kind}: {self.text}", *said])


def _what(error: TorchError) -> Iterator[tuple[str, tuple[str, ...]]]:
    shape = said_shape(error.shape)
    if error.code == "changed_in_place" and error.tensor:
        yield _CHANGED_PARAMETER, (error.tensor, shape, error.op)
    elif error.code == "changed_in_place":
        yield _CHANGED, (error.made_by or "?", shape, error.op)
    elif error.code == "graph_freed":
        yield _FREED, (error.op,)
    elif error.code == "leaf_changed":
        yield _LEAF, (error.op, error.tensor or "?", shape)
    elif error.why == "frozen":
        yield _ALL_FROZEN, ()
    elif error.code == "no_graph" and error.changed_by:
        texts = {"no_grad": _CUT_NO_GRAD, "integer": _CUT_INTEGER}
        yield texts.get(error.why, _CUT), (error.made_by or "?", shape, error.changed_by)
    elif error.code == "no_graph" and not error.made_by:
        yield _NO_GRAPH_AT_ALL, (shape,)
    elif error.code == "no_graph":
        yield _NO_GRAPH, (error.made_by or "?", shape)
    elif error.code in ("not_scalar", "gradient_shape"):
        several = _SEVERAL if error.code == "not_scalar" else _OTHER_SHAPE
        yield several, (error.made_by or error.tensor or "?", shape)
    elif error.code == "nan_gradient" and error.op:
        yield _NAN_SENT, (error.op,)
    elif error.given:
        detail = {"dtypes": "dtype", "devices": "device"}.get(error.code)
        yield _GIVEN, (error.op, ", ".join(_given(one, detail) for one in error.given))
    if error.code == "out_of_range" and error.why:
        chosen, _, most = error.why.partition("/")
        yield _OUT_OF_RANGE, (*chosen.split("…"), most)


def _where(error: TorchError) -> Iterator[tuple[str, tuple[str, ...]]]:
    if error.made is not None:
        text = _USED if error.tensor else _MADE
        yield text, (said_place(error.made), error.made_by)
    for one in error.given:
        if one.made is not None:
            yield _GIVEN_MADE, (said_shape(one.shape), said_place(one.made), one.made_by)
    if error.changed is not None:
        cut = _FROZEN_AT if error.why == "frozen" else _CUT_AT
        text = cut if error.code == "no_graph" else _CHANGED_AT
        yield text, (said_place(error.changed), error.changed_by)
    if error.iterations_ago is None:
        yield _EARLIER, ()
    elif error.iterations_ago == 1:
        yield _ONE_BEFORE, ()
    elif error.iterations_ago:
        yield _BEFORE, (str(error.iterations_ago),)
    if error.read is not None:
        yield _READ, (said_place(error.read), error.read_by)
    if error.raised is not None:
        yield _RAISED, (said_place(error.raised),)
    if error.code == OWN:
        yield _KEPT, ()


def _mended(error: TorchError) -> str:
    if error.iterations_ago != 0:
        return _DETACH
    if error.code == "changed_in_place" and error.tensor:
        return _STEP_LATER
    return _MENDED[error.code]


def _given(one: NamedShape, detail: str | None) -> str:
    text = f"{one.name} {said_shape(one.shape)}".strip()
    return text if detail is None else f"{text} {getattr(one, detail)}"


def said_shape(shape: tuple[int, ...] | None) -> str:
    """A shape as 16×3; () for that of a scalar, "" for none."""
    if shape is None:
        return ""
    return "×".join(map(str, shape)) if shape else "()"


def said_place(place: CodePlace) -> str:
    """A line as train.py:31; of a network that was edited in the window as network:7."""
    name = PurePath(place[0]).name
    return f"{'network' if name.startswith('<network ') else name}:{place[1]}"


_CHANGED = QT_TRANSLATE_NOOP(
    "errors", "The output of {0}, {1}, was changed in place, but {2} needs it as it was."
)
_CHANGED_PARAMETER = QT_TRANSLATE_NOOP(
    "errors", "{0}, {1}, was changed after forward had used it, but {2} needs it as it was."
)
_FREED = QT_TRANSLATE_NOOP(
    "errors", "Backward came to {0} a second time; the first backward freed what it had saved."
)
_LEAF = QT_TRANSLATE_NOOP(
    "errors", "{0} would change {1}, {2}, in place: a leaf that requires a gradient."
)
_CUT = QT_TRANSLATE_NOOP(
    "errors", "Backward starts from the output of {0}, {1}, which has no graph: {2} cut it off."
)
_CUT_NO_GRAD = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from the output of {0}, {1}, which has no graph: {2} ran under "
    "torch.no_grad().",
)
_CUT_INTEGER = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from the output of {0}, {1}, which has no graph: {2} gives whole numbers, "
    "which have no gradient.",
)
_ALL_FROZEN = QT_TRANSLATE_NOOP(
    "errors",
    "There is no graph to go back through: no parameter of the model requires a gradient "
    "(requires_grad is False for each).",
)
_FROZEN_AT = QT_TRANSLATE_NOOP("errors", "Set at {0}.")
_NO_GRAPH = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from the output of {0}, {1}, which has no graph: nothing that it was made "
    "from requires a gradient.",
)
_NO_GRAPH_AT_ALL = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from a tensor, {0}, which has no graph: it was detached, computed under "
    "torch.no_grad(), or made from nothing that requires a gradient.",
)
_SEVERAL = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from the output of {0}, {1}: torch does not know how much each of its numbers "
    "counts.",
)
_OTHER_SHAPE = QT_TRANSLATE_NOOP(
    "errors",
    "Backward starts from the output of {0}, {1}, and was given a gradient of another shape.",
)
_GIVEN = QT_TRANSLATE_NOOP("errors", "{0} was given {1}.")
_NAN_SENT = QT_TRANSLATE_NOOP("errors", "{0} is the first node that sent NaN back.")
_OUT_OF_RANGE = QT_TRANSLATE_NOOP(
    "errors", "Its indices go from {0} to {1}, but only 0 to {2} exist."
)
_GIVEN_MADE = QT_TRANSLATE_NOOP("errors", "The {0} was made at {1} by {2}.")
_MADE = QT_TRANSLATE_NOOP("errors", "Made at {0} by {1}.")
_USED = QT_TRANSLATE_NOOP("errors", "Used at {0} by {1}.")
_CHANGED_AT = QT_TRANSLATE_NOOP("errors", "Changed at {0} by {1}.")
_CUT_AT = QT_TRANSLATE_NOOP("errors", "Cut off at {0} by {1}.")
_EARLIER = QT_TRANSLATE_NOOP("errors", "The graph was made in an earlier iteration.")
_ONE_BEFORE = QT_TRANSLATE_NOOP("errors", "The graph was made in the iteration before.")
_BEFORE = QT_TRANSLATE_NOOP("errors", "The graph was made {0} iterations ago.")
_READ = QT_TRANSLATE_NOOP("errors", "This iteration came to it at {0}, by {1}.")
_RAISED = QT_TRANSLATE_NOOP("errors", "Raised at {0}.")
_KEPT = QT_TRANSLATE_NOOP("errors", "What ran of the iteration until then is recorded.")
_STEP_LATER = QT_TRANSLATE_NOOP(
    "errors", "Run every backward that needs the old weights before the step, or forward again."
)
_DETACH = QT_TRANSLATE_NOOP(
    "errors", "Detach what goes from one iteration to the next: h = h.detach()."
)
_MENDED = {
    "changed_in_place": QT_TRANSLATE_NOOP(
        "errors", "Make a new tensor (x = x + y, not x += y), or change a clone()."
    ),
    "graph_freed": QT_TRANSLATE_NOOP(
        "errors", "Compute the loss again, or call the first backward(retain_graph=True)."
    ),
    "leaf_changed": QT_TRANSLATE_NOOP("errors", "Change it under torch.no_grad()."),
    "nan_gradient": QT_TRANSLATE_NOOP(
        "errors",
        "Keep away from where the slope has no limit, as that of sqrt at 0; torch.where after it "
        "does not help: 0 times Inf is NaN.",
    ),
    "not_scalar": QT_TRANSLATE_NOOP(
        "errors",
        "Make one number of it, as a loss does, or give backward() a gradient of its shape.",
    ),
    "gradient_shape": QT_TRANSLATE_NOOP(
        "errors", "Give backward() a gradient of the shape that its tensor has."
    ),
}
