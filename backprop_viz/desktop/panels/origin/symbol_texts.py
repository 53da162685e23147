"""What the symbols of the formulas stand for, in the user's language."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.optimizers import optimizer_of


def operation_symbols() -> Mapping[str, str]:
    """The symbols in the formulas of operations, of their gradients and of losses."""
    translate = QCoreApplication.translate
    return {
        "δ": translate("symbols", "upstream gradient"),
        "x": translate("symbols", "input"),
        "y": translate("symbols", "output"),
        "w": translate("symbols", "weight"),
        "w₁": translate("symbols", "pos_weight, the weight of class 1"),
        "W": translate("symbols", "weight"),
        "A": translate("symbols", "weight"),
        "a": translate("symbols", "first operand"),
        "b": translate("symbols", "second operand"),
        "c": translate("symbols", "condition"),
        "v": translate("symbols", "value"),
        "B": translate("symbols", "second matrix"),
        "t": translate("symbols", "target"),
        "p": translate("symbols", "probability, the softmax of x"),
        "n": translate("symbols", "how many there are"),
        "N": translate("symbols", "how many there are"),
        "k": translate("symbols", "how many are in the window"),
        "i": translate("symbols", "the place that was taken"),
        "γ": translate("symbols", "gain"),
        "β": translate("symbols", "shift"),
        "σ": translate("symbols", "standard deviation, √(var + ε)"),
        "σ()": translate("symbols", "sigmoid, 1 / (1 + exp(−x))"),
        "Φ": translate("symbols", "the normal distribution function"),
        "φ": translate("symbols", "the normal density"),
        "x̂": translate("symbols", "normalized input"),
        "g": translate("symbols", "upstream gradient times the gain"),
        "mean": translate("symbols", "mean of what is normalized together"),
        "var": translate("symbols", "variance of what is normalized together"),
        "rms": translate("symbols", "root mean square of x"),
        "ε": translate("symbols", "the eps option, so that nothing is divided by 0"),
        "P": translate("symbols", "attention weights"),
        "Q": translate("symbols", "queries"),
        "K": translate("symbols", "keys"),
        "V": translate("symbols", "values"),
        "d": translate("symbols", "features of a head"),
        "D": translate("symbols", "gradient of the scores"),
        "h": translate("symbols", "gradient before the gain, or before the values"),
        "mask": translate("symbols", "what dropout kept, scaled"),
        "W_out": translate("symbols", "weight of the output"),
        "b_out": translate("symbols", "bias of the output"),
        "ln p": translate("symbols", "logarithm of the probability"),
        "head": translate("symbols", "result of an attention head"),
        "score": translate("symbols", "Q @ Kᵀ / √d"),
        "s": translate("symbols", "sum of the exponentials"),
        "L": translate("symbols", "loss"),
    }


def recurrent_symbols() -> Mapping[str, str]:
    """The symbols in the formulas of an RNN, an LSTM and a GRU."""
    translate = QCoreApplication.translate
    return {
        "h": translate("symbols", "hidden state"),
        "c": translate("symbols", "cell state"),
        "i": translate("symbols", "input gate"),
        "f": translate("symbols", "forget gate"),
        "g": translate("symbols", "candidate"),
        "o": translate("symbols", "output gate"),
        "r": translate("symbols", "reset gate"),
        "z": translate("symbols", "update gate"),
        "n": translate("symbols", "candidate"),
        "q": translate("symbols", "W_hn·h₋₁ + b_hn"),
        "a": translate("symbols", "pre-activation"),
        "W_ih": translate("symbols", "weight of the input"),
        "W_hh": translate("symbols", "recurrent weight"),
        "W_hn": translate("symbols", "recurrent weight of the candidate"),
        "b_ih": translate("symbols", "bias"),
        "b_hh": translate("symbols", "recurrent bias"),
        "b_hn": translate("symbols", "recurrent bias of the candidate"),
        "δa": translate("symbols", "gradient of the pre-activation"),
        "δc": translate("symbols", "gradient of the cell state"),
        "δh": translate("symbols", "gradient of the hidden state"),
    }


def optimizer_symbols(op: str) -> Mapping[str, str]:
    """The symbols in the rule of an optimizer: those of all rules, and those that it has itself."""
    translate = QCoreApplication.translate
    optimizer = optimizer_of(op)
    own = {} if optimizer is None else optimizer.symbols
    return {
        "new w": translate("symbols", "weight after the update"),
        "w": translate("symbols", "weight before the update"),
        "w′": translate("symbols", "weight after its decay"),
        "lr": translate("symbols", "learning rate"),
        "grad": translate("symbols", ".grad, what backward left"),
        "g": translate("symbols", "gradient that the rule uses"),
        "λ": translate("symbols", "weight_decay"),
        "β₁": translate("symbols", "smoothing of mₜ"),
        "β₂": translate("symbols", "smoothing of vₜ"),
        "ε": translate("symbols", "eps, so that nothing is divided by 0"),
        "t": translate("symbols", "number of this update"),
        "m": translate("symbols", "running mean of the gradient"),
        "v": translate("symbols", "running mean of the squared gradient"),
        "c₁": translate("symbols", "bias correction of mₜ"),
        "c₂": translate("symbols", "bias correction of vₜ"),
        "r": translate("symbols", "root of the running square"),
        "d": translate("symbols", "divisor, a root plus ε"),
        "η": translate("symbols", "step size"),
        "scale": translate("symbols", "max_norm / norm of the row"),
        **{symbol: translate("symbols", meaning) for symbol, meaning in own.items()},
    }
