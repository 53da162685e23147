"""Where the package registers what writes a recording to a file or a page."""

from collections.abc import Callable
from typing import Any

# Takes a Recording, whose module imports this one, and a path.
_Save = Callable[[Any, Any], None]
_save: list[_Save] = []
_save_page: list[_Save] = []


def set_save(save: _Save, save_page: _Save) -> None:
    """Register what writes a recording to the file at a path, and what writes it as a web page."""
    _save[:], _save_page[:] = [save], [save_page]


def save_to(recording: Any, path: Any) -> None:
    """Write a recording to a file. Raises RuntimeError where nothing can."""
    _the_one(_save)(recording, path)


def save_page_to(recording: Any, path: Any) -> None:
    """Write a recording as a web page. Raises RuntimeError where nothing can."""
    _the_one(_save_page)(recording, path)


def _the_one(put_in: list[_Save]) -> _Save:
    if not put_in:
        raise RuntimeError("Recordings are saved by backprop_viz as a whole: import backprop_viz.")
    return put_in[0]
