"""A notebook's cells: when they begin and end, and pages that are shown in them."""

import sys
from collections.abc import Callable
from html import escape
from typing import Any

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.code.own_frames import without_our_frames


class NotebookCells:
    """Calls ``begins`` before each cell of a notebook that runs, and ``ended`` after it.

    ``ended`` is given what the cell has raised and nobody has caught. The cell that this is made in
    has begun. Where there is no notebook, nothing is called.
    """

    def __init__(
        self, begins: Callable[[], None], ended: Callable[[BaseException | None], None]
    ) -> None:
        self._begins, self._ended = begins, ended
        self._shell = running_shell()
        if self._shell is not None:
            self._shell.events.register("pre_run_cell", self._cell_begins)
            self._shell.events.register("post_run_cell", self._cell_ended)
            _hide_our_frames(self._shell)

    def close(self) -> None:
        """Call neither any more."""
        if self._shell is not None:
            self._shell.events.unregister("pre_run_cell", self._cell_begins)
            self._shell.events.unregister("post_run_cell", self._cell_ended)
        self._shell = None

    def _cell_begins(self, _: Any) -> None:
        with OURS:
            self._begins()

    def _cell_ended(self, result: Any) -> None:
        with OURS:
            self._ended(result.error_before_exec or result.error_in_exec)


def running_shell() -> Any:
    """IPython's shell that runs cells in this process; None without one."""
    ipython: Any = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def show_in_cell(page: str, plain: str) -> None:
    """Show a web page below the cell that runs; ``plain`` where only text can be shown."""
    ipython: Any = sys.modules["IPython"]
    frame = f'<iframe srcdoc="{escape(page)}" width="100%" height="760" frameborder="0"></iframe>'
    ipython.display.display({"text/html": frame, "text/plain": plain}, raw=True)


def _hide_our_frames(shell: Any) -> None:
    """Have the tracebacks of cells be as they are without us; not if the user has them shown."""

    def show(
        shell: Any, kind: type[BaseException], error: BaseException, _: Any, tb_offset: int | None
    ) -> None:
        without_our_frames(error)
        told = kind, error, error.__traceback__
        shell.showtraceback(told, tb_offset=tb_offset, running_compiled_code=True)

    if not shell.custom_exceptions:
        shell.set_custom_exc((BaseException,), show)
