"""Parameters asked for by name."""

from collections.abc import Collection

_MOST_NAMED = 12


def expect_name(name: str, known: Collection[str]) -> None:
    """Raise ValueError, with the names that it may stand for, if no parameter has this name."""
    if name in known:
        return
    alike = [one for one in known if name in one] or list(known)
    more = ", …" if len(alike) > _MOST_NAMED else ""
    said = ", ".join(alike[:_MOST_NAMED]) + more
    raise ValueError(f"No parameter is named {name!r}; there is {said or 'none'}.")
