"""What the factors of a term and their axes are called, in the user's language."""

from PySide6.QtCore import QCoreApplication


def role_text(role: str) -> str:
    """A factor's role in the field's terms: "upstream", "window"; a code not known as it is."""
    return _roles().get(role, role.replace("_", " "))


def _roles() -> dict[str, str]:
    say = QCoreApplication.translate
    return {
        "upstream": say("roles", "upstream"),
        "local": say("roles", "× local"),
        "one": say("roles", "× local"),
        "gate": say("roles", "gate"),
        "winner": say("roles", "winner"),
        "share": say("roles", "share"),
        "minus_log_probability": say("roles", "−ln p"),
        "log_probability": say("roles", "ln p"),
        "probability": say("roles", "p"),
        "logit": say("roles", "logit"),
        "label": say("roles", "label"),
        "output": say("roles", "output"),
        "error": say("roles", "error"),
        "sign": say("roles", "sign"),
        "kernel": say("roles", "kernel"),
        "window": say("roles", "window"),
        "weight": say("roles", "weight"),
        "input": say("roles", "input"),
        "bias": say("roles", "bias"),
        "pre_activation": say("roles", "pre-activation"),
        "target": say("roles", "target"),
        "prediction": say("roles", "prediction"),
        "before": say("roles", "before"),
        "gradient": say("roles", "gradient"),
        "factor": say("roles", "factor"),
        "products": say("roles", "products"),
        "sent": say("roles", "sent"),
        "step": say("roles", "step"),
        "effect": say("roles", "what changes"),
        "derivative": say("roles", "per +1"),
        "absolute_error": say("roles", "|error|"),
        "attention": say("roles", "attention weight"),
        "base": say("roles", "base"),
        "bound": say("roles", "bound"),
        "chosen": say("roles", "chosen"),
        "class_share": say("roles", "share of the class"),
        "coefficient": say("roles", "coefficient"),
        "dividend": say("roles", "dividend"),
        "element": say("roles", "element"),
        "element_loss": say("roles", "loss of the element"),
        "embedding": say("roles", "embedding"),
        "gain": say("roles", "gain γ"),
        "label_share": say("roles", "share of the label"),
        "mask": say("roles", "mask"),
        "minuend": say("roles", "minuend"),
        "minus_log_probabilities": say("roles", "−Σ ln p"),
        "minus_log_sum": say("roles", "−ln Σ exp"),
        "normalized": say("roles", "normalized"),
        "one_over_divisor": say("roles", "1 / divisor"),
        "one_over_sum": say("roles", "1 / Σ exp"),
        "slope": say("roles", "slope"),
        "squared_deviation": say("roles", "deviation²"),
        "squared_error": say("roles", "error²"),
        "subtrahend": say("roles", "subtrahend"),
        "summand": say("roles", "summand"),
        "value": say("roles", "value"),
    }


def axis_text(axis: str) -> str:
    """The name of an axis: "sample", "channel", "row"; a code that is not known as it is."""
    say = QCoreApplication.translate
    texts = {
        "sample": say("axes", "sample"),
        "channel": say("axes", "channel"),
        "in_channel": say("axes", "input channel"),
        "out_channel": say("axes", "output channel"),
        "row": say("axes", "row"),
        "column": say("axes", "column"),
        "unit": say("axes", "unit"),
        "feature": say("axes", "feature"),
        "class": say("axes", "class"),
    }
    return texts.get(axis, axis.replace("_", " "))
