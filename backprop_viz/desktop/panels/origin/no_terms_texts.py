"""Why a number has no terms, in the user's language."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.earlier_number import is_kept_by_hand
from backprop_viz.analysis.provenance import is_kept_inside
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def no_terms_text(reason: Fact) -> str | None:
    """The sentence for a reason; None for a code that is not one."""
    translate = QCoreApplication.translate
    texts = {
        "failed": translate("reasons", "It could not be worked out: {0}: {1}. The log has more."),
        "samples": translate(
            "reasons",
            "Of the batch only {0} of the samples was recorded, as training runs by.",
        ),
        "input_not_recorded": translate("reasons", "What {0} read was not recorded."),
        "call_not_recorded": translate(
            "reasons",
            "How {0} was called was not recorded: an argument is no plain value, but a function "
            "or an object. Call what it does one by one, and each step has terms.",
        ),
        "function_not_known": translate(
            "reasons",
            "{0} cannot be run again: this version of torch has none of that name, or it is none "
            "of its operations.",
        ),
        "not_replayed": translate("reasons", "{0} could not be run again: {1}"),
        "not_reproduced": translate(
            "reasons", "{0}, run again, gave other numbers than were recorded."
        ),
        "constant": translate("reasons", "{0} made it from nothing that was recorded."),
        "derivative_refused": translate("reasons", "torch refuses a derivative of {0}: {1}"),
        "weights_differ": translate(
            "reasons",
            "This weight differs from rank to rank, so there is no one loss to check it with.",
        ),
        "drawn": translate("reasons", "{0} drew it at random."),
        "drawn_elsewhere": translate(
            "reasons",
            "{0} drew random numbers on another device than the CPU, where they cannot be drawn "
            "again: what they were is not recorded.",
        ),
        "changed_outside": translate(
            "reasons", "It was not changed by an optimizer: other code wrote into it."
        ),
        "inner_node": translate(
            "reasons",
            "{0} is a step inside {1}, which torch runs as one piece. Only what {1} as a whole "
            "sends to its inputs and weights is explained.",
        ),
        "unrecorded_node": translate(
            "reasons",
            "No recorded operation made {0}: torch.vmap, torch.func or autograd.grad made it "
            "within the forward pass. Written as plain operations, each step has terms.",
        ),
        "made_by_backward": translate(
            "reasons",
            "No call made {0}: an earlier backward with create_graph=True did, within torch. What "
            "it sends is recorded, but not the operation that it is the derivative of.",
        ),
        "weights_moved": translate(
            "reasons",
            "The weights have moved before {0} read them once more, so there is no one loss to "
            "check it with.",
        ),
        "read_unrecorded": translate(
            "reasons",
            "No recorded operation made what {0} read: torch.vmap, torch.func or autograd.grad "
            "made it within the forward pass. Written as plain operations, each step has terms.",
        ),
        "no_derivative": translate("reasons", "{0} has no derivative."),
        "no_operation": translate(
            "reasons",
            "The operation that made {0} was not recorded: it ran within backward. A checkpoint "
            "with use_reentrant=False has terms.",
        ),
        "custom_function": translate(
            "reasons",
            "{0} is a Function of your own, and no recorded operation of its backward made this. "
            "Write its forward with torch's operations alone, or hold it to "
            "torch.autograd.gradcheck.",
        ),
        "grad_written": translate(
            "reasons", "Other code wrote it into .grad: no backward added it here."
        ),
        "changed_by_hook": translate(
            "reasons",
            "{1:.6g} was sent to {0}; a hook has changed it before it arrived there.",
        ),
        "changed_by_module_hook": translate(
            "reasons", "{1:.6g} came to the module's backward hook, which has changed it."
        ),
        "changed_after": translate(
            "reasons", "{1:.6g} was accumulated; a hook has changed .grad right after it."
        ),
        "changed_in_place": translate(
            "reasons",
            "{0} read a tensor that was changed in place by what no recorded call tells of. Make a "
            "new tensor in its place, as by torch.where or torch.cat.",
        ),
        "in_place_on_view": translate(
            "reasons",
            "{0} wrote into a part of a tensor by what no recorded call tells of. Make a new "
            "tensor in its place, as by torch.where or torch.cat.",
        ),
        "node_not_found": translate("reasons", "Run again, the operation made no {0}."),
        "node_cannot_run": translate("reasons", "{0} could not be run again: {1}"),
        "not_differentiable_twice": translate(
            "reasons", "Its backward cannot be differentiated: {0}"
        ),
        "moved_between_closures": translate(
            "reasons",
            "{0} moved it between two calls of its closure, along a direction that it makes from "
            "the gradients of all calls so far.",
        ),
        "direction_of_history": translate(
            "reasons",
            "{0} moves all its weights together, along a direction that it makes from the "
            "gradients of all calls so far. That is no rule for one weight.",
        ),
        "no_update_rule": translate("reasons", "The rule of {0} is not known here."),
        "does_not_close": translate(
            "reasons", "The terms found for {0} sum to {1}, which is not its value."
        ),
        "reduce_scattered": translate(
            "reasons",
            "This rank's shard of the mean over all ranks. Its own whole gradient is in the graph; "
            "those of the others are in their files.",
        ),
        "is_the_loss": translate("reasons", "It is the loss itself."),
        "loss_does_not_depend": translate("reasons", "The loss does not depend on it."),
        "not_a_float": translate("reasons", "It is a whole number, which has no gradient."),
        "no_loss": translate("reasons", "No loss was recorded."),
    }
    text = texts.get(reason.code)
    return None if text is None else text.format(*reason.values)


def given_text(recording: Recording, number: Number) -> str:
    """What a number is that nothing recorded made."""
    translate = QCoreApplication.translate
    tensor = number.tensor
    if number.event is not None and recording.events[number.event].phase is Phase.ZERO_GRAD:
        return translate(
            "reasons", "zero_grad cleared it: the next backward adds its gradient to zero."
        )
    if tensor == recording.input_id:
        return translate("reasons", "It is an input: it comes from the batch.")
    if tensor == recording.labels_id:
        return translate("reasons", "It is an input: a label of the batch.")
    if any(tensor == parameter.value_id for parameter in recording.parameters):
        return translate(
            "reasons",
            "This is the parameter as the iteration began: the update before made it, or the "
            "network was given it.",
        )
    if any(tensor == parameter.grad_id for parameter in recording.parameters):
        return translate(
            "reasons", "This is .grad as the iteration began: the iteration before left it."
        )
    if any(tensor == value for buffer in recording.buffers for _, value in buffer.values):
        return translate(
            "reasons",
            "It is given: a buffer of the network, such as a running mean. No gradient changes it.",
        )
    transposed = _transposed(recording, tensor)
    if transposed is not None:
        told = translate(
            "reasons", "It is {0}, transposed, as torch has kept it for a gradient of the gradient."
        )
        return told.format(transposed)
    if is_kept_inside(recording, tensor):
        return translate(
            "reasons",
            "An operation computed it on its way, and torch has kept it for a gradient of the "
            "gradient: no call handed it out.",
        )
    kept = (before for event in recording.events for before, _ in event.state_ids.values())
    if tensor in kept:
        return translate(
            "reasons",
            "The optimizer keeps it from one step to the next: the update before made it, or it "
            "began as zeros.",
        )
    if is_kept_by_hand(recording, tensor):
        return translate(
            "reasons",
            "The loop's own lines read it for their step. No recorded operation of this iteration "
            "made it: it may be kept from the one before, as a momentum is.",
        )
    return translate(
        "reasons", "Nothing that was recorded made it: to the network it is a constant."
    )


def _transposed(recording: Recording, tensor: int) -> str | None:
    """The parameter that a tensor is the transpose of."""
    array = recording.tensors[tensor]
    for parameter in recording.parameters if array.ndim == 2 and array.size > 1 else ():
        if np.array_equal(array.T, parameter.value):
            return parameter.name
    return None
