"""Korean particles after a number or a name that a text is filled with.

A text has both forms, as ``이(가)``; which one is right depends on the sound before it.
"""

import re

# Both forms as a text has them, and which stands after a consonant and after a vowel.
_PAIRS = {
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "와(과)": ("과", "와"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라": ("이라", "라"),
}
_BOTH = re.compile(
    r"(?P<before>\S)(?P<marks>[`*)\]”’\"']*)(?P<both>" + "|".join(map(re.escape, _PAIRS)) + ")"
)
# Of the digits' Korean names, those that end in ㄹ (일, 칠, 팔) and in another consonant.
_DIGITS_IN_L, _DIGITS_IN_CONSONANT = "178", "036"
_LETTERS_IN_L, _LETTERS_IN_CONSONANT = "lr", "mn"


def with_particles(text: str) -> str:
    """The text with the right one of each pair of particles: ``0.25이(가)`` is ``0.25가``."""

    def chosen(found: re.Match[str]) -> str:
        consonant, vowel = _PAIRS[found["both"]]
        end = _end(text[: found.end("before")])
        # After ㄹ it is 로, as after a vowel.
        as_vowel = end == "vowel" or (end == "l" and found["both"] == "(으)로")
        return found["before"] + found["marks"] + (vowel if as_vowel else consonant)

    return _BOTH.sub(chosen, text)


def _end(text: str) -> str:
    """The sound that the last word ends in: a "vowel", "l", or another "consonant"."""
    word = re.split(r"[\s(\[`*.,×]", text.rstrip("`*)]”’\"'%"))[-1] or text[-1]
    if text.rstrip("`*)]”’\"'").endswith("%"):
        return "vowel"  # 퍼센트
    last = word[-1].lower()
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return "vowel" if final == 0 else "l" if final == 8 else "consonant"
    if last.isdigit():
        if last in _DIGITS_IN_L:
            return "l"
        return "consonant" if last in _DIGITS_IN_CONSONANT else "vowel"
    return _end_of_letters(word.lower())


def _end_of_letters(word: str) -> str:
    """The end of a word in Latin letters: None is 논, True 트루, scale 스케일, bias 바이어스."""
    if len(word) > 1:
        word = re.sub(r"(?<=[^aeiou])e$", "", word)
        if word.endswith("ng"):
            return "consonant"
        if word.endswith("r"):
            return "vowel"  # 텐서
    if word[-1:] in _LETTERS_IN_L:
        return "l"
    return "consonant" if word[-1:] in _LETTERS_IN_CONSONANT else "vowel"
