"""What has changed in session files since the oldest version that can be read.

- 3: a splitter is kept as a list of sizes; before, as the bytes of ``QSplitter.saveState``.
- 4: records and fields have the field's names; ``_RECORDS`` and ``_FIELDS`` hold the old ones. The
  folders of the data are in one field of the settings, ``roots``.
"""

import struct
from typing import Any

from backprop_viz.recording.files.raw import Raw
from backprop_viz.training.session_files.settings_schema import settings_now

_RECORDS = {"Alteration": "GradientIntervention", "Journal": "RunJournal"}
# Of a record, by its newest name: its fields' old names and their new ones. The run's own come
# without the record.
_RUN = {"altered": "intervention", "lessons": "given_batches"}
_FIELDS = {
    "Kept": {"altered": "intervention"},
    "Checkpoint": {"lesson": "given_batch"},
    "Curves": {
        "held_out_iteration": "validation_iteration",
        "held_out_loss": "validation_loss",
        "held_out_accuracy": "validation_accuracy",
    },
}


def upgraded(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a run as the newest files have them; they may be anything still."""
    fields = {_RUN.get(name, name): _renamed(value) for name, value in fields.items()}
    window = fields.get("window")
    if not isinstance(window, dict) or not isinstance(window.get("layout"), dict):
        return fields
    layout = dict(window["layout"])
    for name, state in window["layout"].items():
        if isinstance(state, bytes):
            layout[name] = splitter_sizes(state) or []
    return {**fields, "window": {**window, "layout": layout}}


def _renamed(value: Any) -> Any:
    """A value with the newest names of the records in it."""
    if isinstance(value, Raw):
        name = _RECORDS.get(value.name, value.name)
        new = _FIELDS.get(name, {})
        fields = {new.get(k, k): _renamed(v) for k, v in value.fields.items()}
        if name == "RunJournal" and isinstance(foreign := fields.get("foreign"), dict):
            fields["foreign"] = {
                k: "intervention" if v == "altered" else v for k, v in foreign.items()
            }
        return Raw(name, settings_now(fields) if name == "Settings" else fields)
    if isinstance(value, list | tuple):
        return type(value)(_renamed(item) for item in value)
    if isinstance(value, dict):
        return {key: _renamed(item) for key, item in value.items()}
    return value


def splitter_sizes(state: bytes) -> list[int] | None:
    """The sizes in what ``QSplitter.saveState`` gave, without Qt; None if they are not there."""
    if len(state) < 12:
        return None
    magic, version, count = struct.unpack_from(">iiI", state)
    if magic != 0xFF or version > 1 or count > 16 or len(state) < 12 + 4 * count:
        return None
    return list(struct.unpack_from(f">{count}i", state, 12))
