"""The modules of a model that a recording is to keep full."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch import nn

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_MOST_NAMED = 12


class ModuleChoice:
    """The modules that one of the patterns names, each with all that is in it.

    ``patterns`` are dotted names, or have the signs of ``fnmatch``: ``*``, ``?``, ``[seq]``.
    Raises ArgumentError, which names the modules, for a pattern that fits none.
    """

    def __init__(self, model: nn.Module, patterns: str | Sequence[str]) -> None:
        names = [name for name, _ in model.named_modules()]
        wanted = [patterns] if isinstance(patterns, str) else list(patterns)
        chosen: set[str] = set()
        for pattern in wanted:
            found = {name for name in names if name and fnmatchcase(name, pattern)}
            if not found:
                text = QT_TRANSLATE_NOOP(
                    "errors", "only: no module of the model is named {0}. It has {1}."
                )
                raise ArgumentError(text, repr(pattern), _listed(names))
            chosen |= found
        self._modules = frozenset(
            name for name in names if any(_is_in(name, module) for module in chosen)
        )

    def has(self, module: str | None) -> bool:
        """Whether a module is among them; None stands for outside the model."""
        return module in self._modules

    def has_tensor(self, name: str) -> bool:
        """Whether the module is among them that holds this parameter or buffer."""
        return name.rpartition(".")[0] in self._modules


def _is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def _listed(names: Sequence[str]) -> str:
    known = [name for name in names if name]
    if not known:
        return "no modules"
    more = f", … ({len(known)})" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more
