"""Who may import whom, seen from outside."""

import subprocess
import sys
from graphlib import TopologicalSorter

import grimp
import pytest


def loaded_by(*statements: str) -> list[set[str]]:
    """What a process has imported after each of them."""
    told = "print(*{n.split('.')[0] for n in sys.modules})"
    script = "\n".join(("import sys", *(line for each in statements for line in (each, told))))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    return [set(line.split()) for line in done.stdout.splitlines()]


# What needs less comes first: a process has all that those before it have imported, too.
@pytest.mark.parametrize(
    "without",
    [
        {
            "import backprop_viz": {"torch", "PySide6", "numpy"},
            "import backprop_viz.cli": {"torch", "PySide6", "numpy"},
            "import backprop_viz.digits.downloads": {"torch", "PySide6", "pooch", "requests"},
            "import backprop_viz.recording.iteration": {"torch", "PySide6"},
            "import backprop_viz.desktop.panels, backprop_viz.desktop.window.main_window": {
                "torch",
                "pyqtgraph",
            },
            "import backprop_viz.desktop.application": {"torch", "pooch", "requests", "PIL"},
        },
        {"import backprop_viz.digits.image_folder": {"torch", "PySide6"}},
        {
            "import backprop_viz.recording, backprop_viz.training.trainer": {
                "PySide6",
                "pyqtgraph",
                "PIL",
            }
        },
    ],
    ids=["window", "images", "training"],
)
def test_importing_loads_no_more_than_it_needs(without: dict[str, set[str]]) -> None:
    loaded = loaded_by(*without)
    assert len(loaded) == len(without)
    for (statement, unwanted), names in zip(without.items(), loaded, strict=True):
        assert not names & unwanted, statement


def test_the_contracts_between_the_folders() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_circle_of_imports_for_typing_either() -> None:
    graph = grimp.build_graph("backprop_viz", exclude_type_checking_imports=False)
    # One that is for typing alone: they are in the graph.
    assert graph.direct_import_exists(
        importer="backprop_viz", imported="backprop_viz.training.trainer"
    )
    imported = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    TopologicalSorter(imported).prepare()  # raises CycleError, which names the circle
