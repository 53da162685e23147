"""The parameters of a model by their names, found again in a fraction of the time."""

from collections.abc import Mapping, Sequence
from itertools import chain

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.watches.module_tree import modules_in, parameters_in, unchanged_scope
from backprop_viz.capture.watches.parallel_modules import is_sharded

# Of each parameter its dotted name and itself.
NamedParameters = list[tuple[str, nn.Parameter]]


class OwnParameters:
    """What ``named_parameters`` tells of a model, and those that ``only`` does not leave out."""

    def __init__(self, model: nn.Module, only: ModuleChoice | None) -> None:
        self._model, self._only = model, only
        self._sharded = is_sharded(model)
        self._modules = _own_parameters(model, self._sharded)
        self._found_in = unchanged_scope()  # what the modules were found in
        # What was found last, and of what; and which of those are kept.
        self._looked_up: tuple[object, NamedParameters] = None, []
        self._kept: tuple[NamedParameters, NamedParameters] = [], []
        self._scope: object = None  # in which that was found
        self.lazy: frozenset[str] = frozenset()  # the names of those that had no numbers yet

    def look_again(self) -> None:
        """The model may have other modules than before."""
        if not (self._sharded or self._is_in_scope()):
            self._modules, self._found_in = _own_parameters(self._model), unchanged_scope()

    def kept(self) -> NamedParameters:
        """Those whose numbers are kept: the same list while they are the same."""
        pairs = self.all()
        if self._only is None:
            return pairs
        if self._kept[0] is not pairs:
            self._kept = pairs, [pair for pair in pairs if self.keeps(pair[0])]
        return self._kept[1]

    def keeps(self, name: str) -> bool:
        """Whether the numbers of a parameter are kept."""
        return self._only is None or self._only.has_tensor(name)

    def all(self) -> NamedParameters:
        """As ``named_parameters``, without those that are lazy.

        Nor what ``torch.func.functional_call`` has put in a parameter's place for a while. It is
        the same list while they are the same.
        """
        if self._is_in_scope():
            return self._looked_up[1]
        self._scope = unchanged_scope()
        names, held = self._modules
        now = (
            names,
            list(map(len, held)),
            list(chain.from_iterable([parameters.keys() for parameters in held])),
            list(map(id, chain.from_iterable([parameters.values() for parameters in held]))),
        )
        if now == self._looked_up[0]:
            return self._looked_up[1]
        pairs = self._named(names, held)
        kinds = set(map(type, [parameter for _, parameter in pairs]))
        if kinds <= {nn.Parameter}:
            found, lazy = pairs, False
        else:
            own = [pair for pair in pairs if type(pair[1]) is not Tensor or self._is_bare(*pair)]
            found = [(name, one) for name, one in own if not is_lazy(one)]
            lazy = len(found) < len(own)
            self.lazy |= {name for name, one in own if is_lazy(one)}
        # A lazy one stays the same object when it gets its numbers.
        self._looked_up = (None if lazy else now), found
        return found

    def _is_bare(self, name: str, parameter: Tensor) -> bool:
        """Whether a tensor that is no Parameter is one all the same: it is in no module."""
        module = self._model.get_submodule(name.rpartition(".")[0]) if "." in name else self._model
        return isinstance(module, Tensors)

    def _named(
        self, names: Sequence[str], held: Sequence[Mapping[str, nn.Parameter | None]]
    ) -> NamedParameters:
        """Each of these once, with its dotted name, whatever it is."""
        whole = type(self._model).named_parameters is nn.Module.named_parameters
        if whole and not self._sharded and self._found_in is unchanged_scope() is not None:
            return parameters_in(self._model)  # which others ask for, too
        found: NamedParameters = []
        seen: set[int] = set()
        for module, parameters in zip(names, held, strict=True):
            prefix = f"{module}." if module else ""
            for name, parameter in parameters.items():
                if parameter is not None and id(parameter) not in seen:
                    seen.add(id(parameter))
                    found.append((prefix + name, parameter))
        return found

    def _is_in_scope(self) -> bool:
        """Whether nothing can have changed since it was looked up."""
        return self._scope is not None and self._scope is unchanged_scope()


def _own_parameters(
    model: nn.Module, at_once: bool = False
) -> tuple[list[str], list[Mapping[str, nn.Parameter | None]]]:
    """The names of a model's modules, and the parameters that each holds itself.

    To ask the model for all takes ten times as long as to compare a small one. ``at_once``: as it
    is now, whatever becomes of the modules.
    """
    if at_once or type(model).named_parameters is not nn.Module.named_parameters:
        return [""], [dict(model.named_parameters())]
    modules = modules_in(model)
    return [name for name, _ in modules], [module._parameters for _, module in modules]
