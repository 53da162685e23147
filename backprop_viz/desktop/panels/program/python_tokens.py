"""Finds keywords, strings, comments and numbers in Python source."""

import io
import keyword
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backprop_viz.desktop.style.theme import Theme

TokenKind = Literal["keyword", "string", "comment", "number"]


@dataclass(frozen=True, slots=True)
class Token:
    """A coloured part of one line."""

    start: int
    length: int
    kind: TokenKind


def tokens_of(lines: Sequence[str]) -> tuple[tuple[Token, ...], ...]:
    """The coloured parts of each line; for invalid Python, as far as it could be tokenized."""
    return _tokens_of(tuple(lines))


# The program is shown again with every window and every setting.
@lru_cache(maxsize=16)
def _tokens_of(lines: tuple[str, ...]) -> tuple[tuple[Token, ...], ...]:
    found: list[list[Token]] = [[] for _ in lines]
    for kind, (row, start), (end_row, end) in _read("\n".join(lines)):
        for line in range(row, min(end_row, len(lines)) + 1):
            first = start if line == row else 0
            last = end if line == end_row else len(lines[line - 1])
            found[line - 1].append(Token(first, last - first, kind))
    return tuple(tuple(tokens) for tokens in found)


def token_colour(theme: Theme, token: Token) -> str:
    """The theme's colour for a part."""
    return {
        "keyword": theme.accent,
        "string": theme.update,
        "comment": theme.muted,
        "number": theme.backward,
    }[token.kind]


def _read(text: str) -> Iterator[tuple[TokenKind, tuple[int, int], tuple[int, int]]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            kind = _kind(token)
            if kind is not None:
                yield kind, token.start, token.end
    except (tokenize.TokenError, SyntaxError):
        return


def _kind(token: tokenize.TokenInfo) -> TokenKind | None:
    name = tokenize.tok_name[token.type]
    if name == "STRING" or name.startswith("FSTRING"):
        return "string"
    if name == "COMMENT":
        return "comment"
    if name == "NUMBER":
        return "number"
    return "keyword" if name == "NAME" and keyword.iskeyword(token.string) else None
