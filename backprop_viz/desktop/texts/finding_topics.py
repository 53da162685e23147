"""What is looked for in an iteration, in a few words."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from backprop_viz.recording.notices.finding import Finding


def _topics() -> tuple[tuple[str, frozenset[str]], ...]:
    """What is looked for, in the user's language, each with the codes of what it may find."""
    translate = QCoreApplication.translate
    return (
        (
            translate("findings", "NaN or Inf"),
            frozenset(
                {
                    *("not_finite", "not_finite_from_start"),
                    *("not_finite_gradient", "not_finite_hidden", "not_finite_update"),
                    *("parameter_not_finite", "masked_whole", "all_ignored"),
                }
            ),
        ),
        (
            translate("findings", "unused parameters"),
            frozenset(
                {
                    *("never_reached", "nothing_reached", "all_frozen", "frozen_moved"),
                    *("cut_off", "cut_by_no_grad", "loss_left_out", "detached_term"),
                    "term_as_number",
                }
            ),
        ),
        (
            translate("findings", "parameters in no optimizer"),
            frozenset({"not_in_optimizer", "nothing_updated"}),
        ),
        (
            translate("findings", "layers outside the model, and broken ties"),
            frozenset({"unregistered", "tie_broken"}),
        ),
        (
            translate("findings", "vanishing or exploding gradients"),
            frozenset({"vanishing", "exploding"}),
        ),
        (translate("findings", "dead units"), frozenset({"dead_layer", "dead_units"})),
        (translate("findings", "softmax or sigmoid twice"), frozenset({"squashed_twice"})),
        (
            translate("findings", "a missing zero_grad, backward or step"),
            frozenset(
                {
                    *("gradients_kept", "cleared_before_step", "never_stepped"),
                    *("gradients_pile_up", "no_backward", "one_never_steps", "stepped_for_nothing"),
                }
            ),
        ),
        (
            translate("findings", "losses added up undivided"),
            frozenset({"undivided", "loss_summed", "reductions_mixed", "counted_twice"}),
        ),
        (translate("findings", "a graph that grows"), frozenset({"growing_graph", "losses_kept"})),
        (
            translate("findings", "batch norm in eval mode or of one sample"),
            frozenset({"batch_norm_in_eval", "one_sample_batch_norm", "running_stats_stand_still"}),
        ),
        (translate("findings", "dropout that is off"), frozenset({"dropout_in_eval"})),
        (translate("findings", "dropout that is always on"), frozenset({"dropout_always"})),
        (
            translate("findings", "validation in training mode"),
            frozenset({"validated_in_training"}),
        ),
        (
            translate("findings", "a loss with the wrong sign"),
            frozenset({"loss_negated", "likelihood_minimised"}),
        ),
        (
            translate("findings", "targets that do not fit the loss"),
            frozenset(
                {
                    *("targets_no_probabilities", "targets_not_yes_or_no"),
                    *("targets_out_of_reach", "probabilities_in_kl_div"),
                }
            ),
        ),
        (
            translate("findings", "gradients of 0"),
            frozenset({"zero_gradients", "step_function", "saturated", "one_class"}),
        ),
        (
            translate("findings", "axes that are mixed up"),
            frozenset(
                {
                    *("broadcast_loss", "softmax_over_batch", "softmax_over_queries"),
                    "softmax_over_others",
                    *("view_swaps_axes", "batch_taken_for_time", "softmax_not_over_classes"),
                }
            ),
        ),
        (
            translate("findings", "raw scores in nll_loss"),
            frozenset({"not_log_probabilities", "softmax_without_log"}),
        ),
        (
            translate("findings", "clipping"),
            frozenset(
                {
                    *("clipped_away", "clipped_scaled", "stepped_scaled"),
                    *("clipped_before_backward", "clipped_after_step"),
                }
            ),
        ),
        (translate("findings", "inputs that are not normalised"), frozenset({"large_inputs"})),
        (
            translate("findings", "layers that add nothing"),
            frozenset({"equal_units", "no_activation", "shared_layer"}),
        ),
        (
            translate("findings", "unusual learning rates"),
            frozenset(
                {
                    *("steps_too_large", "steps_too_small", "steps_lost"),
                    *("rate_is_zero", "rate_too_large", "schedule_ahead"),
                }
            ),
        ),
        (translate("findings", "exceptions"), frozenset({"raised", "loop_raised"})),
    )


def looked_for(found: Iterable[Finding]) -> tuple[str, ...]:
    """What was looked for and not found, in the user's language."""
    codes = {finding.code for finding in found}
    return tuple(topic for topic, of_topic in _topics() if codes.isdisjoint(of_topic))
