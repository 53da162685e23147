"""What the factors of a term and their axes are called, in the user's language."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.panels.origin.term_rows import OF_RANK
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Marked, not translated: a table of terms asks for hundreds of them, one at a time.
ROLE_TEXTS = {
    "upstream": QT_TRANSLATE_NOOP("roles", "upstream"),
    "local": QT_TRANSLATE_NOOP("roles", "× local"),
    "one": QT_TRANSLATE_NOOP("roles", "× local"),
    "gate": QT_TRANSLATE_NOOP("roles", "gate"),
    "winner": QT_TRANSLATE_NOOP("roles", "winner"),
    "share": QT_TRANSLATE_NOOP("roles", "share"),
    "log_probability": QT_TRANSLATE_NOOP("roles", "ln p"),
    "probability": QT_TRANSLATE_NOOP("roles", "p"),
    "logit": QT_TRANSLATE_NOOP("roles", "logit"),
    "label": QT_TRANSLATE_NOOP("roles", "label"),
    "output": QT_TRANSLATE_NOOP("roles", "output"),
    "error": QT_TRANSLATE_NOOP("roles", "error"),
    "sign": QT_TRANSLATE_NOOP("roles", "sign"),
    "kernel": QT_TRANSLATE_NOOP("roles", "kernel"),
    "window": QT_TRANSLATE_NOOP("roles", "window"),
    "weight": QT_TRANSLATE_NOOP("roles", "weight"),
    "input": QT_TRANSLATE_NOOP("roles", "input"),
    "bias": QT_TRANSLATE_NOOP("roles", "bias"),
    "pre_activation": QT_TRANSLATE_NOOP("roles", "pre-activation"),
    "target": QT_TRANSLATE_NOOP("roles", "target"),
    "prediction": QT_TRANSLATE_NOOP("roles", "prediction"),
    "before": QT_TRANSLATE_NOOP("roles", "before"),
    "gradient": QT_TRANSLATE_NOOP("roles", "gradient"),
    "factor": QT_TRANSLATE_NOOP("roles", "factor"),
    "products": QT_TRANSLATE_NOOP("roles", "products"),
    "sent": QT_TRANSLATE_NOOP("roles", "sent"),
    "step": QT_TRANSLATE_NOOP("roles", "step"),
    "itself": QT_TRANSLATE_NOOP("roles", "× itself"),
    "one_over_n": QT_TRANSLATE_NOOP("roles", "1/n"),
    "others": QT_TRANSLATE_NOOP("roles", "all others"),
    "iteration": QT_TRANSLATE_NOOP("roles", "iteration"),
    "told": QT_TRANSLATE_NOOP("roles", "made of"),
    "effect": QT_TRANSLATE_NOOP("roles", "what changes"),
    "depends_on": QT_TRANSLATE_NOOP("roles", "depends on"),
    "why_zero": QT_TRANSLATE_NOOP("roles", "why it is 0"),
    "counted": QT_TRANSLATE_NOOP("roles", "whether it counts"),
    "derivative": QT_TRANSLATE_NOOP("roles", "per +1"),
    "absolute_value": QT_TRANSLATE_NOOP("roles", "|x|"),
    "absolute_error": QT_TRANSLATE_NOOP("roles", "|error|"),
    "attention": QT_TRANSLATE_NOOP("roles", "attention weight"),
    "base": QT_TRANSLATE_NOOP("roles", "base"),
    "query": QT_TRANSLATE_NOOP("roles", "query"),
    "key": QT_TRANSLATE_NOOP("roles", "key"),
    "head": QT_TRANSLATE_NOOP("roles", "head"),
    "scale": QT_TRANSLATE_NOOP("roles", "scale"),
    "score": QT_TRANSLATE_NOOP("roles", "exp(score)"),
    "bound": QT_TRANSLATE_NOOP("roles", "bound"),
    "chosen": QT_TRANSLATE_NOOP("roles", "chosen"),
    "class_weight": QT_TRANSLATE_NOOP("roles", "weight of the class"),
    "class_share": QT_TRANSLATE_NOOP("roles", "share of the class"),
    "cofactor": QT_TRANSLATE_NOOP("roles", "cofactor"),
    "coefficient": QT_TRANSLATE_NOOP("roles", "coefficient"),
    "determinant": QT_TRANSLATE_NOOP("roles", "determinant"),
    "dividend": QT_TRANSLATE_NOOP("roles", "dividend"),
    "element": QT_TRANSLATE_NOOP("roles", "element"),
    "element_loss": QT_TRANSLATE_NOOP("roles", "loss of the element"),
    "embedding": QT_TRANSLATE_NOOP("roles", "embedding"),
    "gain": QT_TRANSLATE_NOOP("roles", "gain γ"),
    "label_share": QT_TRANSLATE_NOOP("roles", "share of the label"),
    "mask": QT_TRANSLATE_NOOP("roles", "mask"),
    "minuend": QT_TRANSLATE_NOOP("roles", "minuend"),
    "log_probabilities": QT_TRANSLATE_NOOP("roles", "Σ ln p"),
    "log_sum": QT_TRANSLATE_NOOP("roles", "ln Σ exp"),
    "exp": QT_TRANSLATE_NOOP("roles", "exp(logit)"),
    "largest_logit": QT_TRANSLATE_NOOP("roles", "largest logit"),
    "noise": QT_TRANSLATE_NOOP("roles", "noise that was drawn"),
    "normalized": QT_TRANSLATE_NOOP("roles", "normalized"),
    "deviation": QT_TRANSLATE_NOOP("roles", "x − mean"),
    "mean": QT_TRANSLATE_NOOP("roles", "mean"),
    "mean_gradient": QT_TRANSLATE_NOOP("roles", "mean(g)"),
    "mean_along_normalized": QT_TRANSLATE_NOOP("roles", "mean(g · normalized)"),
    "running": QT_TRANSLATE_NOOP("roles", "running"),
    "running_mean": QT_TRANSLATE_NOOP("roles", "running mean"),
    "one_over_divisor": QT_TRANSLATE_NOOP("roles", "1 / divisor"),
    "one_over_norm": QT_TRANSLATE_NOOP("roles", "1 / norm"),
    "one_over_rms": QT_TRANSLATE_NOOP("roles", "1 / rms"),
    "one_over_sigma": QT_TRANSLATE_NOOP("roles", "1 / σ"),
    "one_over_sum": QT_TRANSLATE_NOOP("roles", "1 / Σ exp"),
    "slope": QT_TRANSLATE_NOOP("roles", "slope"),
    "square": QT_TRANSLATE_NOOP("roles", "x²"),
    "squared_deviation": QT_TRANSLATE_NOOP("roles", "deviation²"),
    "squared_error": QT_TRANSLATE_NOOP("roles", "error²"),
    "replacement": QT_TRANSLATE_NOOP("roles", "replacement"),
    "norm": QT_TRANSLATE_NOOP("roles", "norm"),
    "power": QT_TRANSLATE_NOOP("roles", "power of |x|"),
    "ratio": QT_TRANSLATE_NOOP("roles", "a / b"),
    "rank": QT_TRANSLATE_NOOP("roles", "rank"),
    "other_ranks": QT_TRANSLATE_NOOP("roles", "other ranks"),
    "subtrahend": QT_TRANSLATE_NOOP("roles", "subtrahend"),
    "input_gate": QT_TRANSLATE_NOOP("roles", "input gate"),
    "forget_gate": QT_TRANSLATE_NOOP("roles", "forget gate"),
    "output_gate": QT_TRANSLATE_NOOP("roles", "output gate"),
    "reset_gate": QT_TRANSLATE_NOOP("roles", "reset gate"),
    "update_gate": QT_TRANSLATE_NOOP("roles", "update gate"),
    "candidate": QT_TRANSLATE_NOOP("roles", "candidate"),
    "hidden_candidate": QT_TRANSLATE_NOOP("roles", "W·h of the candidate"),
    "cell": QT_TRANSLATE_NOOP("roles", "cell"),
    "hidden": QT_TRANSLATE_NOOP("roles", "hidden state"),
    "initial_cell": QT_TRANSLATE_NOOP("roles", "initial cell"),
    "initial_hidden": QT_TRANSLATE_NOOP("roles", "initial state"),
    "recurrent_weight": QT_TRANSLATE_NOOP("roles", "recurrent weight"),
    "recurrent_bias": QT_TRANSLATE_NOOP("roles", "recurrent bias"),
    "gradient_of_hidden": QT_TRANSLATE_NOOP("roles", "∂L/∂h"),
    "gradient_of_cell": QT_TRANSLATE_NOOP("roles", "∂L/∂c"),
    "gradient_of_pre_activation": QT_TRANSLATE_NOOP("roles", "∂L/∂a"),
    "summand": QT_TRANSLATE_NOOP("roles", "summand"),
    "value": QT_TRANSLATE_NOOP("roles", "value"),
}
_AXES = {
    "sample": QT_TRANSLATE_NOOP("axes", "sample"),
    "channel": QT_TRANSLATE_NOOP("axes", "channel"),
    "in_channel": QT_TRANSLATE_NOOP("axes", "input channel"),
    "out_channel": QT_TRANSLATE_NOOP("axes", "output channel"),
    "row": QT_TRANSLATE_NOOP("axes", "row"),
    "column": QT_TRANSLATE_NOOP("axes", "column"),
    "layer": QT_TRANSLATE_NOOP("axes", "layer"),
    "step": QT_TRANSLATE_NOOP("axes", "step"),
    "unit": QT_TRANSLATE_NOOP("axes", "unit"),
    "head": QT_TRANSLATE_NOOP("axes", "head"),
    "position": QT_TRANSLATE_NOOP("axes", "position"),
    "query": QT_TRANSLATE_NOOP("axes", "query"),
    "key": QT_TRANSLATE_NOOP("axes", "key"),
    "feature": QT_TRANSLATE_NOOP("axes", "feature"),
    "class": QT_TRANSLATE_NOOP("axes", "class"),
}


def role_text(role: str) -> str:
    """A factor's role in the field's terms: "upstream", "window"; a code not known as it is.

    With "zero:" before it, that this factor is 0; with "zero:relu:", that a ReLU made it 0. With
    "rank:" before it, of which rank a term is.
    """
    if role.startswith(OF_RANK):
        text = QCoreApplication.translate("roles", "rank {0}")
        return text.format(role.removeprefix(OF_RANK))
    if role.startswith("zero:"):
        return _zero_text(role.removeprefix("zero:"))
    known = ROLE_TEXTS.get(role)
    return role.replace("_", " ") if known is None else QCoreApplication.translate("roles", known)


def _zero_text(role: str) -> str:
    translate = QCoreApplication.translate
    if role == "rounded":
        return translate("roles", "too small for float64")
    if role in ("local", "relu:local"):
        return translate("roles", "the local derivative is 0")
    text = translate("roles", "{0} is 0")
    if role.startswith("relu:"):
        text = translate("roles", "{0} is 0: ReLU stopped it")
    return text.format(role_text(role.removeprefix("relu:")))


def axis_text(axis: str) -> str:
    """The name of an axis: "sample", "channel", "row"; a code that is not known as it is."""
    text = _AXES.get(axis)
    return axis.replace("_", " ") if text is None else QCoreApplication.translate("axes", text)
