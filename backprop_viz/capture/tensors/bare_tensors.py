"""A module that stands for tensors which are in none."""

from collections.abc import Mapping

from torch import Tensor, nn


class Tensors(nn.Module):
    """Leaves of autograd under the names of their variables, as if they were its parameters.

    They are those very tensors, of whatever type. The script has no such module; it is shown by
    this name.
    """

    def __init__(self, named: Mapping[str, Tensor]) -> None:
        super().__init__()
        held: dict[str, Tensor | None] = self._parameters  # type: ignore[assignment]
        held.update(named)

    def forward(self, **data: Tensor) -> None:
        """Nobody calls it: a loop reads the tensors by its own lines, and data by their names."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """Each of them with its shape, as torch prints the layers of a model."""
        return "\n".join(f"{name}: {tuple(one.shape)}" for name, one in self.named_parameters())
