"""Keeps a view from being rebuilt while nothing that it shows has changed."""


class ChangeGuard:
    """The things last shown.

    Things are compared by equality. Of a tensor give the recording's serial and the tensor's id,
    never its array.
    """

    def __init__(self) -> None:
        self._things: tuple[object, ...] | None = None

    def is_new(self, *things: object) -> bool:
        """Whether any of the things differs from last time; they are remembered."""
        before, self._things = self._things, things
        return before != things
