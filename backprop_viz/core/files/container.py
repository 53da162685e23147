"""A value in one file: tensors as safetensors holds them, the rest as JSON in its metadata.

A sum over all of it tells whether any byte that matters is another than was written.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from .atomic import size_of, write_atomically
from .tree import Encoder, decode

VERSION = 2
# JSON takes several times its size in memory when it is read: what is large goes as tensors.
MOST_JSON = 4 * 2**20
_MANIFEST, _SUM = "manifest", "sha256"


def write_container(path: Path, kind: str, value: Any) -> None:
    """Write a value atomically; ``kind`` is what ``read_container`` asks for.

    Raises ValueError, a sentence for the user, if the file cannot be written.
    """
    encoder = Encoder()
    manifest = json.dumps({"kind": kind, "version": VERSION, "value": encoder.encode(value)})
    if len(manifest) > MOST_JSON // 2:
        raise ValueError(f"This is too much for one file: {len(manifest):,} bytes of JSON.")
    total = _sum(manifest, encoder.tensors)
    named = {str(i): tensor for i, tensor in enumerate(encoder.tensors)}
    write_atomically(path, save(named, {_MANIFEST: manifest, _SUM: total}))


def read_container(path: Path, kind: str) -> Any:
    """The value that was written to a file as ``kind``.

    Raises ValueError, a sentence for the user, if it cannot be read, is something else, is
    damaged, or was written by a newer version. Takes no more memory than the file, but for its
    JSON, before it is known to be whole.
    """
    foreign = ValueError(f"{path.name} is not a {kind} of backprop_viz: choose another file.")
    if not _header_fits(path, size_of(path)):
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
        raise ValueError(
            f"{path.name} was saved by a newer backprop_viz: update the program to open it."
        )
    if version == 1:
        raise ValueError(f"{path.name} was saved by an older backprop_viz: open it with that one.")
    if version != VERSION or not total:
        raise _damaged(path)
    try:
        return decode(manifest["value"], tensors)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ValueError:
    return ValueError(f"{path.name} is damaged or not whole: choose another copy of it.")


def _header_fits(path: Path, size: int) -> bool:
    """Whether the file can begin with as much JSON as it says; looked at before it is read."""
    with path.open("rb") as file:
        start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    return len(start) == 9 and start[8:] == b"{" and length <= min(size - 8, MOST_JSON)


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
    return manifest, _sum(text, tensors) == metadata.get(_SUM), tensors


def _sum(manifest: str, tensors: Iterable[Tensor]) -> str:
    total = hashlib.sha256(manifest.encode())
    for tensor in tensors:
        total.update(f"|{tensor.dtype} {tuple(tensor.shape)}|".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
