"""A script that runs by ``backprop-viz run``, with the window that the monkey user drives."""

import hashlib
import os
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from tests.capture.live.recorded_steps import optimizer_steps, told_of_step
from tests.capture.live.script_runs import FOLLOWED, PLAIN, SCRIPTS, shared_scripts

# What is changed of each script so that it trains longer, and its optimizers' steps an iteration.
CHANGED = {
    "cnn": ('"--epochs", type=int, default=2', '"--epochs", type=int, default=1500', 1),
    "gan": ("range(6)", "range(4000)", 2),
    "gpt": ("max_iters, accumulation, grad_clip, learning_rate = 4,",
            "max_iters, accumulation, grad_clip, learning_rate = 2000,", 1),
    "lstm": ("range(2)", "range(1500)", 1),
}  # fmt: skip
# Before a script: what it prints, and a digest of what each step of an optimizer finds and leaves,
# go into two files, so that two runs can be compared.
WRITTEN = """
import hashlib, os, sys
from torch.optim.optimizer import register_optimizer_step_post_hook as after
printed, steps = sys.argv.pop(1), open(sys.argv.pop(1), "w", buffering=1)
for stream in (1, 2):
    os.dup2(os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
def stepped(optimizer, *_):
    owned = [p for group in optimizer.param_groups for p in group["params"]]
    digest = hashlib.sha256()
    for tensor in (*[p.grad for p in owned], *[p.detach() for p in owned]):
        digest.update(tensor.numpy().tobytes())
    print(digest.hexdigest(), file=steps)
after(stepped)
"""
HELD_S = 120.0
END_S = 900.0


class FollowedScript:
    """The process of a script, its window, and the same script as python runs it."""

    def __init__(self, name: str, folder: Path) -> None:
        before, instead, self._steps_each = CHANGED[name]
        text = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
        assert text.count(before) == 1
        script = folder / f"{name}.py"
        script.write_text(text.replace(before, instead), encoding="utf-8")
        self._plain, self._followed = folder / "plain", folder / "followed"
        server = shared_scripts()
        self._plain_process = server.start(
            WRITTEN + PLAIN, [f"{self._plain}.printed", f"{self._plain}.steps", str(script)]
        )
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = theirs_in, theirs_out
        files = [f"{self._followed}.printed", f"{self._followed}.steps"]
        self._process = server.start(
            WRITTEN + FOLLOWED, [*files, *map(str, ends), "run", str(script)], ends
        )
        for end in ends:
            os.close(end)
        line = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.window: MainWindow = make_window(Arguments({}, "dark", None, ends=line))

    def wait_held(self) -> None:
        """Until the script is held before its first iteration."""
        session = self.window.session
        held = session.wait_until(
            lambda: session.view_state is not None and not session.view_state.training, HELD_S
        )
        assert held, "the script was not held"

    @property
    def ended(self) -> bool:
        """Whether the script has ended."""
        return self._process.poll() is not None

    @property
    def steps(self) -> int:
        """How many steps its optimizers have made so far."""
        return len(self._lines(self._followed))

    def recordings_wrong(self, window: MainWindow) -> tuple[str, int]:
        """What the recordings that are kept tell otherwise than the plain run; of how many."""
        self._wait(self._plain_process)
        plain, session, compared = self._lines(self._plain), window.session, 0
        for iteration in session.view_state.kept_iterations.iterations:
            if iteration > session.iteration:
                continue  # it has not ended
            recording = session.recording_of(iteration)
            digests = [] if recording is None else digests_of(recording)
            first = (iteration - 1) * self._steps_each
            for i, digest in enumerate(digests):
                if digest != plain[first + i]:
                    return f"Step {i} of iteration {iteration} is not the plain script's.", 0
            if recording is not None and len(digests) != self._steps_each:
                return f"Of iteration {iteration} {len(digests)} steps are recorded.", 0
            compared += bool(digests)
        return "", compared

    def end_wrong(self, window: MainWindow) -> str:
        """What the whole run did otherwise than the plain one, once it has ended."""
        self._wait(self._process)
        statuses = self._plain_process.wait(), self._process.wait()
        if statuses != (0, 0):
            return f"The plain script ended with {statuses[0]}, the one followed {statuses[1]}."
        for what in ("steps", "printed"):
            plain, followed = (Path(f"{run}.{what}") for run in (self._plain, self._followed))
            pairs = zip(lines_of(plain), lines_of(followed), strict=False)
            other = next((i for i, (one, two) in enumerate(pairs) if one != two), None)
            if plain.read_bytes() != followed.read_bytes():
                return f"What the script {what} is not the plain script's, from line {other} on."
        return ""

    def _lines(self, run: Path) -> list[str]:
        return lines_of(Path(f"{run}.steps"))

    def _wait(self, process: object) -> None:
        until = time.monotonic() + END_S
        while process.poll() is None and time.monotonic() < until:  # type: ignore[attr-defined]
            QApplication.processEvents()
            time.sleep(0.01)
        assert process.poll() is not None, "the script did not end"  # type: ignore[attr-defined]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def digests_of(recording: Recording) -> list[str]:
    """Of each step that was recorded, a digest as the script itself writes it."""
    digests = []
    for updates in optimizer_steps(recording):
        digest = hashlib.sha256()
        for array in told_of_step(recording, updates):
            if array is None:
                return digests
            digest.update(array.tobytes())
        digests.append(digest.hexdigest())
    return digests
