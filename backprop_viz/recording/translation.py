"""Marks texts of tables for translation where there is no Qt; the window translates them."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - lupdate looks for this name
    """The text as it is. ``context`` is the one that the window translates it in."""
    return text
