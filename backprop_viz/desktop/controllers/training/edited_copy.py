"""Writes an edited text beside the file that it comes from, over no other file."""

import re
from itertools import count
from pathlib import Path

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import errors_as_sentences, write_atomically


def copy_beside(path: Path, text: str) -> Path:
    """Write a text as ``NAME_edited.py``, ``NAME_edited2.py`` and so on; returns the new file.

    The first name that is free is taken, or the one whose file has this very text. Raises
    UserError if it cannot be written.
    """
    content = text.rstrip("\n").encode() + b"\n"
    stem = re.sub(r"_edited\d*$", "", path.stem)
    names = (f"{stem}_edited{number if number > 1 else ''}.py" for number in count(1))
    for copy in map(path.with_name, names):
        with errors_as_sentences(copy):
            if copy.is_file() and copy.read_bytes() == content:
                return copy
            try:
                copy.touch(exist_ok=False)  # nobody else takes the name
            except FileExistsError:
                continue
        try:
            write_atomically(copy, content)
        except UserError:
            copy.unlink(missing_ok=True)
            raise
        return copy
    raise AssertionError("there is always a free name")
