"""The versions of the program and of what it runs on."""

import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from backprop_viz import __version__


@cache
def versions() -> str:
    """The program's version, with those of what it runs on: for a report of a fault."""
    parts = [f"backprop-viz {__version__}", f"Python {platform.python_version()}"]
    for title, package in (("torch", "torch"), ("Qt", "PySide6-Essentials")):
        with suppress(PackageNotFoundError):
            parts.append(f"{title} {version(package)}")
    return ", ".join(parts)
