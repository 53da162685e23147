"""Errors whose text is a sentence for the user. Any other exception is a fault of some program."""

import json

# How a value begins that is a sentence itself: its text and values follow, as JSON.
_SENTENCE = "\x1fsentence "


class UserError(Exception):
    """What the user asked for cannot be done; the text says why, and what to do about it.

    ``text`` has {0}, {1}, … in the places of ``values``. It is marked with QT_TRANSLATE_NOOP in the
    context "errors", in which the window translates it. A value may be a UserError: then it is
    translated too, wherever it is shown.
    """

    def __init__(self, text: str, *values: object) -> None:
        super().__init__(text, *values)
        self.text, self.values = text, tuple(map(as_value, values))

    def __str__(self) -> str:
        return self.text.format(*map(plain_value, self.values)) if self.values else self.text


class ArgumentError(UserError, ValueError):
    """An argument that ``Trainer`` or one of its methods refuses: they promise ValueError."""


def as_value(value: object) -> str:
    """A value as text that can be sent on; that of a UserError keeps its text and its values."""
    if isinstance(value, UserError):
        return _SENTENCE + json.dumps([value.text, *value.values])
    return str(value)


def sentence_in(value: str) -> tuple[str, tuple[str, ...]] | None:
    """The text and the values of a value that is a sentence itself; None for any other value."""
    if not value.startswith(_SENTENCE):
        return None
    text, *values = json.loads(value.removeprefix(_SENTENCE))
    return text, tuple(values)


def plain_value(value: str) -> str:
    """What ``as_value`` made of a value, in English."""
    found = sentence_in(value)
    return value if found is None else found[0].format(*map(plain_value, found[1]))
