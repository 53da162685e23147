"""Errors whose text is a sentence for the user. Any other exception is a fault of some program."""


class UserError(Exception):
    """What was asked for cannot be done; the text says why, and what to do about it."""


class ArgumentError(UserError, ValueError):
    """An argument that ``Trainer`` or one of its methods refuses: they promise ValueError."""
