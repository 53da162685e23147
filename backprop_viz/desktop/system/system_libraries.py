"""Finds the shared libraries that Qt needs from the system, and installs missing ones.

A wheel of PySide6 contains Qt, but not the libraries of the display server, of fonts and of OpenGL.
Without one of them Qt ends the process with the loader's message, so this runs before Qt is loaded.
"""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from backprop_viz.stream.own_processes import outside

# Debian's and Ubuntu's package of each library that Qt's Widgets and its display plugins load.
# (https://doc.qt.io/qt-6/linux-requirements.html and the plugins' own lists of what they need)
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Package managers of RPM systems that find a package by a library in it.
_BY_CAPABILITY = ("dnf", "zypper")


def ensure() -> None:
    """On Linux, make sure that Qt can be loaded and has a display.

    On Debian and Ubuntu it installs missing libraries, through sudo if the user is not root. Raises
    SystemExit with a sentence that names what is missing and how to install it if that fails, and
    on other systems.
    """
    if not sys.platform.startswith("linux"):
        return
    plugin = display_plugin(os.environ)
    absent = missing(plugin)
    if absent:
        _install(absent)
        if still := missing(plugin):
            raise SystemExit(_sentence(still))


def display_plugin(environment: Mapping[str, str]) -> str:
    """The name of the Qt plugin that will be used: ``xcb``, ``wayland``, ``offscreen`` ...

    Raises SystemExit if there is no display.
    """
    if named := environment.get("QT_QPA_PLATFORM"):
        return re.split("[:;]", named)[0]
    if environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    if environment.get("DISPLAY"):
        return "xcb"
    raise SystemExit(
        "backprop-viz: there is no display to open a window on (neither DISPLAY nor"
        " WAYLAND_DISPLAY is set). Start it from a desktop, or over ssh with: ssh -X"
    )


def missing(plugin: str) -> tuple[str, ...]:
    """The file names of libraries that Qt and this plugin need but that are not found."""
    package = importlib.util.find_spec("PySide6")
    if package is None or package.origin is None:
        return ()  # importing it will report that
    qt = Path(package.origin).parent / "Qt"
    files = [qt / "lib/libQt6Widgets.so.6", *(qt / "plugins/platforms").glob(f"libq{plugin}*.so")]
    return not_found([str(file) for file in files if file.exists()])


def not_found(files: Sequence[str]) -> tuple[str, ...]:
    """The libraries that the loader cannot find for these files."""
    try:
        # Qt loads them anyway, so trying costs nothing.
        for file in files:
            ctypes.CDLL(file)
    except OSError as error:
        # The loader names one at a time; ldd all of them.
        names = _listed(files) or re.findall(r"^(\S+): cannot open shared object", str(error))
        return tuple(dict.fromkeys(names))
    return ()


def _listed(files: Sequence[str]) -> list[str]:
    if shutil.which("ldd") is None:
        return []
    done = subprocess.run(["ldd", *files], capture_output=True, text=True)
    return re.findall(r"^\s*(\S+) => not found", done.stdout, re.MULTILINE)


def packages_of(libraries: Iterable[str]) -> tuple[str, ...]:
    """Debian's packages of these libraries, each once; () if one is unknown."""
    names = [_PACKAGES.get(library) for library in libraries]
    return () if None in names else tuple(sorted({name for name in names if name}))


def _install(libraries: Sequence[str]) -> None:
    """Install packages with apt-get where there is one, and say so."""
    packages = packages_of(libraries)
    root = _as_root()
    if not packages or root is None or shutil.which("apt-get") is None:
        return
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    _tell(f"Qt needs {len(libraries)} libraries that this system lacks: {' '.join(libraries)}")
    _tell(f"installing them: {_command(packages)}")
    # A fresh system has no package lists yet.
    for words in (["update"], ["install", "--no-install-recommends", *packages]):
        subprocess.run([*apt, *words], stdout=subprocess.DEVNULL, env=outside(os.environ))


def _as_root() -> list[str] | None:
    """The words before a command that make root run it; None if that is impossible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    # Without a terminal, sudo must not ask for a password.
    return ["sudo"] if _at_a_terminal() else ["sudo", "-n"]


def _at_a_terminal() -> bool:
    """Whether sudo can ask for a password: it reads from the terminal, not standard input."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _sentence(libraries: Sequence[str]) -> str:
    named = f"backprop-viz: Qt needs libraries that this system lacks: {', '.join(libraries)}."
    command = _command(packages_of(libraries), libraries)
    return f"{named} Install them with: {command}" if command else named


def _command(packages: Sequence[str], libraries: Sequence[str] = ()) -> str | None:
    """The command that installs them on this system, or "" if it is not known."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    if packages and shutil.which("apt-get"):
        return f"{sudo}apt-get install {' '.join(packages)}"
    for manager in _BY_CAPABILITY:
        if libraries and shutil.which(manager):
            wanted = " ".join(f"'{library}()(64bit)'" for library in libraries)
            return f"{sudo}{manager} install {wanted}"
    return None


def _tell(text: str) -> None:
    print(f"backprop-viz: {text}", file=sys.stderr, flush=True)
