"""The sentence that a field shows about an invalid text."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.recording.settings.quantities import LARGEST, BadNumber, Quantity, written


def refusal_text(
    name: str, quantity: Quantity, text: str, why: BadNumber, decimal_sign: str
) -> str:
    """Why a text is not a valid number, and what would be; ``name`` is the field's."""
    translate = QCoreApplication.translate
    text = text.strip()
    if why.fault == "ambiguous":
        said = translate("fields", "{name}: “{text}” can mean {one} or {other}; type one of them.")
        one, other = why.meanings
        return said.format(name=name, text=text, one=one, other=other)
    if why.fault == "tiny":
        said = translate("fields", "{name}: “{text}” is too close to 0 to be told from it.")
        return said.format(name=name, text=text)
    range_ = range_text(quantity, decimal_sign)
    if not text:
        return translate("fields", "{name} takes {range}.").format(name=name, range=range_)
    said = translate("fields", "{name} takes {range}, not “{text}”.")
    return said.format(name=name, range=range_, text=text if len(text) <= 24 else f"{text[:23]}…")


def range_text(quantity: Quantity, decimal_sign: str = ".") -> str:
    """The allowed numbers in words: ``a whole number from 1 to 4096``."""
    return _shape(quantity).format(
        low=written(quantity.low, decimal_sign), high=written(quantity.high, decimal_sign)
    )


def _shape(quantity: Quantity) -> str:
    translate = QCoreApplication.translate
    if quantity.whole:
        return translate("fields", "a whole number from {low} to {high}")
    if quantity.low == -LARGEST:
        return translate("fields", "a number")
    if quantity.high == LARGEST:
        if quantity.above:
            return translate("fields", "a number above {low}")
        return translate("fields", "a number from {low} up")
    if quantity.above and quantity.below:
        return translate("fields", "a number more than {low} and less than {high}")
    if quantity.above:
        return translate("fields", "a number more than {low}, up to {high}")
    if quantity.below:
        return translate("fields", "a number from {low} to less than {high}")
    return translate("fields", "a number from {low} to {high}")
