"""``python -m backprop_viz`` and the ``backprop-viz`` command."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from backprop_viz.cli import parse, parse_attach, parse_export, parse_run
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.system import system_libraries
from backprop_viz.stream.own_processes import AS_WINDOW, AS_WORKER, is_bundle

_WITHOUT_TORCH = (
    "backprop-viz: PyTorch trains the network, and it is not installed here: pip install torch. "
    "Without it, recordings can be looked at: backprop-viz run.bprec"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line, open the window, return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if is_bundle() and arguments[:1] in ([AS_WORKER], [AS_WINDOW]):
        return _part_of_bundle()
    if arguments[:1] == ["run"]:
        return _run(arguments[1:])
    if arguments[:1] == ["attach"]:
        return _attach(arguments[1:])
    if arguments[:1] == ["export"]:
        return _export(arguments[1:])
    if arguments in (["--install-desktop"], ["--remove-desktop"]):
        return _desktop_files(arguments[0])
    try:
        options = parse(arguments)
        return _main(options) if options.model is None else _train(options, options.model)
    except KeyboardInterrupt:  # before there was a window
        return 128 + signal.SIGINT


def _part_of_bundle() -> int:
    """Be the process that the first argument names; what follows it are its connection's ends."""
    name = sys.argv.pop(1)
    if name == AS_WORKER:
        from backprop_viz.worker.main import serve

        serve()
    else:
        from backprop_viz.desktop.attached import open_attached

        open_attached()
    return 0


def _run(arguments: Sequence[str]) -> int:
    """Run a script with the options of ``backprop-viz run``; returns its exit status."""
    options = parse_run(arguments)
    if not _torch_is_there():
        return 2
    from backprop_viz.capture.live.command import (
        run_beside_window,
        run_into_file,
        run_listening,
    )
    from backprop_viz.stream.script_address import SCHEMES

    if options.to is not None and options.to.startswith(SCHEMES):
        return run_listening(options.script, options.to, options.every, options.only, options.first)
    if options.to is not None:
        return run_into_file(
            options.script, options.to, options.every or 1, options.only, options.first
        )
    return run_beside_window(
        options.script,
        goes=options.goes,
        every=options.every,
        only=options.only,
        first=options.first,
        theme=options.theme,
        language=options.language,
    )


def _train(options: Arguments, path: str) -> int:
    """Open a window on the training of a file's model; returns the exit status."""
    if not _torch_is_there():
        return 2
    from backprop_viz.capture.live.command import run_model_file

    return run_model_file(path, options.theme, options.language)


def _attach(arguments: Sequence[str]) -> int:
    """Open a window on a script that listens; returns the exit status."""
    options = parse_attach(arguments)
    from backprop_viz.recording.errors import UserError
    from backprop_viz.stream.rank_connections import rank_connections
    from backprop_viz.stream.tls import CA_VARIABLE
    from backprop_viz.stream.token_file import read_token

    if options.ca is not None:
        os.environ[CA_VARIABLE] = options.ca
    try:
        connections = rank_connections(options.urls, read_token())
    except UserError as error:
        print(f"backprop-viz attach: {error}", file=sys.stderr)
        return 2
    from backprop_viz.desktop.attached import follow_scripts

    return follow_scripts(
        Arguments({}, options.theme, None, options.language, connections=connections)
    )


def _desktop_files(option: str) -> int:
    """Make the program known to the desktop, or unknown again; returns the exit status."""
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # only an icon is painted
        system_libraries.ensure()
    from backprop_viz.desktop.system.desktop_files import (
        install_desktop_files,
        remove_desktop_files,
    )

    return install_desktop_files() if option == "--install-desktop" else remove_desktop_files()


def _torch_is_there() -> bool:
    """Whether torch is installed; else it is said what can be done without it."""
    if find_spec("torch") is None:
        print(_WITHOUT_TORCH, file=sys.stderr)
        return False
    return True


def _export(arguments: Sequence[str]) -> int:
    """Write a recording as a web page; returns the exit status. Needs neither torch nor Qt."""
    options = parse_export(arguments)
    from backprop_viz.recording.errors import UserError
    from backprop_viz.recording.files.recording_file import load

    try:
        with load(options.recording) as file:
            found = [place.iteration for place in file.places]
            wanted = options.iteration or max(found, default=0)
            if wanted not in found:
                return _refused(
                    f"{options.recording} lacks iteration {wanted}; {_nearest(found, wanted)}"
                )
            file[found.index(wanted)].to_html(options.page)
    except UserError as error:
        return _refused(str(error))
    return 0


def _nearest(found: Sequence[int], wanted: int) -> str:
    """Which iterations a file has instead."""
    if not found:
        return "it has none at all."
    near = " and ".join(
        str(one) for one in sorted(sorted(found, key=lambda i: abs(i - wanted))[:2])
    )
    return f"of its {len(found)}, from {min(found)} to {max(found)}, the nearest are {near}."


def _refused(why: str) -> int:
    print(f"backprop-viz export: {why}", file=sys.stderr)
    return 2


def _can_be_read(paths: Sequence[str]) -> bool:
    """Whether recording files can be opened together; else it is said why not."""
    from backprop_viz.recording.errors import UserError
    from backprop_viz.recording.files.rank_files import by_rank
    from backprop_viz.recording.files.recording_file import check_recording_file
    from backprop_viz.recording.files.remote_path import any_path

    try:
        if len(paths) > 1:
            by_rank([any_path(path) for path in paths])
        else:
            check_recording_file(any_path(paths[0]))
    except UserError as error:
        print(f"backprop-viz: {error}", file=sys.stderr)
        return False
    return True


def _main(arguments: Arguments) -> int:
    if arguments.recordings and not _can_be_read(arguments.recordings):
        return 2
    if not arguments.is_foreign and not _torch_is_there():
        return 2
    # What is imported stays: Python's collector need not go through it while more comes, nor later
    # each time that the window's own collects.
    gc.disable()
    if not arguments.is_foreign:
        from backprop_viz.desktop.clients.worker_process import start_ahead

        start_ahead()
    system_libraries.ensure()
    # Before Qt: PySide reads the source of all that is imported after it.
    import numpy  # noqa: F401

    from backprop_viz.desktop.application import run

    gc.freeze()
    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
