"""What a view shows now, so that it is not made again when the next frame has the same."""


class ChangeGuard:
    """The things last shown. Frozen arrays and records are the same only if they are one object."""

    def __init__(self) -> None:
        # Kept alive here, so that no other object can take their place in memory.
        self._things: tuple[object, ...] | None = None

    def is_new(self, *things: object) -> bool:
        """Whether any of the things is other than last time; they are remembered."""
        before, self._things = self._things, things
        return before is None or not all(map(_same, things, before))


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, str | int | tuple) and one == other)
