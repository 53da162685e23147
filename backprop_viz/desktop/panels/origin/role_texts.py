"""What the factors of a term and their axes are called, in the user's language."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.panels.origin.term_rows import OF_RANK


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
    return _roles().get(role, role.replace("_", " "))


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


def _roles() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "upstream": translate("roles", "upstream"),
        "local": translate("roles", "× local"),
        "one": translate("roles", "× local"),
        "gate": translate("roles", "gate"),
        "winner": translate("roles", "winner"),
        "share": translate("roles", "share"),
        "log_probability": translate("roles", "ln p"),
        "probability": translate("roles", "p"),
        "logit": translate("roles", "logit"),
        "label": translate("roles", "label"),
        "output": translate("roles", "output"),
        "error": translate("roles", "error"),
        "sign": translate("roles", "sign"),
        "kernel": translate("roles", "kernel"),
        "window": translate("roles", "window"),
        "weight": translate("roles", "weight"),
        "input": translate("roles", "input"),
        "bias": translate("roles", "bias"),
        "pre_activation": translate("roles", "pre-activation"),
        "target": translate("roles", "target"),
        "prediction": translate("roles", "prediction"),
        "before": translate("roles", "before"),
        "gradient": translate("roles", "gradient"),
        "factor": translate("roles", "factor"),
        "products": translate("roles", "products"),
        "sent": translate("roles", "sent"),
        "step": translate("roles", "step"),
        "itself": translate("roles", "× itself"),
        "one_over_n": translate("roles", "1/n"),
        "others": translate("roles", "all others"),
        "iteration": translate("roles", "iteration"),
        "told": translate("roles", "made of"),
        "effect": translate("roles", "what changes"),
        "depends_on": translate("roles", "depends on"),
        "why_zero": translate("roles", "why it is 0"),
        "derivative": translate("roles", "per +1"),
        "absolute_error": translate("roles", "|error|"),
        "attention": translate("roles", "attention weight"),
        "base": translate("roles", "base"),
        "query": translate("roles", "query"),
        "key": translate("roles", "key"),
        "head": translate("roles", "head"),
        "scale": translate("roles", "scale"),
        "score": translate("roles", "exp(score)"),
        "bound": translate("roles", "bound"),
        "chosen": translate("roles", "chosen"),
        "class_share": translate("roles", "share of the class"),
        "coefficient": translate("roles", "coefficient"),
        "dividend": translate("roles", "dividend"),
        "element": translate("roles", "element"),
        "element_loss": translate("roles", "loss of the element"),
        "embedding": translate("roles", "embedding"),
        "gain": translate("roles", "gain γ"),
        "label_share": translate("roles", "share of the label"),
        "mask": translate("roles", "mask"),
        "minuend": translate("roles", "minuend"),
        "log_probabilities": translate("roles", "Σ ln p"),
        "log_sum": translate("roles", "ln Σ exp"),
        "exp": translate("roles", "exp(logit)"),
        "largest_logit": translate("roles", "largest logit"),
        "normalized": translate("roles", "normalized"),
        "deviation": translate("roles", "x − mean"),
        "mean": translate("roles", "mean"),
        "mean_gradient": translate("roles", "mean(g)"),
        "mean_along_normalized": translate("roles", "mean(g · normalized)"),
        "running": translate("roles", "running"),
        "running_mean": translate("roles", "running mean"),
        "one_over_divisor": translate("roles", "1 / divisor"),
        "one_over_norm": translate("roles", "1 / norm"),
        "one_over_rms": translate("roles", "1 / rms"),
        "one_over_sigma": translate("roles", "1 / σ"),
        "one_over_sum": translate("roles", "1 / Σ exp"),
        "slope": translate("roles", "slope"),
        "square": translate("roles", "x²"),
        "squared_deviation": translate("roles", "deviation²"),
        "squared_error": translate("roles", "error²"),
        "rank": translate("roles", "rank"),
        "other_ranks": translate("roles", "other ranks"),
        "subtrahend": translate("roles", "subtrahend"),
        "input_gate": translate("roles", "input gate"),
        "forget_gate": translate("roles", "forget gate"),
        "output_gate": translate("roles", "output gate"),
        "reset_gate": translate("roles", "reset gate"),
        "update_gate": translate("roles", "update gate"),
        "candidate": translate("roles", "candidate"),
        "hidden_candidate": translate("roles", "W·h of the candidate"),
        "cell": translate("roles", "cell"),
        "hidden": translate("roles", "hidden state"),
        "initial_cell": translate("roles", "initial cell"),
        "initial_hidden": translate("roles", "initial state"),
        "recurrent_weight": translate("roles", "recurrent weight"),
        "recurrent_bias": translate("roles", "recurrent bias"),
        "gradient_of_hidden": translate("roles", "∂L/∂h"),
        "gradient_of_cell": translate("roles", "∂L/∂c"),
        "gradient_of_pre_activation": translate("roles", "∂L/∂a"),
        "summand": translate("roles", "summand"),
        "value": translate("roles", "value"),
    }


def axis_text(axis: str) -> str:
    """The name of an axis: "sample", "channel", "row"; a code that is not known as it is."""
    translate = QCoreApplication.translate
    texts = {
        "sample": translate("axes", "sample"),
        "channel": translate("axes", "channel"),
        "in_channel": translate("axes", "input channel"),
        "out_channel": translate("axes", "output channel"),
        "row": translate("axes", "row"),
        "column": translate("axes", "column"),
        "layer": translate("axes", "layer"),
        "step": translate("axes", "step"),
        "unit": translate("axes", "unit"),
        "head": translate("axes", "head"),
        "position": translate("axes", "position"),
        "query": translate("axes", "query"),
        "key": translate("axes", "key"),
        "feature": translate("axes", "feature"),
        "class": translate("axes", "class"),
    }
    return texts.get(axis, axis.replace("_", " "))
