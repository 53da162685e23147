"""What looks wrong in an iteration: one file each. To add one, add a file with a ``find``."""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

from backprop_viz.analysis.findings.not_finite_so_far import found_so_far
from backprop_viz.analysis.findings.same_calls import said_once
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

__all__ = ["findings"]

_ORDER = ("error", "warning", "hint")


def _searches() -> tuple[Callable[[Recording], Iterator[Finding]], ...]:
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return tuple(module.find for module in modules if hasattr(module, "find"))


_SEARCHES = _searches()


def findings(recording: Recording) -> tuple[Finding, ...]:
    """What looks wrong in a recording, the worst first; nothing in one that is healthy.

    Of a phase that is under way it is only said where NaN or Inf arose.
    """
    so_far = list(found_so_far(recording))
    if recording.under_way is not None:
        *ended, last = recording.spans
        events = recording.events[: last.start]
        recording = replace(recording, events=events, spans=tuple(ended))
    found = list(said_once(recording, (f for search in _SEARCHES for f in search(recording))))
    if not any(finding.code.startswith("not_finite") for finding in found):
        found += so_far
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))
