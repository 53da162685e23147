"""Makes ``torch.device("apart")``, whose memory numpy does not see, and whose backward is a thread.

It is compiled by the system's compiler; a process that has it has no other device.
"""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch

# How a library is linked to torch differs on other systems.
COMPILER = shutil.which("g++") if sys.platform == "linux" else None
_SOURCE = Path(__file__).with_name("device.cpp")
_TORCH = Path(torch.__file__).parent
# More than any test needs.
_FREE = 1 << 40


def compiled(folder: Path) -> Path:
    """The library of the device, compiled into a folder."""
    library, include = folder / "apart.so", _TORCH / "include"
    abi = int(torch.compiled_with_cxx11_abi())
    assert COMPILER is not None
    subprocess.run(
        [
            *(COMPILER, "-std=c++20", "-O0", "-w", "-shared", "-fPIC", str(_SOURCE)),
            *(f"-D_GLIBCXX_USE_CXX11_ABI={abi}", f"-I{include}", f"-L{_TORCH / 'lib'}"),
            *("-ltorch_cpu", "-lc10", "-o", str(library)),
        ],
        check=True,
    )
    return library


def load(library: Path) -> ctypes.CDLL:
    """Have torch know the device. ``apart_waits`` of it tells how often it was waited for."""
    torch.utils.rename_privateuse1_backend("apart")
    loaded = ctypes.CDLL(str(library))
    module: Any = ModuleType("torch.apart")
    module.is_available = module.is_initialized = lambda: True
    module.device_count, module.current_device = lambda: 1, lambda: 0
    module._is_in_bad_fork = lambda: False
    module.manual_seed_all = module._lazy_init = lambda *_: None
    module.get_amp_supported_dtype = lambda: [torch.bfloat16, torch.float16]
    module.mem_get_info = lambda *_: (_FREE, _FREE)
    module.memory_reserved = module.memory_allocated = lambda *_: 0
    cast(Any, torch)._register_device_module("apart", module)
    return loaded
