"""Which tensors of a loop are the iteration's own: what reads them may be a loss."""

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.optim import Optimizer

from backprop_viz.capture.graph.graphs import grad_fn_of, is_functions_node, leads_to
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.tensors.nested_tensors import nested_tensors


class OwnTensors:
    """The parameters (``names`` by id()), what was recorded, and the gradients handed out."""

    def __init__(
        self,
        names: Mapping[int, str],
        optimizers: Sequence[Optimizer],
        walked: WalkedGraph,
        forward: ForwardLog,
    ) -> None:
        """``optimizers``: those that the loop was given with, also of other parameters."""
        self._names, self._walked, self._forward = names, walked, forward
        self._optimizers = set(map(id, optimizers))
        self._given = set[GradFn]()  # the nodes of gradients that can be differentiated again

    @property
    def made(self) -> Iterator[Tensor]:
        """What was made by the operations that may still have part in a backward."""
        return self._forward.made

    def have(self, tensor: Tensor) -> bool:
        """Whether a tensor is a parameter that trains, or has its node in the iteration's graph."""
        if tensor.is_leaf:
            return tensor.requires_grad and id(tensor) in self._names
        nodes = _through_functions(grad_fn_of(tensor))
        if any(node in self._walked.all or node in self._given for node in nodes):
            return True
        return self._forward.has_made(nodes)

    def are_moved_by(self, optimizer: Optimizer) -> bool:
        """Whether an optimizer has any of the parameters, or is one of the loop's."""
        if id(optimizer) in self._optimizers:
            return True
        owned = (parameter for group in optimizer.param_groups for parameter in group["params"])
        return any(id(parameter) in self._names for parameter in owned)

    def are_behind(self, roots: Sequence[Tensor]) -> bool:
        """Whether a backward of these comes to a parameter."""
        return leads_to(roots, self._names)

    def gave(self, result: object) -> None:
        """A backward has handed out these gradients, which may go into another loss."""
        nodes = map(grad_fn_of, nested_tensors(result))
        self._given.update(node for node in nodes if node is not None)


def _through_functions(node: GradFn | None) -> list[GradFn]:
    """A node; and where that is of somebody's Function, those that it leads to."""
    found = [] if node is None else [node]
    for one in found:
        if is_functions_node(one):
            leads = (to for to, _ in one.next_functions if to is not None)
            found += [to for to in leads if to not in found]
    return found
