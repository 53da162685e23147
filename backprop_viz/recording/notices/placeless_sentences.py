"""The sentences of findings that name a line, where no line is known: the value of it is ""."""

from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

PLACELESS = {
    "cut_by_no_grad": QT_TRANSLATE_NOOP(
        "findings",
        "{0} ran under torch.no_grad() or inference_mode(), so nothing before it gets a "
        "gradient. Parameters without one: {2}.",
    ),
    "cut_off": QT_TRANSLATE_NOOP(
        "findings",
        "{0} cuts the graph: nothing before it gets a gradient. Parameters without one: {2}.",
    ),
    "detached_term": QT_TRANSLATE_NOOP(
        "findings",
        "The loss has a term that is made of weights by {0}: it changes the loss, but no "
        "gradient, so it has no effect. Compute it from the weights themselves.",
    ),
    "loss_left_out": QT_TRANSLATE_NOOP(
        "findings",
        "Backward began at a tensor that no operation made, such as nn.Parameter(loss), so no "
        "parameter gets a gradient. {0} made a loss that leads to them: call backward on that.",
    ),
    "losses_kept": QT_TRANSLATE_NOOP(
        "findings",
        "The losses of {0} earlier iterations are kept in a list, and with each its graph and "
        "memory. Append loss.item() or loss.detach().",
    ),
    "stepped_for_nothing": QT_TRANSLATE_NOOP(
        "findings",
        "{0} stepped and moved none of its {1} parameters: {2} keeps backward from them. Leave it "
        "out of the loss that this step is for.",
    ),
    "term_as_number": QT_TRANSLATE_NOOP(
        "findings",
        "{0} makes a plain number of a term of the loss, here {2:.4g}: it changes the loss, "
        "but no gradient, so it has no effect. Add the tensor itself.",
    ),
    "unregistered": QT_TRANSLATE_NOOP(
        "findings",
        "Tensors of shape {0} got a gradient and are no parameters of the model. An optimizer made "
        "from model.parameters() does not step them. Use nn.ModuleList for a list of layers, "
        "nn.ParameterList for a list of parameters, and make them in __init__.",
    ),
}
