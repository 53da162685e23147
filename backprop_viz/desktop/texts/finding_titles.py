"""A title for each finding."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.recording.notices.finding import Finding


def finding_titles() -> dict[str, str]:
    """The titles by code, in the user's language; a finding's values go into the braces."""
    translate = QCoreApplication.translate
    return {
        "all_frozen": translate("findings", "No parameter requires a gradient"),
        "batch_norm_in_eval": translate("findings", "Batch norm is in eval mode"),
        "batch_taken_for_time": translate(
            "findings",
            "The batch is taken for time in {0}",
        ),
        "broadcast_loss": translate(
            "findings",
            "{0} compares all with all",
        ),
        "cleared_before_step": translate(
            "findings",
            "zero_grad before step",
        ),
        "clipped_away": translate(
            "findings",
            "Clipping leaves next to nothing",
        ),
        "clipped_after_step": translate("findings", "Clipping after the step"),
        "clipped_before_backward": translate("findings", "Clipping before backward"),
        "clipped_scaled": translate(
            "findings",
            "Scaled gradients are clipped",
        ),
        "counted_twice": translate("findings", "A loss is counted twice"),
        "cut_by_no_grad": translate("findings", "{0} ran without a graph"),
        "cut_off": translate(
            "findings",
            "The graph is cut at {0}",
        ),
        "dead_layer": translate("findings", "{0}: {1} of {2} units are dead"),
        "dead_units": translate("findings", "{0}: dead units, {1} of {2}"),
        "detached_term": translate("findings", "A term of the loss has no gradient"),
        "dropout_always": translate("findings", "{0} is on in eval mode too"),
        "dropout_in_eval": translate(
            "findings",
            "Dropout is off while the model trains",
        ),
        "equal_units": translate(
            "findings",
            "The units of {0} are all equal",
        ),
        "exploding": translate("findings", "Gradients explode"),
        "frozen_moved": translate("findings", "{0} is frozen, but moves"),
        "gradients_kept": translate("findings", "zero_grad was not called"),
        "gradients_pile_up": translate("findings", "Gradients pile up, and no step comes"),
        "growing_graph": translate("findings", "The graph grows with every iteration"),
        "large_inputs": translate(
            "findings",
            "Inputs are not normalised",
        ),
        "likelihood_minimised": translate("findings", "The loss has the wrong sign"),
        "loss_negated": translate("findings", "The loss has the wrong sign"),
        "loss_summed": translate("findings", "The loss is a sum of {1} numbers"),
        "never_reached": translate("findings", "{0} gets no gradient"),
        "never_stepped": translate(
            "findings",
            "The optimizer never steps",
        ),
        "no_activation": translate(
            "findings",
            "Nothing between {0} and {1}",
        ),
        "masked_whole": translate("findings", "A mask leaves nothing to {0}"),
        "no_backward": translate("findings", "{0} stepped, and no backward ran"),
        "not_finite": translate("findings", "{0} first appeared in {1}"),
        "not_finite_from_start": translate("findings", "The loss is {0}"),
        "not_finite_gradient": translate(
            "findings",
            "{0} in the gradients, from {1}",
        ),
        "not_finite_hidden": translate("findings", "{0} from {1}, hidden from the loss"),
        "not_finite_update": translate(
            "findings",
            "The update makes {1} {0}",
        ),
        "not_in_optimizer": translate("findings", "{0} is in no optimizer"),
        "not_log_probabilities": translate(
            "findings",
            "nll_loss gets no log-probabilities",
        ),
        "loss_left_out": translate("findings", "Backward began at a copy of the loss"),
        "losses_kept": translate("findings", "The losses of {0} iterations keep their graphs"),
        "nothing_reached": translate("findings", "No parameter gets a gradient"),
        "nothing_updated": translate(
            "findings",
            "The optimizer has none of the model's parameters",
        ),
        "one_class": translate("findings", "{0} of a single class"),
        "one_never_steps": translate("findings", "One {0} never steps"),
        "one_sample_batch_norm": translate("findings", "Batch norm of one sample"),
        "parameter_not_finite": translate("findings", "{0} holds {1}"),
        "probabilities_in_kl_div": translate("findings", "kl_div gets no logarithms"),
        "loop_raised": translate("findings", "The loop raised {0}"),
        "raised": translate("findings", "torch raised {0}"),
        "rate_is_zero": translate(
            "findings",
            "The learning rate is 0",
        ),
        "rate_too_large": translate(
            "findings",
            "The learning rate is very large",
        ),
        "reductions_mixed": translate("findings", "Mean and sum of {0} are mixed"),
        "running_stats_stand_still": translate(
            "findings", "The statistics of batch norm {0} stand still"
        ),
        "saturated": translate(
            "findings",
            "{0} is saturated",
        ),
        "schedule_ahead": translate("findings", "The schedule steps before {0}"),
        "shared_layer": translate("findings", "One layer in {2} places: {0}"),
        "softmax_not_over_classes": translate("findings", "{0} not over the classes"),
        "all_ignored": translate("findings", "{1} ignores all of its targets"),
        "stepped_for_nothing": translate("findings", "{0} stepped for nothing"),
        "softmax_over_others": translate("findings", "softmax over samples or heads"),
        "softmax_over_batch": translate(
            "findings",
            "{0} over the batch",
        ),
        "softmax_over_queries": translate("findings", "softmax over the queries"),
        "softmax_without_log": translate("findings", "nll_loss gets probabilities, not logarithms"),
        "squashed_twice": translate("findings", "{0} before {1}"),
        "step_function": translate(
            "findings",
            "{0} passes no gradient",
        ),
        "stepped_scaled": translate("findings", "A step with scaled gradients"),
        "steps_lost": translate(
            "findings",
            "Updates are too small to change a weight",
        ),
        "steps_too_large": translate("findings", "Updates are very large"),
        "steps_too_small": translate("findings", "Updates are very small"),
        "targets_no_probabilities": translate(
            "findings", "cross_entropy with other targets than probabilities"
        ),
        "targets_not_yes_or_no": translate("findings", "Targets beyond 0 to 1"),
        "targets_out_of_reach": translate("findings", "{0} cannot reach the targets"),
        "term_as_number": translate("findings", "A term of the loss is a plain number"),
        "tie_broken": translate("findings", "{0} and {1} are tied no more"),
        "undivided": translate("findings", "{0} losses are added up undivided"),
        "unregistered": translate("findings", "Not in the model: {0}"),
        "validated_in_training": translate("findings", "Validated in training mode"),
        "vanishing": translate("findings", "Gradients vanish"),
        "view_swaps_axes": translate(
            "findings",
            "{0} in place of a transpose",
        ),
        "zero_gradients": translate(
            "findings",
            "Every gradient is 0",
        ),
    }


def finding_title(finding: Finding) -> str:
    """What was found in a few words, in the user's language."""
    return with_particles(finding_titles()[finding.code].format(*finding.values))
