"""Errors whose text is a sentence for the user. Any other exception is a fault of some program."""


class UserError(Exception):
    """What was asked for cannot be done; the text says why, and what to do about it.

    ``text`` has {0}, {1}, … in the places of ``values``. It is marked with QT_TRANSLATE_NOOP in the
    context "errors", in which the window translates it.
    """

    def __init__(self, text: str, *values: object) -> None:
        super().__init__(text, *values)
        self.text, self.values = text, tuple(map(str, values))

    def __str__(self) -> str:
        return self.text.format(*self.values) if self.values else self.text


class ArgumentError(UserError, ValueError):
    """An argument that ``Trainer`` or one of its methods refuses: they promise ValueError."""
