"""What a gradient check says, in the user's language: one table for each kind of sentence."""

import re
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.panels.origin.no_terms_texts import no_terms_text
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck
from backprop_viz.recording.settings.quantities import written

Name = Callable[[Number], str]

_TAG = re.compile(r"<[^<>]*>")
# This many units that switch are named in a description.
_LISTED = 6

# The colour role of what a verdict says.
_INK = {
    "correct": "update",
    "zero": "update",
    "kinks": "update",
    "rounding": "muted",
    "suspicious": "backward",
    "switched": "backward",
    "on_kink": "backward",
    "wrong": "error",
}

# What no other step changes: a number that is so is not to be checked.
_NEVER = frozenset(
    ("is_the_loss", "no_tensor", "measure", "intermediate", "whole_number", "loss_does_not_depend")
)


def verdict_ink(verdict: str) -> str:
    """The name of the theme's colour for a verdict."""
    return _INK[verdict]


def verdict_text(check: GradientCheck, *, short_of_room: bool = False) -> str:
    """The verdict in a few words, and of which step it is: ``✓ agrees to 1.2e-9 with h = 1e-5``.

    Where room is short: ``✓ 1.2e-9, h 1e-5``.
    """
    translate = QCoreApplication.translate
    brief = {
        "correct": translate("check", "✓ {0}, h {1}"),
        "kinks": translate("check", "✓ {0}, h {1}"),
        "suspicious": translate("check", "? {0}, h {1}"),
        "wrong": translate("check", "✗ {0}, h {1}"),
    }
    texts = {
        "correct": translate("check", "✓ agrees to {0} with h = {1}"),
        "kinks": translate("check", "✓ agrees to {0} with h = {1}: fine where the loss has kinks"),
        "zero": translate("check", "✓ both are 0"),
        "rounding": translate("check", "≈ too small to tell from rounding"),
        "suspicious": translate("check", "? differs by {0} with h = {1}, more than it should"),
        "on_kink": translate("check", "∧ it lies on a kink: there is no derivative"),
        "wrong": translate("check", "✗ differs by {0} with h = {1}: probably wrong"),
    }
    error = error_text(float(check.errors[check.judged]))
    text = (texts | brief if short_of_room else texts)[check.verdict]
    return text.format(error, written(float(check.steps[check.judged])))


def asked_text(check: GradientCheck) -> str:
    """What the h in the field gives: ``error 0.035``."""
    text = QCoreApplication.translate("check", "error {0}")
    return text.format(error_text(float(check.errors[check.asked_at])))


def longest_asked_text() -> str:
    """As long as ``asked_text`` gets."""
    return QCoreApplication.translate("check", "error {0}").format("9.9e-10")


def step_text(check: GradientCheck, name: Name, *, short_of_room: bool = False) -> str:
    """What the step that was asked gives, and why: ``h = 0.0001: ...``; else the why alone."""
    translate = QCoreApplication.translate
    at = check.asked_at
    head = translate(
        "check", "With h = {0} the difference quotient is {1}, relative error {2}."
    ).format(written(check.asked), short(check.estimates[at]), error_text(float(check.errors[at])))
    why = _switches_text(check, name)
    if short_of_room and why:
        return why
    return " ".join(part for part in (head, why) if part)


def check_description(check: GradientCheck, name: Name) -> str:
    """The whole check as plain text: the verdict, the step that was asked, each unit named."""
    translate = QCoreApplication.translate
    said = [verdict_text(check), values_text(check), _TAG.sub("", step_text(check, name))]
    if len(check.switches) > 1:
        units = [
            translate("check", "{0} at {1}").format(
                unit_name(switch.op, switch.number, name), signed(switch.at, 2)
            )
            for switch in check.switches[:_LISTED]
        ]
        units += ["…"] if (check.switched or 0) > len(units) else []
        said.append(translate("check", "Nearest switches: {0}.").format("; ".join(units)))
    return "\n".join(said)


def brief_text(check: GradientCheck, name: Name) -> str:
    """The same in one short line."""
    translate = QCoreApplication.translate
    if check.switched is None:
        text = translate("check", "h = {0}: {1}, error {2}")
        at = check.asked_at
        error = error_text(float(check.errors[at]))
        return text.format(written(check.asked), short(check.estimates[at]), error)
    if not check.switches:
        return _switches_text(check, name)
    nearest = check.switches[0]
    unit = unit_name(nearest.op, nearest.number, name)
    link = f'<a href="0">{unit}</a>' if nearest.number.index else unit
    if check.switched == 1:
        return translate("check", "{0} switched").format(link)
    return translate("check", "{0} and {1} more switched").format(link, check.switched - 1)


def _switches_text(check: GradientCheck, name: Name) -> str:
    """Which units switch within the interval."""
    translate = QCoreApplication.translate
    if check.switched is None:
        return ""
    if not check.switched:
        return translate("check", "No unit switches inside the interval.")
    if not check.switches:
        return translate("check", "{0} units switch inside the interval.").format(check.switched)
    nearest = check.switches[0]
    unit = unit_name(nearest.op, nearest.number, name)
    link = f'<a href="0">{unit}</a>' if nearest.number.index else unit
    if nearest.at == 0 and check.switched > 1:
        text = translate(
            "check", "{0} lies on its kink, and {2} more units switch inside the interval."
        )
    elif nearest.at == 0:
        text = translate("check", "{0} lies on its kink.")
    elif check.switched > 1:
        text = translate("check", "{0} switched inside the interval, at {1}, and {2} more units.")
    else:
        text = translate("check", "{0} switched inside the interval, at {1}.")
    return text.format(link, signed(nearest.at, 2), check.switched - 1)


