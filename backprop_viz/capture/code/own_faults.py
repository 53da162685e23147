"""What goes wrong in our own code ends the recording, and never the script that is recorded.

Whatever a script enters our code by is guarded: what is called back, by ``note`` in an ``except``
or by ``guarded``; what runs around a call of the script's, by ``OURS`` and ``AroundCall``; a mode,
which makes the call itself, by ``instead``. To try costs nothing where nothing raises.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from types import TracebackType
from typing import Any, Literal

from backprop_viz.capture.code import own_frames
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import fault_log
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_Ends = Callable[[UserError], None]
# Who is told of the next fault: each recording that is under way, once.
_under_way: list[_Ends] = []
_is_told = False  # since the newest of them began


def tell(ends: _Ends) -> None:
    """Have ``ends`` called with what the user is told, once our own code has raised.

    It may be called within a hook of an optimizer, of which torch lets none be removed then.
    """
    global _is_told
    _under_way.append(ends)
    _is_told = False


def tell_no_more(ends: _Ends) -> None:
    """Call it no more."""
    if ends in _under_way:
        _under_way.remove(ends)


@contextmanager
def told_of_fault(ends: _Ends) -> Iterator[None]:
    """Have ``ends`` called with what the user is told if our own code raises while in here."""
    tell(ends)
    try:
        yield
    finally:
        tell_no_more(ends)


def note(fault: BaseException) -> None:
    """Our own code has raised: all recordings end. The user is told, and the log says where."""
    global _is_told
    ending, _under_way[:] = _under_way[::-1], []
    if _is_told and not ending:  # what is left of a recording that has ended has raised
        return
    _is_told, why = True, _said_of(fault)
    for ends in ending:
        with suppress(Exception):
            ends(why)
    with suppress(Exception):
        log_fault(why, fault)
        print(f"backprop_viz: {why}", file=sys.stderr)


def log_fault(said: object, fault: BaseException) -> None:
    """Put into the log of faults what was said of one, and where it arose."""
    fault_log.FaultLog().note(str(said), "".join(traceback.format_exception(fault)))


def _said_of(fault: BaseException) -> UserError:
    text = QT_TRANSLATE_NOOP(
        "errors",
        "Recording has ended, for a fault in backprop_viz itself: {0}. Your script goes on, and "
        "its numbers are what they are without. Where it arose is in the log ({1}).",
    )
    said = fault if isinstance(fault, UserError) else f"{type(fault).__name__}: {fault}"
    return UserError(text, said, fault_log.path())


def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which gives None where it would raise."""

    @wraps(call)
    def calls(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except Exception as fault:
            note(fault)
            return None

    return calls


class _Ours:
    """What raises within this has not happened for the script, but for what is said to it."""

    def __init__(self, *said: type[UserError]) -> None:
        self._said = said

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, self._said):
            return False
        note(error)
        return True


OURS, STARTING = _Ours(), _Ours(UserError)


class AroundCall(ExitStack):
    """Contexts of ours around what the script does: their ends raise nothing of their own."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> Literal[False]:
        try:
            super().__exit__(kind, error, trace)
        except Exception as fault:
            if fault is not error:
                note(fault)
        return False


def instead(
    fault: BaseException, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """What the script's call gives, around which our own code has raised.

    It is made if that has not been; what it has raised itself it raises.
    """
    result, raised = own_frames.result_of(fault), fault.__context__
    while raised is not None and not own_frames.has_passed(raised):
        raised = raised.__context__
    note(fault)
    fault.__traceback__ = fault.__context__ = None  # else it holds the frames that hold it
    del fault
    try:
        if raised is not None:
            raise raised
        return func(*args, **kwargs) if result is own_frames.NOT_RUN else result
    except BaseException as error:
        own_frames.pass_on(error)
        raise
    finally:
        del raised
