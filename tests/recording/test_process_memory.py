import platform
import subprocess
import sys

import pytest

# 100 MB in pieces too small to be mapped each for itself, of which every hundredth stays.
SCRIPT = """
from pathlib import Path
from backprop_viz.recording.process_memory import give_back_memory

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

pieces = [bytearray(100_000) for _ in range(1000)]
full = megabytes()
pieces = pieces[::100]
kept = megabytes()
give_back_memory()
print(full - kept, kept - megabytes(), sum(map(len, pieces)))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is free")
def test_what_is_free_between_pieces_in_use_goes_back_to_the_system() -> None:
    out = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    went_by_itself, went, in_use = map(float, out.stdout.split())
    assert went_by_itself < 50  # else this would show nothing
    assert went > 40
    assert in_use == 1_000_000