def unit_name(op: str, number: Number, name: Name) -> str:
    """What a unit is called; of one hidden inside an operation, what the operation is called."""
    kinds = {
        "relu": QCoreApplication.translate("check", "a ReLU: {0}"),
        "max_pool2d": QCoreApplication.translate("check", "a max pool: {0}"),
        "abs": QCoreApplication.translate("check", "an absolute value: {0}"),
    }
    return kinds.get(op.rstrip("_"), "{0}").format(name(number))


def along_text(name: str, of: str, ranks: tuple[int, ...]) -> str:
    """What the plots are of: ``loss along w[0], float64``; ``of``: what stands for the loss."""
    translate = QCoreApplication.translate
    if len(ranks) > 1:
        text = translate("check", "mean loss of {1} ranks along {0}, float64")
        return text.format(name, len(ranks))
    if ranks:
        text = translate("check", "loss of rank {1} along {0}, float64")
        return text.format(name, ranks[0])
    if of:
        return translate("check", "{1} along {0}, float64").format(name, of)
    return translate("check", "loss along {0}, float64").format(name)


def ranks_text(ranks: tuple[int, ...]) -> str:
    """Whose loss and gradient are compared, where several ranks have trained together."""
    translate = QCoreApplication.translate
    if not ranks:
        return ""
    if len(ranks) > 1:
        text = translate("check", "Of the mean loss of {0} ranks.")
        return text.format(len(ranks))
    text = translate("check", "Of rank {0}’s own loss, not the mean.")
    return text.format(ranks[0])


def values_text(check: GradientCheck) -> str:
    """The gradient three times: of backward, in float64, and as a difference quotient."""
    translate = QCoreApplication.translate
    estimate = short(check.estimates[check.judged], 7)
    h = written(float(check.steps[check.judged]))
    if check.gradient is None:
        text = translate("check", "float64 {1} · differences {2} (h = {3})")
    else:
        text = translate("check", "backward {0} · float64 {1} · differences {2} (h = {3})")
    recorded = "" if check.gradient is None else short(check.gradient, 7)
    return text.format(recorded, short(check.exact, 7), estimate, h)


def error_text(error: float) -> str:
    """A relative error in two digits: ``1.2e-9``, ``0.5``."""
    if error == 0:
        return "0"
    return f"{error:.2g}" if error >= 1e-3 else short(error, 2)


def never_text(reason: Fact | None) -> str:
    """Why a number can never be checked, whatever the step; "" where it may be."""
    return no_check_text(reason) if reason is not None and reason.code in _NEVER else ""


def no_check_text(reason: Fact) -> str:
    """Why a number could not be checked, and what to do."""
    translate = QCoreApplication.translate
    texts = {
        "cancelled": translate("check", "The check was cancelled."),
        "not_held": translate("check", "This recording is no longer held: run the check again."),
        "no_tensor": translate(
            "check",
            "This gradient belongs to no recorded tensor, so there is nothing to vary: "
            "choose a weight or an activation.",
        ),
        "measure": translate(
            "check", "This is a measure of many numbers: choose one of them to vary it."
        ),
        "intermediate": translate(
            "check",
            "torch keeps this number inside an operation, so there is nothing to vary: "
            "choose one that it is made of.",
        ),
        "whole_number": translate(
            "check", "This number is a whole one ({0}): it cannot be varied a little."
        ),
        "step": translate("check", "With h = {0} this number would not change: choose a larger h."),
        "no_loss": translate("check", "There is no loss yet: run the loss phase first."),
        "is_the_loss": translate(
            "check", "This is the loss itself: it grows as fast as itself, so its gradient is 1."
        ),
        "loss_does_not_depend": translate(
            "check", "The loss does not depend on this number: its gradient is None."
        ),
        "samples": translate(
            "check",
            "Only {0} samples of this iteration were recorded, so the loss cannot be computed "
            "again: record the iteration whole.",
        ),
        "call_not_recorded": translate(
            "check", "{0} cannot be run again: its arguments were not recorded."
        ),
        "not_reproduced": translate(
            "check", "{0} does not give what was recorded when it is run again."
        ),
        "not_finite": translate(
            "check",
            "Here the gradient is no finite number: there is nothing to compare.",
        ),
        "gradient_not_reproduced": translate(
            "check",
            "Without rounding, the recorded operations have another gradient here. Either rounding "
            "decided between equal numbers, as in a max pool, or a tensor was written to in a way "
            "that was not recorded.",
        ),
        "failed": translate("check", "The check failed: {0}: {1}"),
    }
    told = None if reason.code in texts else no_terms_text(reason)
    if told is not None:
        return told
    text = texts.get(reason.code, translate("check", "This number cannot be checked ({0})."))
    values = reason.values or (reason.code,)
    return text.format(*values)
