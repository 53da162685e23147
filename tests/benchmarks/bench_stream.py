"""Bytes and milliseconds of what a worker sends: of a step, and of a recorded iteration.

    python tests/benchmarks/bench_stream.py [--rounds N]

The peer sends the whole recording each time, pickled with its arrays beside it, as the program did
before its records were a stream. Milliseconds are those of encoding, of one write and one read
through memory, and of decoding, in the best of the rounds; a pipe adds the same to both for each
byte.
"""

import argparse
import io
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from report import Figure, print_figures

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import PHASES, Phase
from backprop_viz.stream.messages import Update
from backprop_viz.stream.wire import MessageReader, MessageWriter, send
from backprop_viz.training.recorded_steps import RecordedSteps

PRESET = Settings(**PRESETS["digits"])
UPDATE = Update(1, 1, 1, Phase.LOSS, points=[(0.5, 0.5)])
# Bytes and seconds of sending recordings one after the other, and of receiving them.
Cost = tuple[int, float]


def as_records(recordings: Sequence[Recording]) -> Cost:
    """As the worker sends them."""
    pipe, writer = io.BytesIO(), MessageWriter()
    begun = time.perf_counter()
    for recording in recordings:
        send(pipe, writer.pieces(UPDATE, recording))  # type: ignore[arg-type]
    pipe.seek(0)
    reader = MessageReader(pipe)
    for _ in recordings:
        reader.read()
    return len(pipe.getbuffer()), time.perf_counter() - begun


def as_pickles(recordings: Sequence[Recording]) -> Cost:
    """Each whole."""
    pipe, sizes = io.BytesIO(), []
    begun = time.perf_counter()
    for recording in recordings:
        beside: list[Any] = []
        head = pickle.dumps((UPDATE, recording), 5, buffer_callback=beside.append)
        pieces = [head, *(buffer.raw() for buffer in beside)]
        sizes.append([memoryview(piece).nbytes for piece in pieces])
        pipe.write(b"".join(pieces))
    pipe.seek(0)
    for head_size, *others in sizes:
        head = pipe.read(head_size)
        pickle.loads(head, buffers=[pipe.read(size) for size in others])
    return len(pipe.getbuffer()), time.perf_counter() - begun


def step_by_step(batch: int) -> list[Recording]:
    """What is there to send after each of the five phases of an iteration."""
    recorder = RecordedSteps(bv.Trainer.from_settings(replace(PRESET, batch_size=batch)))
    found = []
    for _ in PHASES:
        recorder.step()
        found.append(recorder.recording())
    return found


def while_training(batch: int) -> list[Recording]:
    """What is there to send of an iteration that training records."""
    trainer = bv.Trainer.from_settings(replace(PRESET, batch_size=batch))
    trainer.iterate()
    recorder = RecordedSteps(trainer, samples=1)
    for _ in PHASES:
        recorder.step()
    return [recorder.recording()]


def figures(rounds: int) -> Iterator[Figure]:
    """Of batches of 1 and 64."""
    works: tuple[tuple[str, Callable[[int], list[Recording]], float], ...] = (
        ("five steps", step_by_step, 0.5),
        ("an iteration while training", while_training, 1.05),
    )
    for batch in (1, 64):
        for what, work, bar in works:
            recordings = work(batch)
            as_records(recordings)
            pairs = [(as_pickles(recordings), as_records(recordings)) for _ in range(rounds)]
            theirs, ours = (pair[0] for pair in zip(*pairs, strict=True))
            name = f"{what}, batch {batch}"
            yield Figure(
                f"Sent of {name}", ours[0] / 1e3, "kB", bar, theirs[0] / 1e3, "whole, pickled"
            )
            peer, mine = (1e3 * min(cost[1] for cost in side) for side in zip(*pairs, strict=True))
            yield Figure(f"Time of {name}", mine, "ms", 1.0, peer, "whole, pickled")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=41)
    print_figures(figures(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
