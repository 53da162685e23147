"""A sentence for each finding, in English; the window translates them."""

from collections.abc import Sequence

from backprop_viz.recording.notices.placeless_sentences import PLACELESS
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Of a finding that holds in several calls of one layer or line.
CALLS = QT_TRANSLATE_NOOP("findings", "Found in {0} of {1} calls; the first is shown.")
# By code; a finding's values go into the braces.
SENTENCES = {
    "all_frozen": QT_TRANSLATE_NOOP(
        "findings",
        "None of the {0} parameters of the model requires a gradient, as after "
        "requires_grad_(False): nothing is learnt. Call requires_grad_(True).",
    ),
    "all_ignored": QT_TRANSLATE_NOOP(
        "findings",
        "Each of the {0} targets of {1} is {2}, its ignore_index, so its mean is 0 / 0: NaN. "
        "Leave such a batch out, or mask fewer targets.",
    ),
    "batch_norm_in_eval": QT_TRANSLATE_NOOP(
        "findings",
        "Batch norm is in eval mode while the model trains: it uses its stored statistics.",
    ),
    "batch_taken_for_time": QT_TRANSLATE_NOOP(
        "findings",
        "{0} takes the first axis for time: it got {1} steps of {2} sequences, and the "
        "loss has {1} targets. Give batch_first=True.",
    ),
    "broadcast_loss": QT_TRANSLATE_NOOP(
        "findings",
        "{0} compares {1} with {2}: every output with every target. Give both the same "
        "shape, as by out.squeeze(1).",
    ),
    "cleared_before_step": QT_TRANSLATE_NOOP(
        "findings",
        "zero_grad cleared the gradients before step could use them; call it before "
        "backward. Parameters: {0}.",
    ),
    "clipped_after_step": QT_TRANSLATE_NOOP(
        "findings",
        "{0} ran after the step, so what it clipped is not used. Call it between backward() "
        "and optimizer.step().",
    ),
    "clipped_away": QT_TRANSLATE_NOOP(
        "findings",
        "{0} has left {1:.1e} of the gradients' norm.",
    ),
    "clipped_before_backward": QT_TRANSLATE_NOOP(
        "findings",
        "{0} ran before backward, so the gradients of this iteration were not clipped. "
        "Call it between backward() and optimizer.step().",
    ),
    "clipped_scaled": QT_TRANSLATE_NOOP(
        "findings",
        "{0} ran while the gradients were {1:g} times too large: call "
        "scaler.unscale_(optimizer) before it.",
    ),
    "counted_twice": QT_TRANSLATE_NOOP(
        "findings",
        "A second backward goes through {0}, where the first one began: the gradient of that "
        "loss is added up twice. Call backward once, on the sum.",
    ),
    "cut_by_no_grad": QT_TRANSLATE_NOOP(
        "findings",
        "{0} at {1} ran under torch.no_grad() or inference_mode(), so nothing before it gets a "
        "gradient. Parameters without one: {2}.",
    ),
    "cut_off": QT_TRANSLATE_NOOP(
        "findings",
        "{0} at {1} cuts the graph: nothing before it gets a gradient. Parameters "
        "without one: {2}.",
    ),
    "dead_layer": QT_TRANSLATE_NOOP(
        "findings",
        "Of the {2} units of layer {0}, {1} are 0 for the whole batch: almost no gradient passes.",
    ),
    "dead_units": QT_TRANSLATE_NOOP(
        "findings", "Units of {0} that are 0 for the whole batch: {1} of {2}."
    ),
    "detached_term": QT_TRANSLATE_NOOP(
        "findings",
        "The loss has a term that is made of weights by {0} at {1}: it changes the loss, but no "
        "gradient, so it has no effect. Compute it from the weights themselves.",
    ),
    "dropout_always": QT_TRANSLATE_NOOP(
        "findings",
        "{0} was not told whether the model trains, so it goes on after model.eval(). "
        "Give training=self.training, or use nn.Dropout.",
    ),
    "dropout_in_eval": QT_TRANSLATE_NOOP(
        "findings",
        "Dropout is off while the model trains, as after model.eval(). Call model.train().",
    ),
    "equal_units": QT_TRANSLATE_NOOP(
        "findings",
        "The {1} units of {0} have the same weights and get the same gradients: they "
        "stay the same. Initialise them at random.",
    ),
    "exploding": QT_TRANSLATE_NOOP(
        "findings", "Gradients explode: that of {0} is {2:.1e} times that of {1}."
    ),
    "frozen_moved": QT_TRANSLATE_NOOP(
        "findings",
        "{0} requires no gradient, but {1} moved it: by an old gradient, momentum or weight "
        "decay. Set its .grad to None, or leave it out of the optimizer. Such parameters: {2}.",
    ),
    "gradients_kept": QT_TRANSLATE_NOOP(
        "findings",
        "zero_grad was not called: {1} still had its last gradient when backward began. "
        "Parameters with an old gradient: {0}.",
    ),
    "gradients_pile_up": QT_TRANSLATE_NOOP(
        "findings",
        "backward has run {0} times and no optimizer has stepped: the gradients pile up, and no "
        "weight changes. Call optimizer.step() after backward, and then zero_grad().",
    ),
    "growing_graph": QT_TRANSLATE_NOOP(
        "findings",
        "The graphs of {0} earlier iterations ({1} nodes) are still held, and with them their "
        "memory: see {2}. Add loss.item(), or detach() what the next iteration uses. There is "
        "a lesson on it: “total += loss”.",
    ),
    "large_inputs": QT_TRANSLATE_NOOP(
        "findings",
        "The inputs go from {0:.4g} to {1:.4g}, and their root mean square is {2:.3g}. "
        "Layers are made for numbers around 0 with a spread of 1: subtract the mean, "
        "and divide by the standard deviation.",
    ),
    "likelihood_minimised": QT_TRANSLATE_NOOP(
        "findings",
        "The loss is a log-probability without its minus: each step makes the right "
        "answer less likely, and the loss falls without end. Put a minus before it.",
    ),
    "loss_negated": QT_TRANSLATE_NOOP(
        "findings",
        "The loss is {0} times a negative number: each step makes the network worse, "
        "and the loss falls without end. Leave out the minus.",
    ),
    "loss_summed": QT_TRANSLATE_NOOP(
        "findings",
        "{0} adds up {1} numbers to the loss, and the updates are {2:.3g} times as large as the "
        "weights; about 1e-3 is usual. Take the mean, or lower the learning rate.",
    ),
    "never_reached": QT_TRANSLATE_NOOP(
        "findings", "Backward never reached {0}: no graph leads from the loss to it."
    ),
    "never_stepped": QT_TRANSLATE_NOOP(
        "findings",
        "backward runs and zero_grad clears its gradients, but no optimizer steps: call"
        " optimizer.step() after backward. Parameters: {0}.",
    ),
    "no_activation": QT_TRANSLATE_NOOP(
        "findings",
        "There is no activation between the linear layers {0} and {1}: together they "
        "can do no more than one.",
    ),
    "masked_whole": QT_TRANSLATE_NOOP(
        "findings",
        "The first NaN arose in {0}: {1} of its rows were -inf from end to end, as where a mask "
        "leaves nothing. Keep an entry of each row.",
    ),
    "no_backward": QT_TRANSLATE_NOOP(
        "findings",
        "{0} stepped without a gradient, so nothing was learned: no backward ran in this "
        "iteration. Call loss.backward() before optimizer.step().",
    ),
    "not_finite": QT_TRANSLATE_NOOP(
        "findings", "The first {0} arose in {1}, from inputs that were all finite."
    ),
    "not_finite_from_start": QT_TRANSLATE_NOOP(
        "findings", "{1} was already not finite when {2} read it, so the loss is {0}."
    ),
    "not_finite_gradient": QT_TRANSLATE_NOOP(
        "findings",
        "The loss is finite, but the first {0} in a gradient arose in {1}, from gradients that "
        "were all finite. Its slope has no limit there, as that of sqrt at 0: keep away from "
        "it, as by adding 1e-8.",
    ),
    "not_finite_hidden": QT_TRANSLATE_NOOP(
        "findings",
        "{1} made {0} of finite numbers. What follows, as torch.where does, keeps it out of "
        "the loss, but not out of the gradients: 0 times {0} is NaN. Mask what goes into {1}, "
        "not what comes out.",
    ),
    "not_finite_update": QT_TRANSLATE_NOOP(
        "findings",
        "The step made {0} of {1}, though weight and gradient were finite. Lower the "
        "learning rate, or raise eps.",
    ),
    "not_in_optimizer": QT_TRANSLATE_NOOP(
        "findings",
        "{0} has a gradient of norm {1:.3g} and was not updated: no optimizer has it.",
    ),
    "not_log_probabilities": QT_TRANSLATE_NOOP(
        "findings",
        "nll_loss expects log-probabilities, but e to the power of a sample's numbers "
        "adds up to {0:.3g}, not 1. Put log_softmax before it, or use cross_entropy on "
        "raw scores.",
    ),
    "loss_left_out": QT_TRANSLATE_NOOP(
        "findings",
        "Backward began at a tensor that no operation made, such as nn.Parameter(loss), so no "
        "parameter gets a gradient. {0} at {1} made a loss that leads to them: call backward on "
        "that.",
    ),
    "losses_kept": QT_TRANSLATE_NOOP(
        "findings",
        "The losses of {0} earlier iterations are kept in a list, and with each its graph and "
        "memory; the newest is made at {1}. Append loss.item() or loss.detach().",
    ),
    "nothing_reached": QT_TRANSLATE_NOOP(
        "findings",
        "Backward reached no parameter of the model: the loss does not depend on any.",
    ),
    "nothing_updated": QT_TRANSLATE_NOOP(
        "findings",
        "An optimizer stepped and moved none of the {0} parameters that have a "
        "gradient. Make it from the parameters of this model, after its layers are "
        "final.",
    ),
    "one_class": QT_TRANSLATE_NOOP(
        "findings",
        "{0} has a single class to choose from: its probability is always 1, and nothing is "
        "learnt. Use binary_cross_entropy_with_logits for yes or no.",
    ),
    "one_never_steps": QT_TRANSLATE_NOOP(
        "findings",
        "backward fills the gradients of the parameters of one {0}, such as {1}, and its zero_grad "
        "clears them, but nothing calls its step(): they are not trained. Call it after backward. "
        "Parameters: {2}.",
    ),
    "one_sample_batch_norm": QT_TRANSLATE_NOOP(
        "findings", "Batch norm is training on a batch of one sample."
    ),
    "parameter_not_finite": QT_TRANSLATE_NOOP(
        "findings",
        "{0} holds {1} already as the iteration begins: an earlier step made it.",
    ),
    "probabilities_in_kl_div": QT_TRANSLATE_NOOP(
        "findings",
        "kl_div takes logarithms of probabilities first, which are at most 0; it got "
        "numbers up to {0:.3g}. Give it log_softmax, not softmax.",
    ),
    "loop_raised": QT_TRANSLATE_NOOP("findings", "{1}"),
    "raised": QT_TRANSLATE_NOOP("findings", "{1}"),
    "reductions_mixed": QT_TRANSLATE_NOOP(
        "findings",
        "One step adds the gradients of {0} with the mean and with the sum of {1} numbers, "
        "which counts {1} times as much. Give both the same reduction.",
    ),
    "rate_is_zero": QT_TRANSLATE_NOOP(
        "findings",
        "The learning rate of {0} is 0: no weight moves.",
    ),
    "rate_too_large": QT_TRANSLATE_NOOP(
        "findings",
        "{0} moves each weight by about the learning rate, which is {1:g}; 1e-3 is usual.",
    ),
    "running_stats_stand_still": QT_TRANSLATE_NOOP(
        "findings",
        "{0} has momentum 0: its running mean and variance stay as they were made, and "
        "are used after model.eval(). 0.1 is usual.",
    ),
    "saturated": QT_TRANSLATE_NOOP(
        "findings",
        "{1} % of the values of {0} are at its ends, where it is flat: almost no gradient passes.",
    ),
    "schedule_ahead": QT_TRANSLATE_NOOP(
        "findings",
        "The learning rate schedule stepped before {0} did, so its first rate is never used: this "
        "first step takes {1:.4g}. Call scheduler.step() after optimizer.step().",
    ),
    "shared_layer": QT_TRANSLATE_NOOP(
        "findings",
        "Layer {0} is the same one as {1}: the {2} places share its weights. To have "
        "{2} layers, make each anew: [make() for _ in range({2})].",
    ),
    "softmax_not_over_classes": QT_TRANSLATE_NOOP(
        "findings",
        "{4} reads the classes along dim 1 of {3}, where the probabilities do not add up to 1: {0} "
        "runs over dim {1} of {2}. Let it run over the axis of the classes.",
    ),
    "softmax_over_batch": QT_TRANSLATE_NOOP(
        "findings",
        "{0} runs over dim 0, the {1} samples of the batch: use dim=1, the {2} classes.",
    ),
    "softmax_over_others": QT_TRANSLATE_NOOP(
        "findings",
        "softmax runs over dim {0} of the scores {1}, which is that of samples or heads: the "
        "weights by which a query reads the values do not add up to 1. Use dim=-1, the keys.",
    ),
    "softmax_over_queries": QT_TRANSLATE_NOOP(
        "findings",
        "softmax runs over dim {0} of the scores {1}, which is that of the queries: the weights "
        "by which one query reads the values do not add up to 1. Use dim=-1, the keys.",
    ),
    "softmax_without_log": QT_TRANSLATE_NOOP(
        "findings",
        "nll_loss expects log-probabilities, and softmax gives probabilities: e to the power of a "
        "sample's numbers adds up to {0:.3g}, not 1. Replace softmax by log_softmax.",
    ),
    "squashed_twice": QT_TRANSLATE_NOOP(
        "findings", "{0} comes before {1}, which expects raw scores: remove the {0}."
    ),
    "step_function": QT_TRANSLATE_NOOP(
        "findings",
        "The slope of {0} is 0 everywhere: nothing before it learns.",
    ),
    "stepped_for_nothing": QT_TRANSLATE_NOOP(
        "findings",
        "{0} stepped and moved none of its {1} parameters: {2} at {3} keeps backward from them. "
        "Leave it out of the loss that this step is for.",
    ),
    "stepped_scaled": QT_TRANSLATE_NOOP(
        "findings",
        "{0} stepped with gradients that are {1:g} times too large: call "
        "scaler.step(optimizer), not optimizer.step().",
    ),
    "steps_lost": QT_TRANSLATE_NOOP(
        "findings",
        "The updates are smaller than the last digit of the weights: {0} stays as it "
        "is. The learning rate, or the gradient, is too small.",
    ),
    "steps_too_large": QT_TRANSLATE_NOOP(
        "findings",
        "Updates are {0:.3g} times as large as the weights; about 1e-3 is usual. "
        "Lower the learning rate.",
    ),
    "steps_too_small": QT_TRANSLATE_NOOP(
        "findings",
        "Updates are {0:.3g} times as large as the weights; about 1e-3 is usual. "
        "The learning rate may be too small.",
    ),
    "targets_no_probabilities": QT_TRANSLATE_NOOP(
        "findings",
        "The targets of cross_entropy are floats, so it takes them for probabilities, "
        "but a sample's add up to {0:.3g}, not 1. Give class numbers, or "
        "binary_cross_entropy_with_logits for several right answers.",
    ),
    "targets_not_yes_or_no": QT_TRANSLATE_NOOP(
        "findings",
        "The targets of {0} go from {1:.4g} to {2:.4g}, but it is made for 0 to 1: "
        "beyond, the loss can fall without end. Scale the targets, or use another loss.",
    ),
    "targets_out_of_reach": QT_TRANSLATE_NOOP(
        "findings",
        "{2} % of the targets of {1} lie where {0} cannot reach: it gives numbers from "
        "{3:g} to {4:g}. Leave out the last activation.",
    ),
    "term_as_number": QT_TRANSLATE_NOOP(
        "findings",
        "{0} at {1} makes a plain number of a term of the loss, here {2:.4g}: it changes the loss, "
        "but no gradient, so it has no effect. Add the tensor itself.",
    ),
    "tie_broken": QT_TRANSLATE_NOOP(
        "findings",
        "{0} and {1} have the same numbers and are two parameters, as after a copy of tied "
        "weights: each gets a gradient and an update of its own. Assign one to the other last.",
    ),
    "undivided": QT_TRANSLATE_NOOP(
        "findings",
        "The gradients of {0} mean losses are added up undivided: the sum is {0} times their mean.",
    ),
    "unregistered": QT_TRANSLATE_NOOP(
        "findings",
        "What is used at {1} got a gradient and is no parameter of the model: tensors of shape "
        "{0}. An optimizer made from model.parameters() does not step it. Use nn.ModuleList for a "
        "list of layers, nn.ParameterList for a list of parameters, and make them in __init__.",
    ),
    "validated_in_training": QT_TRANSLATE_NOOP(
        "findings",
        "The model was in training mode where the loop validated it, at {0}: dropout and batch "
        "norm did what they do in training. Call model.eval() before, and model.train() after.",
    ),
    "vanishing": QT_TRANSLATE_NOOP(
        "findings", "Gradients vanish: that of {0} is {2:.1e} times that of {1}."
    ),
    "view_swaps_axes": QT_TRANSLATE_NOOP(
        "findings",
        "{0} makes {2} of {1}: that does not swap the axes, it mixes their numbers. Use"
        " transpose or permute.",
    ),
    "zero_gradients": QT_TRANSLATE_NOOP(
        "findings",
        "Every gradient is exactly 0, from {0} on, though the loss is not: no weight learns.",
    ),
}


def sentence_of(code: str, values: Sequence[str | float]) -> str:
    """The sentence for a finding with these values; the code itself where there is none."""
    if code in PLACELESS and "" in values:
        return PLACELESS[code]
    return SENTENCES.get(code, code)
