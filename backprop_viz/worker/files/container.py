"""A value in one file: tensors as safetensors holds them, the rest as JSON in its metadata.

A sum over all of it tells whether any byte that matters is another than was written.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.about import ABOUT, MOST_JSON, header_length
from backprop_viz.recording.files.atomic import size_of, write_atomically
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.worker.files.tree import Encoder, decode_tensors

# 3 added what is about the file, and to sessions the iterations kept; ``upgrade`` reads 2 as 3.
VERSION = 4
READABLE = (2, 3, 4)
_MANIFEST, _SUM = "manifest", "sha256"


def write_container(
    path: Path, kind: str, value: Any, about: Mapping[str, str] | None = None
) -> None:
    """Write a value atomically, for its owner alone; ``kind`` is what ``read_container`` asks for.

    ``about`` is beside the value, for ``read_about``. Raises UserError,
    if the file cannot be written.
    """
    encoder = Encoder()
    manifest = json.dumps({"kind": kind, "version": VERSION, "value": encoder.encode(value)})
    if len(manifest) > MOST_JSON // 2:
        raise UserError(
            QT_TRANSLATE_NOOP("errors", "This is too much for one file: {0} bytes of JSON."),
            format(len(manifest), ","),
        )
    total = contents_sum(manifest, encoder.tensors)
    named = {str(i): tensor for i, tensor in enumerate(encoder.tensors)}
    beside = {ABOUT + key: text for key, text in (about or {}).items()}
    write_atomically(path, save(named, {_MANIFEST: manifest, _SUM: total, **beside}), private=True)


def read_container(path: Path, kind: str) -> Any:
    """The value that was written to a file as ``kind``.

    It is as ``tree.decode_tensors`` gives it: nothing in it has been checked.

    Raises UserError, if it cannot be read, is something else, is
    damaged, or was written by a newer version. Takes no more memory than the file, but for its
    JSON, before it is known to be whole.
    """
    foreign = UserError(
        QT_TRANSLATE_NOOP("errors", "{0} is not a backprop_viz {1}: choose another file."),
        path.name,
        kind,
    )
    if header_length(path, size_of(path)) is None:
        raise foreign
    try:
        manifest, total, tensors = _read(path)
    except SafetensorError as error:
        raise _damaged(path) from error
    except Exception as error:
        raise foreign from error
    if manifest.get("kind") != kind:
        raise foreign
    version = manifest.get("version")
    if isinstance(version, int) and version > VERSION:
        raise UserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} was saved by a newer backprop_viz: update the program to open it.",
            ),
            path.name,
        )
    if not total:
        raise _damaged(path)
    if version == 1:
        raise UserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} was saved by an older backprop_viz: open it with that one.",
            ),
            path.name,
        )
    if version not in READABLE:
        raise _damaged(path)
    try:
        return decode_tensors(manifest["value"], tensors)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> UserError:
    return UserError(
        QT_TRANSLATE_NOOP("errors", "{0} is damaged or incomplete: choose another copy of it."),
        path.name,
    )


def _read(path: Path) -> tuple[dict[str, Any], bool, list[Tensor]]:
    """The manifest, whether the sum holds, and the tensors in their order."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        text = metadata[_MANIFEST]
        manifest = json.loads(text)
        if not isinstance(manifest, dict):
            raise TypeError("no manifest")
        # Cloned: what was read maps the file, which may be replaced or grow shorter.
        tensors = [file.get_tensor(str(i)).clone() for i in range(len(file.keys()))]
    return manifest, contents_sum(text, tensors) == metadata.get(_SUM), tensors


def contents_sum(manifest: str, tensors: Iterable[Tensor]) -> str:
    """What a file says of its manifest and tensors, so that damage is noticed."""
    total = hashlib.sha256(manifest.encode())
    for tensor in tensors:
        total.update(f"|{tensor.dtype} {tuple(tensor.shape)}|".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
