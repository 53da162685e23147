"""Formulas with indices, such as ``y[n, k] = b[k] + Σₘ w[k, m]·x[n, m]``.

Letters that are no tensor's are places along the axes. ``Σₘ`` sums the product that follows it
over every place m there is; an element beyond the border is 0. ``[…]`` is the same place in every
tensor. ``x`` is what the operation read, ``y`` what it made, ``δ`` the gradient that arrives,
``∂L/∂x`` the one that is sent.
"""

import re
from collections.abc import Sequence

# 2·7, 2·7 + 2, 7 − 1: between brackets, colons and commas.
_PLACE = re.compile(r"(?:(?<=\[)|(?<=, )|(?<=: ))(?:(\d+)·)?(\d+)(?: ([+−]) (\d+))?(?=[\],]| :)")
# ⌊1·6/4⌋ : ⌈(1 + 1)·6/4⌉, a window of adaptive pooling.
_WINDOW = re.compile(r"⌊(\d+)·(\d+)/(\d+)⌋ : ⌈\(\1 \+ 1\)·\2/\3⌉")
_LETTER = re.compile(r"\b[a-z]\b(?!\[)")
# Letters for the places along the axes of a tensor, and those of a sum's; all have a subscript.
_AXES = {1: "i", 2: "nk", 3: "nik", 4: "nkij", 5: "nkhij"}
_SUBSCRIPTS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def with_index(form: str, index: Sequence[int]) -> str:
    """The formula for one element: the letters of its place replaced by their numbers.

    The form as it is, where it is written for an element with more or fewer indices.
    """
    made = form.partition(" = ")[0]
    if "[" not in made:
        return form
    letters = made[made.index("[") + 1 : -1].split(", ")
    if letters == ["…"]:
        return form.replace("[…]", f"[{', '.join(map(str, index))}]" if index else "")
    if len(letters) != len(index):
        return form
    numbers = dict(zip(letters, map(str, index), strict=True))
    return _worked_out(_LETTER.sub(lambda letter: numbers.get(letter[0], letter[0]), form))


def _worked_out(form: str) -> str:
    """Places such as ``2·7 + 2`` as the number that they are; one in the border as it is."""
    return _PLACE.sub(_place_text, _WINDOW.sub(_window_text, form))


def _window_text(window: re.Match[str]) -> str:
    place, length, count = map(int, window.groups())
    return f"{place * length // count} : {-(-(place + 1) * length // count)}"


def _place_text(place: re.Match[str]) -> str:
    factor, number, sign, more = place.groups()
    value = int(factor or 1) * int(number) + int(more or 0) * (-1 if sign == "−" else 1)
    return place[0] if value < 0 else str(value)


def place_letters(ndim: int) -> list[str]:
    """A letter for each axis of a tensor."""
    return list(_AXES.get(ndim, "abcdefgh"[:ndim]))


def bracket(letters: Sequence[str]) -> str:
    """``[n, k]``; nothing for a tensor without axes."""
    return f"[{', '.join(letters)}]" if letters else ""


def summed(*letters: str) -> str:
    """``Σₙᵢⱼ``: a sum over these places."""
    return f"Σ{''.join(letters).translate(_SUBSCRIPTS)}"


def number_text(number: float) -> str:
    """A number in a formula, with at most 6 digits."""
    text = f"{abs(number):.6g}"
    return f"−{text}" if number < 0 else text
