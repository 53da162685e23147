"""What the factors of a term and their axes are called, in the user's language."""

from PySide6.QtCore import QCoreApplication


def role_text(role: str) -> str:
    """A factor's role in the field's terms: "upstream", "window"."""
    say = QCoreApplication.translate
    texts = {
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
    }
    return texts.get(role, role.replace("_", " "))


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
