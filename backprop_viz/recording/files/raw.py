"""A record of a file before anything is known of it."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Raw:
    """A record as a file has it: the name of its type, and its fields, which may be anything."""

    name: str
    fields: dict[str, Any]
