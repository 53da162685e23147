"""What is found in call after call of one line or layer, said once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from backprop_viz.analysis.provenance import Makers, forward_events, layer_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

_Site = tuple[object, ...]


def said_once(recording: Recording, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; of those that differ only in the call the first, with how many calls.

    Their figures may differ from call to call: those of the first stay, which its event shows.
    """
    groups: dict[_Site, dict[int, Finding]] = {}
    alone: list[Finding] = []
    makers: Makers | None = None
    for finding in found:
        if finding.event is None or finding.event >= len(recording.events):
            alone.append(finding)
            continue
        made: int | None = finding.event
        event = recording.events[finding.event]
        if event.phase is Phase.BACKWARD and event.node is not None:
            makers = makers or Makers(recording)
            made = makers.of(event.node)
        if made is None or recording.events[made].phase not in (Phase.FORWARD, Phase.LOSS):
            alone.append(finding)
            continue
        layer = layer_of(recording, made)
        event = recording.events[made]
        named = "" if layer is None else layer.name
        texts = tuple(
            "" if value == event.op else _unnumbered(value) if value == named else value
            for value in finding.values
            if isinstance(value, str)
        )
        site = (*_site(event), *_weights(layer))
        key = (finding.code, finding.severity, finding.parameter, texts, site)
        groups.setdefault(key, {}).setdefault(made, finding)
    yield from alone
    for group in groups.values():
        first = min(group)
        if len(group) == 1:
            yield group[first]
        else:
            yield replace(group[first], calls=(len(group), _count(recording, first)))


def _unnumbered(name: str) -> str:
    """The name of a layer without its number: that of a later call is "net.0 (2)" or "relu2"."""
    return re.sub(r"( \(\d+\))?$", "", name).rstrip("0123456789")


def _site(event: Event) -> _Site:
    """What the calls of one line, or of one layer's function, have in common."""
    return (event.op, event.module, event.line, event.place)


def _count(recording: Recording, index: int) -> int:
    """How often the operation's line has run, in its layer where a line serves several."""
    site, weights = _site(recording.events[index]), _weights(layer_of(recording, index))
    same = [i for i, event in forward_events(recording) if _site(event) == site]
    return sum(_weights(layer_of(recording, i)) == weights for i in same)


def _weights(layer: Layer | None) -> _Site:
    """What the calls of a layer have in common."""
    return () if layer is None else (layer.module, layer.parameters)
