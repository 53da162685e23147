"""A title and a sentence for each finding, and what was looked for."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from backprop_viz.recording.finding import Finding


def finding_texts() -> dict[str, str]:
    """The sentences by code, in the user's language; a finding's values go into the braces."""
    translate = QCoreApplication.translate
    return {
        "batch_norm_in_eval": translate(
            "findings",
            "Batch norm is in eval mode while the model trains: it uses its stored statistics.",
        ),
        "dead_layer": translate(
            "findings",
            "Of the {2} units of {0}, {1} are 0 for the whole batch: almost no gradient passes.",
        ),
        "dead_units": translate(
            "findings", "Of the {2} units of {0}, {1} are 0 for the whole batch."
        ),
        "exploding": translate(
            "findings", "Gradients explode: that of {0} is {2:.1e} times that of {1}."
        ),
        "gradients_kept": translate(
            "findings",
            "zero_grad was not called: {1} still had its last gradient when backward began. "
            "Parameters with an old gradient: {0}.",
        ),
        "growing_graph": translate(
            "findings",
            "The graphs of {0} earlier iterations ({1} nodes) are still held, and with them their "
            "memory: see {2}. Add loss.item(), or detach() what the next iteration uses. There is "
            "a lesson on it: “total += loss”.",
        ),
        "never_reached": translate(
            "findings", "Backward never reached {0}: the loss does not depend on it."
        ),
        "not_finite": translate(
            "findings", "The first {0} arose in {1}, from inputs that were all finite."
        ),
        "not_finite_from_start": translate(
            "findings", "The loss is {0}, and an input or a parameter was already not finite."
        ),
        "not_in_optimizer": translate(
            "findings",
            "{0} has a gradient of norm {1:.3g} and was not updated: no optimizer has it.",
        ),
        "nothing_reached": translate(
            "findings",
            "Backward reached no parameter of the model: the loss does not depend on any.",
        ),
        "one_sample_batch_norm": translate(
            "findings", "Batch norm is training on a batch of one sample."
        ),
        "squashed_twice": translate(
            "findings", "{0} comes before {1}, which expects raw scores: remove the {0}."
        ),
        "steps_too_large": translate(
            "findings",
            "Updates are {0:.1e} times as large as the weights; about 1e-3 is usual. "
            "Lower the learning rate.",
        ),
        "steps_too_small": translate(
            "findings",
            "Updates are {0:.1e} times as large as the weights; about 1e-3 is usual. "
            "The learning rate may be too small.",
        ),
        "undivided": translate(
            "findings",
            "The gradients of {0} mean losses are added up undivided: the sum is {0} times their "
            "mean.",
        ),
        "unregistered": translate(
            "findings",
            "A tensor of shape {0} got a gradient and is no parameter of the model: use "
            "nn.ModuleList for a list of layers, and make layers in __init__.",
        ),
        "vanishing": translate(
            "findings", "Gradients vanish: that of {0} is {2:.1e} times that of {1}."
        ),
    }


def finding_text(finding: Finding) -> str:
    """What was found, in the user's language."""
    return finding_texts()[finding.code].format(*finding.values)


def finding_titles() -> dict[str, str]:
    """The titles by code, in the user's language; a finding's values go into the braces."""
    translate = QCoreApplication.translate
    return {
        "batch_norm_in_eval": translate("findings", "Batch norm is in eval mode"),
        "dead_layer": translate("findings", "{0}: nearly all units are dead"),
        "dead_units": translate("findings", "{0}: {1} of {2} units are dead"),
        "exploding": translate("findings", "Gradients explode"),
        "gradients_kept": translate("findings", "zero_grad was not called"),
        "growing_graph": translate("findings", "The graph grows with every iteration"),
        "never_reached": translate("findings", "{0} gets no gradient"),
        "not_finite": translate("findings", "{0} first appeared in {1}"),
        "not_finite_from_start": translate("findings", "The loss is {0}"),
        "not_in_optimizer": translate("findings", "{0} is in no optimizer"),
        "nothing_reached": translate("findings", "No parameter gets a gradient"),
        "one_sample_batch_norm": translate("findings", "Batch norm of one sample"),
        "squashed_twice": translate("findings", "{0} before {1}"),
        "steps_too_large": translate("findings", "Updates are very large"),
        "steps_too_small": translate("findings", "Updates are very small"),
        "undivided": translate("findings", "{0} losses are added up undivided"),
        "unregistered": translate("findings", "A tensor {0} is not in the model"),
        "vanishing": translate("findings", "Gradients vanish"),
    }


def finding_title(finding: Finding) -> str:
    """What was found in a few words, in the user's language."""
    return finding_titles()[finding.code].format(*finding.values)


def _topics() -> tuple[tuple[str, frozenset[str]], ...]:
    """What is looked for, in the user's language, each with the codes of what it may find."""
    translate = QCoreApplication.translate
    return (
        (translate("findings", "NaN or Inf"), frozenset({"not_finite", "not_finite_from_start"})),
        (
            translate("findings", "unused parameters"),
            frozenset({"never_reached", "nothing_reached"}),
        ),
        (translate("findings", "parameters in no optimizer"), frozenset({"not_in_optimizer"})),
        (translate("findings", "layers outside the model"), frozenset({"unregistered"})),
        (
            translate("findings", "vanishing or exploding gradients"),
            frozenset({"vanishing", "exploding"}),
        ),
        (translate("findings", "dead units"), frozenset({"dead_layer", "dead_units"})),
        (translate("findings", "softmax or sigmoid twice"), frozenset({"squashed_twice"})),
        (translate("findings", "a missing zero_grad"), frozenset({"gradients_kept"})),
        (translate("findings", "losses added up undivided"), frozenset({"undivided"})),
        (translate("findings", "a graph that grows"), frozenset({"growing_graph"})),
        (
            translate("findings", "batch norm in eval mode or of one sample"),
            frozenset({"batch_norm_in_eval", "one_sample_batch_norm"}),
        ),
        (
            translate("findings", "unusual learning rates"),
            frozenset({"steps_too_large", "steps_too_small"}),
        ),
    )


def looked_for(found: Iterable[Finding]) -> tuple[str, ...]:
    """What was looked for and not found, in the user's language."""
    codes = {finding.code for finding in found}
    return tuple(topic for topic, of_topic in _topics() if codes.isdisjoint(of_topic))
