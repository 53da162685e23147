"""Which files are installed in a folder that is none of Python's own for packages.

``pip install --target``, which clusters and images for servers are made with, puts them into any
folder; beside each package it lists its files.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def is_installed(name: str) -> bool:
    """Whether a file is of what is installed in a folder where Python looks for modules."""
    for folder in sys.path:
        if folder and name.startswith(inner := os.path.join(folder, "")):
            first = name[len(inner) :].partition(os.sep)[0]
            if first in _installed(folder):
                return True
    return False


@cache
def _installed(folder: str) -> frozenset[str]:
    """The names of the files and folders in this one that its packages have."""
    return frozenset(name for listed in Path(folder).glob("*.dist-info") for name in _of(listed))


def _of(listed: Path) -> Iterator[str]:
    """Of one package.

    Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    try:
        lines = (listed / "RECORD").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        path = line.rsplit(",", 2)[0].strip('"')
        yield path.partition("/")[0]
