"""A module that stands for tensors which are in none."""

from collections.abc import Container, Mapping

from torch import Tensor, nn


def unused_name(name: str, used: Container[str]) -> str:
    """This name, or one made of it that is none of those that are used."""
    while name in used:
        name += "_"
    return name


class Tensors(nn.Module):
    """Leaves of autograd under the names of their variables, as if they were its parameters.

    They are those very tensors, of whatever type. The attributes of an object, as
    ``layers[0].weight``, are in a module of the object's name; where that cannot be one, and in
    keys, "_" stands for each dot. The script has no such module; it is shown by this name.
    ``of_function``: a function of the loop is given them, and differentiated by them.
    """

    def __init__(self, named: Mapping[str, Tensor], *, of_function: bool = False) -> None:
        super().__init__()
        self.are_of_function = of_function
        held: dict[str, Tensor | None] = self._parameters  # type: ignore[assignment]
        of_objects: dict[str, dict[str, Tensor]] = {}
        taken = {*named, *(name.partition(".")[0] for name in named)}
        for name, tensor in named.items():
            owner, _, attribute = name.partition(".")
            is_key = "'" in name or '"' in name  # which may be anything
            if is_key or not (owner and attribute) or owner in named or hasattr(self, owner):
                key = name.replace(".", "_")
                held[unused_name(key, {*held, *(taken - {name})})] = tensor
            else:
                of_objects.setdefault(owner, {})[attribute] = tensor
        for owner, attributes in of_objects.items():
            self._modules[owner] = Tensors(attributes)

    def put(self, name: str, tensor: Tensor) -> None:
        """Another tensor is the one of this name, as ``named_parameters`` tells it, from now on."""
        owner, _, own = name.rpartition(".")
        held: dict[str, Tensor | None]
        held = self.get_submodule(owner)._parameters  # type: ignore[assignment]
        held[own] = tensor

    def forward(self, **data: Tensor) -> None:
        """Nobody calls it: a loop reads the tensors by its own lines, and data by their names."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """Each of them with its shape, as torch prints the layers of a model."""
        own = self.named_parameters(recurse=False)
        return "\n".join(f"{name}: {tuple(one.shape)}" for name, one in own)
