"""A run as a Jupyter notebook, in cells by the tutorial's parts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.notebook_texts import NOTEBOOK_TEXTS
from backprop_viz.training.script.standalone_script import Run, script_parts

# More lines than this are not shown until one asks for them.
_MANY_LINES = 100


def notebook(run: Run, beside: str | None, texts: Mapping[str, str]) -> str:
    """The notebook as JSON, in Jupyter's format 4.5; its code is the script's.

    ``beside`` is the name of the file with the samples that it takes along; None: it has them in a
    cell. ``texts`` stand in place of those of ``NOTEBOOK_TEXTS``.
    """
    said = {**NOTEBOOK_TEXTS, **texts}
    document = {
        "cells": [*_cells(run, beside, said)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _cells(run: Run, beside: str | None, said: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    title = said["title"].format(type(run.model).__name__, f"{run.iterations:,}")
    yield _cell("title", "markdown", title)
    # Jupyter runs a notebook in its own folder.
    for part in script_parts(run, None if beside is None else f"pathlib.Path({beside!r})"):
        yield _cell(f"about-{part.name}", "markdown", said[part.name])
        yield _cell(part.name, "code", part.code)


def _cell(name: str, kind: str, text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": lines}
    if kind == "code":
        hidden = {"jupyter": {"source_hidden": True}} if len(lines) > _MANY_LINES else {}
        cell |= {"execution_count": None, "metadata": hidden, "outputs": []}
    return cell
