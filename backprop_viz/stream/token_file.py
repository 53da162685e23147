"""The secret that a script and a window share: a file that its owner alone can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.private import FILE, make_private, make_private_folder
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Names another file, as where the token was copied from another machine.
TOKEN_VARIABLE = "BACKPROP_VIZ_TOKEN_FILE"
_BYTES = 32


def token_path() -> Path:
    """Where the token is."""
    given = os.environ.get(TOKEN_VARIABLE)
    if given:
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path("backprop_viz", appauthor=False) / "token"


def _make(path: Path) -> None:
    """Put a new token there, whole at once: ranks that begin together all read the first one's."""
    token = secrets.token_hex(_BYTES)
    whole = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    made = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    try:
        with os.fdopen(made, "w", encoding="ascii") as file:
            file.write(token)
        with suppress(FileExistsError):
            os.link(whole, path)
    finally:
        whole.unlink()


def read_token() -> bytes:
    """The token, which is made if there is none yet. Raises UserError if it cannot be had."""
    path = token_path()
    try:
        make_private_folder(path.parent)
        if not path.exists():
            _make(path)
        make_private(path)
        token = path.read_bytes().strip()
    except OSError as error:
        text = QT_TRANSLATE_NOOP("errors", "The token in {0} cannot be read: {1}.")
        raise UserError(text, path, error.strerror or error) from error
    if len(token) < _BYTES:
        text = QT_TRANSLATE_NOOP(
            "errors",
            "The token in {0} is too short: copy the script's token file here, or, where the "
            "script runs, delete the file for another one to be made.",
        )
        raise UserError(text, path)
    return token
