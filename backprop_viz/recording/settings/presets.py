"""The presets: runs that are made at one press, by name."""

from typing import Any

# What each preset sets; an option on the command line wins over its preset.
PRESETS: dict[str, dict[str, Any]] = {
    "tutorial": {
        "data": "random",
        "loss": "mse",
        "optimizer": "sgd",
        "lr": 0.01,
        "batch_size": 1,
        "optimizer_options": {},
    },
    "digits": {
        "data": "strokes",
        "loss": "cross_entropy",
        "optimizer": "sgd",
        "lr": 0.05,
        "batch_size": 64,
        "optimizer_options": {"momentum": 0.9, "weight_decay": 5e-4},
        "schedule": "cosine",
    },
}
