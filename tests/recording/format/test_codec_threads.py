"""Values that several threads decode at once, each the first to ask for its type."""

import subprocess
import sys

from tests.nightly import by_night

# In a process of its own: what goes wrong here ends a process.
_SCRIPT = """
import sys, threading
from dataclasses import make_dataclass
from backprop_viz.recording.format.codec import decoded, encoded

sys.setswitchinterval(1e-6)
THREADS, ROUNDS, FIELDS = 8, 40, 12
for number in range(ROUNDS):
    leaves = [make_dataclass(f"Leaf{i}", [("number", int)]) for i in range(FIELDS)]
    inner = make_dataclass("Inner", [(f"field_{i}", leaf) for i, leaf in enumerate(leaves)])
    kinds = [make_dataclass(f"Kind{i}", [("inner", inner)]) for i in range(THREADS)]
    values = [kind(inner(*[leaf(i) for i, leaf in enumerate(leaves)])) for kind in kinds]
    all_there, found = threading.Barrier(THREADS), [None] * THREADS

    def decode(i):
        data = encoded(values[i])
        all_there.wait()
        found[i] = decoded(data, kinds[i])

    threads = [threading.Thread(target=decode, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == values
print("equal")
"""


@by_night
def test_each_gets_its_value() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "equal\n"), done.stderr
