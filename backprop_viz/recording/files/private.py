"""Files and folders that only their owner can read."""

import os
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700


def make_private_folder(path: Path) -> None:
    """Make a folder with those above it, or take from others the rights they have in it.

    Raises OSError where that cannot be.
    """
    path.mkdir(FOLDER, parents=True, exist_ok=True)
    found = path.stat()
    # A folder of everybody's, as /tmp, stays as it is; in it the files alone are private.
    shared = found.st_mode & 0o1000 or not _is_own(found)
    if found.st_mode & 0o077 and not shared:
        path.chmod(FOLDER)


def make_private(path: Path) -> None:
    """Take from others the rights they have in a file of one's own, if it is there."""
    with suppress(OSError):
        found = path.stat()
        if found.st_mode & 0o077 and _is_own(found):
            path.chmod(FILE)


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()
