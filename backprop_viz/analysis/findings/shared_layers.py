"""``[layer] * 3``: one layer in several places of a list, where several were meant."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding


def find(recording: Recording) -> Iterator[Finding]:
    """``shared_layer``: may be meant, as where a block is used again and again on purpose."""
    with_weights = {name.rpartition(".")[0] for name in recording.by_parameter}
    for module in recording.modules:
        holder = _holder(module.name)
        again = [name for name in module.also if _holder(name) == holder]
        inside = f"{module.name}."
        own = [name for name in with_weights if name == module.name or name.startswith(inside)]
        if not again or not own or not module.name.rpartition(".")[2].isdecimal():
            continue
        first = next(p.name for p in recording.parameters if p.name.startswith(inside))
        ran = (i for i, e in enumerate(recording.events) if e.module in own)
        values = (module.name, ", ".join(again), len(again) + 1)
        yield Finding("shared_layer", "hint", values, first, next(ran, None))


def _holder(name: str) -> str:
    return name.rpartition(".")[0]
