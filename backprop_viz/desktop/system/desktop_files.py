"""Makes the program known to a Linux desktop: its menu entry, its icon, the types of its files.

Nothing is written but in the user's own data folder (``XDG_DATA_HOME``).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from backprop_viz.stream.own_processes import is_bundle, outside, program_command

# What the window calls itself, the name of the entry, and that of the icon.
DESKTOP_NAME = "backprop_viz"
SESSION_TYPE = "application/x-backprop-viz-session"
RECORDING_TYPE = "application/x-backprop-viz-recording"

_ENTRY = """[Desktop Entry]
Type=Application
Name=backprop_viz
GenericName=Back-propagation viewer
GenericName[ko]=역전파 뷰어
Comment=See what back-propagation does, on a real PyTorch network
Comment[ko]=실제 PyTorch 신경망에서 역전파가 하는 일을 봅니다
Exec={command} %f
Icon={name}
Terminal=false
Categories=Education;ArtificialIntelligence;
Keywords=PyTorch;autograd;gradient;backward;
MimeType={types};
StartupNotify=true
StartupWMClass={name}
"""
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{session}">
    <comment>backprop_viz session</comment>
    <comment xml:lang="ko">backprop_viz 세션</comment>
    <icon name="{name}"/>
    <glob pattern="*.bpviz"/>
  </mime-type>
  <mime-type type="{recording}">
    <comment>backprop_viz recording</comment>
    <comment xml:lang="ko">backprop_viz 기록</comment>
    <icon name="{name}"/>
    <glob pattern="*.bprec"/>
  </mime-type>
</mime-info>
"""
# What brings the desktop's indexes up to date, each with the folder that it is given.
_INDEXES = (
    ("update-mime-database", "mime"),
    ("update-desktop-database", "applications"),
    ("gtk-update-icon-cache", "icons/hicolor"),
)


def install_desktop_files() -> int:
    """Write all files, and tell the desktop of them; returns the exit status."""
    if not _can():
        return 2
    folder = _data_folder()
    try:
        for place, content in _files():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
    except OSError as error:
        print(f"backprop-viz: {folder} cannot be written to: {error}", file=sys.stderr)
        return 2
    _bring_up_to_date(folder)
    print(f"Installed in {folder}. To undo it: backprop-viz --remove-desktop")
    return 0


def remove_desktop_files() -> int:
    """Take away what ``install_desktop_files`` has written; returns the exit status."""
    if not _can():
        return 2
    folder = _data_folder()
    for place, _ in _files():
        (folder / place).unlink(missing_ok=True)
    _bring_up_to_date(folder)
    print(f"Removed from {folder}.")
    return 0


def _can() -> bool:
    """Whether the desktop is one that such files are for; else it is said what is to be done."""
    if sys.platform.startswith(("linux", "freebsd")):
        return True
    print(
        "backprop-viz: this system does not take such files: choose backprop-viz the first time "
        "that you open a .bprec or .bpviz file.",
        file=sys.stderr,
    )
    return False


def _data_folder() -> Path:
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".local" / "share"


def _files() -> Iterator[tuple[str, bytes]]:
    """Each file: its place in the data folder, and what is in it."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    from backprop_viz.desktop.style.program_icon import DRAWING, SIZES, icon_image

    types = f"{SESSION_TYPE};{RECORDING_TYPE}"
    entry = _ENTRY.format(command=_command(), name=DESKTOP_NAME, types=types)
    yield f"applications/{DESKTOP_NAME}.desktop", entry.encode()
    described = _TYPES.format(session=SESSION_TYPE, recording=RECORDING_TYPE, name=DESKTOP_NAME)
    yield f"mime/packages/{DESKTOP_NAME}.xml", described.encode()
    yield f"icons/hicolor/scalable/apps/{DESKTOP_NAME}.svg", DRAWING.read_bytes()
    for size in SIZES:
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        icon_image(size).save(buffer, "PNG")  # type: ignore[call-overload]
        yield f"icons/hicolor/{size}x{size}/apps/{DESKTOP_NAME}.png", bytes(data.data())


def _command() -> str:
    """How the desktop starts the program, quoted as a desktop entry has it."""
    beside = Path(sys.executable).with_name("backprop-viz")
    command = [str(beside)] if beside.exists() and not is_bundle() else program_command()
    return " ".join(map(quoted_word, command))


def quoted_word(word: str) -> str:
    """A word of a command as a desktop file's ``Exec`` has it."""
    # Older xdg-open takes the first word as it stands, with its quotes.
    if not re.search(r"""[\s"'\\><~|&;$*?#()`%]""", word):
        return word
    for special in '\\"`$':
        word = word.replace(special, "\\" + special)
    # The entry's own escapes come on top; a percent sign begins a field.
    return '"' + word.replace("\\", "\\\\").replace("%", "%%") + '"'


def _bring_up_to_date(folder: Path) -> None:
    for program, place in _INDEXES:
        found = shutil.which(program)
        if found is not None and (folder / place).is_dir():
            quiet = subprocess.DEVNULL
            environment = outside(os.environ)
            subprocess.run(
                [found, str(folder / place)], stdout=quiet, stderr=quiet, env=environment
            )
