"""Recording files on other machines: read by blocks, followed, and written where that works."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.rank_files import files_of_run
from backprop_viz.recording.files.remote_path import RemotePath, any_path
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.recording.records import made_recording
from tests.recording.streams import unlike

fsspec = pytest.importorskip("fsspec")


def recordings(count: int, numbers: int = 20) -> list[Recording]:
    """Recordings whose numbers do not become smaller by compression."""
    random = np.random.default_rng(0)
    return [
        made_recording(
            i + 1,
            {"weight": (random.normal(size=numbers), None)},
            input=random.normal(size=numbers),
            loss=1 / (i + 1),
        )
        for i in range(count)
    ]


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder of fsspec's own memory."""
    yield "memory://runs"
    with suppress(FileNotFoundError):
        fsspec.filesystem("memory").rm("/runs", recursive=True)


class Folder(BaseHTTPRequestHandler):
    """Serves one file, by ranges; ``sent`` counts its bytes."""

    content = b""
    sent = 0

    def do_HEAD(self) -> None:
        if self.path.endswith("run.bprec"):
            self._answer(200, len(self.content))
        else:
            self.send_error(404)

    def do_GET(self) -> None:
        if not self.path.endswith("run.bprec"):
            self.send_error(404)
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if found is None:
            piece, status = self.content, 200
        else:
            last = int(found[2] or len(self.content) - 1)
            piece, status = self.content[int(found[1]) : last + 1], 206
        self._answer(status, len(piece), found)
        type(self).sent += len(piece)
        self.wfile.write(piece)

    def _answer(self, status: int, length: int, found: "re.Match[str] | None" = None) -> None:
        self.send_response(status)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(length))
        if found is not None:
            start = int(found[1])
            end = start + length - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(self.content)}")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    pytest.importorskip("aiohttp")
    with ThreadingHTTPServer(("127.0.0.1", 0), Folder) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        Folder.sent = 0
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


def test_what_is_written_there_is_read_there(memory: str) -> None:
    made = recordings(3)
    with bv.RecordingFileWriter(f"{memory}/run.bprec") as writer:
        writer.set_run(RunOrigin("script", "train.py"))
        for number, one in enumerate(made):
            writer.add(one)
            # Followed while it is written: all that was added is there.
            with bv.load(f"{memory}/run.bprec") as file:
                assert len(file) == number + 1
        writer.add_losses([1, 2, 3], [0.5, 0.25, 0.125])
    with bv.load(f"{memory}/run.bprec") as file:
        assert file.path.name == "run.bprec"
        assert file.is_closed
        assert file.origin == RunOrigin("script", "train.py")
        assert not [d for pair in zip(file, made, strict=True) for d in unlike(*pair)]


def test_one_that_grows_is_followed(memory: str) -> None:
    first, second, third = recordings(3)
    with bv.RecordingFileWriter(f"{memory}/run.bprec") as writer:
        writer.add(first)
        with bv.load(f"{memory}/run.bprec") as file:
            assert not file.poll()
            writer.add(second)
            assert file.poll()
            assert not file.poll()
            writer.add(third)
            assert file.poll()
            assert [place.iteration for place in file.places] == [1, 2, 3]
            assert not list(unlike(file[2], third))


def test_one_recording_of_a_large_file_is_not_all_of_it(tmp_path: Path, server: str) -> None:
    made = recordings(40, numbers=20_000)
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        for one in made:
            writer.add(one)
    Folder.content = (tmp_path / "run.bprec").read_bytes()
    assert len(Folder.content) > 10_000_000
    with bv.load(f"{server}/run.bprec") as file:
        assert len(file) == 40
        assert not list(unlike(file[17], made[17]))
    assert 0 < Folder.sent < len(Folder.content) / 8


def test_what_cannot_be_read_is_one_sentence(server: str, memory: str) -> None:
    Folder.content = b"no recording"
    with pytest.raises(UserError, match=r"run.bprec is not a recording"):
        bv.load(f"{server}/run.bprec")
    with pytest.raises(UserError, match=r"missing.bprec cannot be read: there is no such file"):
        bv.load(f"{server}/missing.bprec")
    with pytest.raises(UserError, match=r"missing.bprec cannot be read: there is no such file"):
        bv.load(f"{memory}/missing.bprec")
    with pytest.raises(UserError, match=r"nothing://there/run.bprec cannot be read"):
        bv.load("nothing://there/run.bprec")


def test_what_has_to_be_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    known = sys.modules["fsspec.registry"]._registry
    monkeypatch.delitem(known, "s3", raising=False)  # as nobody has used it
    with pytest.raises(UserError, match=r"[Ii]nstall s3fs"):
        bv.load("s3://bucket/run.bprec")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(UserError, match="pip install fsspec aiohttp to read it"):
        bv.load("s3://bucket/run.bprec")


def test_where_nothing_can_be_appended_nothing_is_written(server: str, memory: str) -> None:
    with pytest.raises(UserError, match="Nothing can be appended to http://"):
        bv.RecordingFileWriter(f"{server}/run.bprec")
    with pytest.raises(ValueError, match="cannot be thinned"):
        bv.RecordingFileWriter(f"{memory}/run.bprec", bytes_in_all=10_000)
    assert not RemotePath(f"{memory}/run.bprec").is_file()


def test_ranks_are_found_beside_each_other(memory: str) -> None:
    for rank in range(2):
        origin = RunOrigin("watch", "t.py", "/t.py", rank=rank, world_size=2)
        with bv.RecordingFileWriter(f"{memory}/run.rank{rank}.bprec") as writer:
            writer.set_run(origin)
    found = files_of_run(any_path(f"{memory}/run.rank1.bprec"))
    assert [str(path) for path in found] == [f"{memory}/run.rank{rank}.bprec" for rank in (0, 1)]


def test_a_path_of_this_machine_needs_no_fsspec(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    recordings(1)[0].save(path)
    code = (
        "import sys; sys.modules['fsspec'] = None; import backprop_viz as bv; "
        f"print(len(bv.load({str(path)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
