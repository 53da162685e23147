"""The names of a tensor's axes, as codes, so that a sum can be taken by sample or by channel."""

from collections.abc import Mapping

# What the axes of a tensor are where its operation does not tell.
_USUAL: Mapping[int, tuple[str, ...]] = {
    0: (),
    2: ("sample", "feature"),
    4: ("sample", "channel", "row", "column"),
    5: ("sample", "channel", "depth", "row", "column"),
}


def default_axes(ndim: int) -> tuple[str, ...]:
    """The axes of a tensor of which nothing more is known: "axis_1" where it could be anything."""
    if ndim in _USUAL:
        return _USUAL[ndim]
    return ("sample", *(f"axis_{i}" for i in range(1, ndim)))[:ndim] if ndim > 1 else ("axis_0",)


def named_axes(known: tuple[str, ...], ndim: int) -> tuple[str, ...]:
    """All axes of a tensor whose last ones are ``known``; those before them are the batch's.

    A tensor that has fewer axes than are known lacks the first of them.
    """
    leading = ndim - len(known)
    if leading <= 0:
        return known[-leading:]
    if leading == 1:
        return ("sample", *known)
    if leading == 2:
        return ("sample", "position", *known)
    return ("sample", *(f"axis_{i}" for i in range(1, leading)), *known)
