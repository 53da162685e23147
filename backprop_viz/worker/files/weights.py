"""The network's weights in a file: ``.safetensors``, or a ``state_dict`` of torch.save."""

import io
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import size_of, write_atomically
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

SUFFIXES = (".safetensors", ".pt")
# torch's own description of a small network's weights is far smaller than this.
_MOST_DESCRIPTION = 4 * 2**20
_PREFIX = "module."


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the model's ``state_dict`` in the format of the name's suffix, atomically.

    Raises UserError for another suffix or if it cannot be written.
    """
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    if _suffix(path) == ".safetensors":
        content = safetensors.torch.save(state)
    else:
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getvalue()
    write_atomically(path, content)


def load_weights(path: Path, model: nn.Module) -> None:
    """Give the model the weights of a file; if they do not fit, it stays as it is.

    Raises UserError if the file cannot be read, is damaged, holds
    anything but tensors, or tensors of other names, shapes or dtypes. Never runs code from it.
    """
    size = size_of(path)
    read = _read_safetensors if _suffix(path) == ".safetensors" else _read_state_dict
    try:
        state = read(path, size)
    except MemoryError:
        raise
    except Exception as error:
        raise UserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} holds no weights that can be read safely: choose a .safetensors "
                "file, or a state_dict that torch.save wrote.",
            ),
            path.name,
        ) from error
    own = model.state_dict()
    _check(path, state, own)
    model.load_state_dict({name: state[name] for name in own})


def _suffix(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(
            QT_TRANSLATE_NOOP("errors", "{0} has an unknown format: choose .safetensors or .pt."),
            path.name,
        )
    return path.suffix.lower()


def _read_safetensors(path: Path, size: int) -> dict[str, Tensor]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, _MOST_DESCRIPTION):
        raise ValueError("the header is larger than the file")
    with safetensors.safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _read_state_dict(path: Path, size: int) -> dict[str, Tensor]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        # torch compresses nothing, and a compressed member could grow to any size.
        if any(m.compress_type != zipfile.ZIP_STORED for m in members):
            raise ValueError("compressed")
        if sum(m.file_size for m in members) > size:
            raise ValueError("larger inside than outside")
        if any(m.file_size > _MOST_DESCRIPTION for m in members if m.filename.endswith(".pkl")):
            raise ValueError("its description is too large")
        if archive.testzip() is not None:
            raise ValueError("a checksum is wrong")
    # Mapped: a tensor cannot reach past the end of the file, whatever it claims to be.
    with warnings.catch_warnings():
        # torch 2.15 warns that it checks sparse tensors, which are refused here anyway.
        warnings.filterwarnings("ignore", "Validating sparse tensor")
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    if not isinstance(state, dict):
        raise TypeError("not a state_dict")
    return state


def _check(path: Path, state: dict[str, Tensor], own: Mapping[str, Any]) -> None:
    """Raise UserError unless the tensors are those of the network's own state."""
    # DataParallel writes every name with this before it.
    if state and all(isinstance(name, str) and name.startswith(_PREFIX) for name in state):
        for name in list(state):
            state[name.removeprefix(_PREFIX)] = state.pop(name)
    different = sorted(map(str, state.keys() ^ own.keys()))
    if different:
        raise UserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} belongs to another network (it differs in {1}): choose weights of this one.",
            ),
            path.name,
            _listed(different),
        )
    for name, tensor in own.items():
        found = state[name]
        if not _readable(found):
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors", "{0} in {1} is not a tensor: choose weights of this network."
                ),
                name,
                path.name,
            )
        if (found.shape, found.dtype) != (tensor.shape, tensor.dtype):
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{0} in {1} is {2}, and in this network {3}: choose weights of this network.",
                ),
                name,
                path.name,
                _kind(found),
                _kind(tensor),
            )


def _readable(value: object) -> bool:
    """Whether it is a tensor with numbers to copy."""
    if not isinstance(value, Tensor):
        return False
    return value.layout is torch.strided and not value.is_meta


def _kind(tensor: Tensor) -> str:
    return f"{'x'.join(map(str, tensor.shape)) or 'a number'} {str(tensor.dtype)[6:]}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
