"""References to tensors that do not keep them alive."""

from collections.abc import Callable

from torch import Tensor
from torch.utils.weak import TensorWeakRef

WeakTensor = Callable[[], Tensor | None]


def weak(tensor: Tensor) -> WeakTensor:
    """What gives the tensor as long as there is one, and None from then on.

    Of a tensor that only C++ holds, a plain ``weakref.ref`` gives an object that does not hold it:
    torch 2.6 to 2.9 warns when C++ lets go of it, and whoever has the object has no tensor then.
    """
    return TensorWeakRef(tensor)
