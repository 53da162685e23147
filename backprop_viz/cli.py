"""The command line. Imports neither torch nor Qt, so that --help answers at once."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_viz.capture.live.script_arguments import Script
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.system.versions import versions
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.format.frames import MAGIC
from backprop_viz.recording.settings.presets import PRESETS

# How the names of files end.
SESSION, RECORDING, MODEL = ".bpviz", ".bprec", ".py"
# The folders that data sets are read from, by the names of the data.
FOLDERS = {name: entry.root for name, entry in DATA_SETS.items() if entry.root is not None}


@dataclass(frozen=True, slots=True)
class RunArguments:
    """The arguments of ``backprop-viz run``."""

    script: Script
    goes: bool
    every: int | None
    to: str | None
    only: tuple[str, ...] = ()
    first: int = 1
    theme: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AttachArguments:
    """The arguments of ``backprop-viz attach``."""

    urls: tuple[str, ...]
    theme: str | None
    language: str | None
    ca: str | None


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """The arguments of ``backprop-viz export``; ``iteration`` is None for the last recorded."""

    recording: str
    page: str
    iteration: int | None


# The commands; without one a window of its own is opened.
SUBCOMMANDS = ("run", "attach", "export")
# The options of ``run`` that a value follows.
_WITH_VALUE = ("--every", "--from", "--only", "--to", "--language")
# Scripts and modules that train nothing themselves.
_LAUNCHERS = frozenset(
    ("torchrun", "torch.distributed.run", "torch.distributed.launch", "accelerate", "deepspeed")
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backprop-viz",
        description="See what back-propagation does, on a real PyTorch network, while it does it.",
        epilog="Each has a --help of its own: backprop-viz run SCRIPT (a script of yours, with the "
        "window as its debugger), backprop-viz attach URL (a training that listens), and "
        "backprop-viz export RECORDING PAGE (a web page).",
    )
    parser.add_argument("--version", action="version", version=versions())
    parser.add_argument(
        "--preset",
        choices=tuple(PRESETS),
        default="digits",
        help="tutorial: one random input, MSE, SGD; digits: learn to classify digits (default)",
    )
    parser.add_argument("--data", choices=tuple(DATA_SETS), help="what to learn from")
    for name, root in FOLDERS.items():
        parser.add_argument(
            _root_option(name), metavar="PATH", help=f"for --data {name}: {root.holds}"
        )
    parser.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help="0 or more; the same seed gives the same run",
    )
    _add_appearance(parser)
    for option, does in (
        ("--install-desktop", "put the program in the desktop's menu; its files open by a click"),
        ("--remove-desktop", "undo that"),
    ):
        parser.add_argument(option, action="store_true", help=f"alone: {does} (Linux)")
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        type=_file,
        help="a saved session (.bpviz) to continue, a recording (.bprec) to look at, also those of "
        "several ranks, or a Python file (.py) that makes model, inputs and loss, to train that",
    )
    return parser


def parse(argv: Sequence[str]) -> Arguments:
    """Read the arguments (without the program's name). A bad one exits with status 2."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.install_desktop or options.remove_desktop:
        parser.error("--install-desktop and --remove-desktop stand alone")
    recordings = tuple(file for file in options.files if _is_recording(file))
    if len(options.files) > 1 and len(recordings) < len(options.files):
        parser.error("several files are shown together only if all are recordings of one run")
    given = {name: getattr(options, f"{name}_root") for name in FOLDERS}
    roots = {name: path for name, path in given.items() if path}
    data = options.data or next(iter(roots), None)
    if data in FOLDERS and data not in roots:
        parser.error(f"--data {data} needs {_root_option(data)} PATH: {FOLDERS[data].holds}")
    settings = {**PRESETS[options.preset], "seed": options.seed, "roots": roots}
    if data is not None:
        settings["data"] = data
    file = options.files[0] if options.files else ""
    kinds = {kind: file for kind in (SESSION, MODEL) if file.endswith(kind)}
    return Arguments(
        settings,
        options.theme,
        kinds.get(SESSION),
        options.language,
        recordings=recordings,
        model=kinds.get(MODEL),
    )


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backprop-viz run",
        usage="backprop-viz run [--go] [--every N] [--from N] [--only PATTERN] [--to FILE] "
        "[--light | --dark] [--language CODE] (SCRIPT | -m MODULE) [ARGUMENT ...]",
        description="Run a training script, unchanged, with the window as its debugger.",
    )
    parser.add_argument("--go", action="store_true", help="do not stop at the first iteration")
    parser.add_argument(
        "--every",
        type=_count,
        metavar="N",
        help="while it runs freely, record every Nth iteration (default: as many as cost little)",
    )
    parser.add_argument(
        "--to",
        metavar="FILE.bprec",
        help="no window: write every iteration, or every Nth, to a recording file, here or at a "
        "URL as s3://bucket/run.bprec; or listen at tcp://HOST:PORT for a window that attaches. "
        "Each rank of torchrun has its own file, or port",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="record the numbers of these modules alone, e.g. 'encoder.*'; may be given again",
    )
    parser.add_argument(
        "--from",
        dest="first",
        type=_count,
        default=1,
        metavar="N",
        help="run freely and unrecorded up to iteration N, and stop there",
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module by its name")
    _add_appearance(parser)
    return parser


def parse_run(argv: Sequence[str]) -> RunArguments:
    """Read the arguments of ``backprop-viz run``. A bad one exits with status 2.

    What follows the script's name is the script's.
    """
    parser, (own, rest) = _run_parser(), _own_options(argv)
    options = parser.parse_args(own)
    if not rest:
        parser.error("which script? For example: backprop-viz run train.py --epochs 3")
    script = Script(rest[0], tuple(rest[1:]), options.module)
    if script.module:
        sys.path[0] = os.getcwd()  # as python has it with -m
    try:
        path = script.path
    except ImportError as error:
        parser.error(str(error))
    if not Path(path).is_file():
        wrong = "is a folder" if Path(path).is_dir() else "is not there"
        parser.error(f"{rest[0]} {wrong}: give the path of a Python script")
    launcher = script.name if script.module else Path(path).name
    if launcher in _LAUNCHERS:
        parser.error(
            f"{launcher} only starts the processes that train: let it start this, for example by "
            "torchrun --nproc-per-node 2 -m backprop_viz run train.py"
        )
    told = script, options.go, options.every, options.to, tuple(options.only), options.first
    return RunArguments(*told, options.theme, options.language)


def parse_attach(argv: Sequence[str]) -> AttachArguments:
    """Read the arguments of ``backprop-viz attach``. A bad one exits with status 2."""
    parser = argparse.ArgumentParser(
        prog="backprop-viz attach",
        description="Open a window on a training that listens: bv.watch(..., to='tcp://HOST:PORT').",
    )
    _add_appearance(parser)
    parser.add_argument(
        "urls",
        nargs="+",
        metavar="tcp://HOST:PORT",
        help="where it listens, tls://HOST:PORT#FINGERPRINT if it has a certificate; of several "
        "ranks one is enough, if all are on one machine",
    )
    parser.add_argument(
        "--ca", metavar="FILE.pem", help="trust the authorities in this file, not the system's"
    )
    options = parser.parse_args(argv)
    return AttachArguments(tuple(options.urls), options.theme, options.language, options.ca)


def parse_export(argv: Sequence[str]) -> ExportArguments:
    """Read the arguments of ``backprop-viz export``. A bad one exits with status 2."""
    parser = argparse.ArgumentParser(
        prog="backprop-viz export",
        description="Write an iteration of a recording as a web page that needs no server.",
    )
    parser.add_argument("recording", metavar="FILE.bprec", help="the recording file")
    parser.add_argument("page", metavar="PAGE.html", help="the page to write")
    parser.add_argument(
        "--iteration", type=_count, metavar="N", help="which one (default: the last recorded)"
    )
    options = parser.parse_args(argv)
    if not options.page.endswith((".html", ".htm")):
        parser.error(f"{options.page} is no web page: give it a name that ends in .html")
    return ExportArguments(options.recording, options.page, options.iteration)


def _add_appearance(parser: argparse.ArgumentParser) -> None:
    shade = parser.add_mutually_exclusive_group()
    for theme in ("light", "dark"):
        shade.add_argument(
            f"--{theme}", dest="theme", action="store_const", const=theme, help=f"{theme} colours"
        )
    parser.add_argument(
        "--language",
        type=_language,
        metavar="CODE",
        help="language of the window: en, ko (default: the system's)",
    )


def _own_options(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options before the script's name, and the rest."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        if argv[at] == "--":
            return list(argv[:at]), list(argv[at + 1 :])
        at += 2 if argv[at] in _WITH_VALUE else 1
    return list(argv[:at]), list(argv[at:])


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number") from None


def _count(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not from 1 up")
    return value


def _root_option(data: str) -> str:
    return f"--{data.replace('_', '-')}-root"


def _is_recording(file: str) -> bool:
    """Whether it is one by its name, or by what it begins with: ``to=`` takes any name."""
    if file.endswith(RECORDING) or not Path(file).is_file():
        return file.endswith(RECORDING)
    with Path(file).open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _file(text: str) -> str:
    if text in SUBCOMMANDS:
        raise argparse.ArgumentTypeError(
            f"{text} comes before its options: backprop-viz {text} --help lists them"
        )
    if not (text.endswith((SESSION, MODEL)) or _is_recording(text)):
        raise argparse.ArgumentTypeError(
            f"{text} is neither a session nor a recording nor a model: its name does not end in "
            f"{SESSION}, {RECORDING} or {MODEL}"
        )
    if text.endswith(MODEL) and not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text} is not there: give the path of a Python file")
    return text


def _language(text: str) -> str:
    """The code of a language, perhaps with a country's: "ko_KR"."""
    translated = Path(__file__).parent.joinpath("desktop", "translations").glob("*.qm")
    known = ["en", *sorted(path.stem for path in translated)]
    if text.split("_")[0].split("-")[0].lower() not in known:
        raise argparse.ArgumentTypeError(f"{text} is not one of {', '.join(known)}")
    return text


def _seed(text: str) -> int:
    value = _whole(text)
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{value} is not from 0 to {2**31 - 1}")
    return value
