"""The download against servers that misbehave in every way; nothing here leaves this machine."""

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pooch.core
import pytest

from backprop_viz.digits import downloads
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.downloads import DownloadError, DownloadSource, download, present
from backprop_viz.recording.requests.progress import Cancelled, Progress
from tests import faulty_server
from tests.faulty_server import Answer, Server, serving

FILES = {f"part-{i}.gz": np.random.default_rng(i).bytes(60_000 + i) for i in range(4)}
FIRST, SECOND = list(FILES)[:2]
SUMS = {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()}
TIMEOUT_S = 0.3


@pytest.fixture(autouse=True)
def straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def mirrors() -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        yield stack.enter_context(serving(FILES)), stack.enter_context(serving(FILES))


def source(*servers: Server) -> DownloadSource:
    return DownloadSource(tuple(server.url for server in servers), SUMS, "MNIST", 12, TIMEOUT_S)


def ignore(progress: Progress) -> None:
    """Nobody looks."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def refused(source_: DownloadSource, folder: Path) -> str:
    """The message; and the folder is as it was."""
    before = contents(folder)
    with pytest.raises(DownloadError) as caught:
        download(source_, folder, ignore)
    assert contents(folder) == before
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message.replace(str(folder), "")) < 300
    return message


def test_all_files_come_with_progress(tmp_path: Path, mirrors: tuple[Server, Server]) -> None:
    folder, said = tmp_path / "cache" / "mnist", []
    assert not present(source(*mirrors), folder)
    download(source(*mirrors), folder, said.append)
    assert contents(folder) == FILES
    assert present(source(*mirrors), folder)
    assert mirrors[1].asked == []
    for number, (name, body) in enumerate(FILES.items(), 1):
        parts = [p for p in said if p.name == name]
        assert {(p.number, p.count) for p in parts} == {(number, 4)}
        assert [p.done for p in parts] == sorted(p.done for p in parts)
        assert (parts[-1].done, parts[-1].total) == (len(body), len(body))
        assert len(parts) > 3


def test_what_is_there_and_right_is_used_as_it_is(
    tmp_path: Path, mirrors: tuple[Server, Server]
) -> None:
    (tmp_path / FIRST).write_bytes(FILES[FIRST])
    os.utime(tmp_path / FIRST, (1, 1))
    (tmp_path / "mine.txt").write_text("mine")
    download(source(*mirrors), tmp_path, ignore)
    assert FIRST not in mirrors[0].asked
    assert (tmp_path / FIRST).stat().st_mtime == 1
    assert contents(tmp_path) == {**FILES, "mine.txt": b"mine"}
    asked = len(mirrors[0].asked)
    download(source(*mirrors), tmp_path, ignore)
    assert len(mirrors[0].asked) == asked


def test_a_damaged_file_stays_until_a_right_one_is_there(
    tmp_path: Path, mirrors: tuple[Server, Server]
) -> None:
    (tmp_path / FIRST).write_bytes(b"damaged")
    for server in mirrors:
        server.answers[FIRST] = faulty_server.shorter
    refused(source(*mirrors), tmp_path)
    assert contents(tmp_path) == {FIRST: b"damaged"}
    mirrors[1].answers.clear()
    download(source(*mirrors), tmp_path, ignore)
    assert contents(tmp_path) == FILES


WRONG = [
    (faulty_server.shorter, "cut the connection"),
    (faulty_server.reset, "cut the connection"),
    (faulty_server.stalled, "did not answer for 0.3 seconds"),
    (faulty_server.silent, "did not answer for 0.3 seconds"),
    (faulty_server.intervention, "sent a file with a wrong checksum"),
    (faulty_server.portal, "sent a file with a wrong checksum"),
    (faulty_server.missing, "answered 404 Not Found"),
    (faulty_server.broken, "answered 500 Internal Server Error"),
    (faulty_server.endless, "sent far more than this file holds"),
]


@pytest.mark.parametrize(("answer", "reason"), WRONG, ids=[a.__name__ for a, _ in WRONG])
def test_a_mirror_goes_wrong(
    tmp_path: Path,
    mirrors: tuple[Server, Server],
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    reason: str,
) -> None:
    monkeypatch.setattr(downloads, "LARGEST_DOWNLOAD", 1 << 20)
    first, second = mirrors
    first.answers[SECOND] = second.answers[SECOND] = answer
    message = refused_after_first(source(first, second), tmp_path)
    assert SECOND in message
    for server in mirrors:
        assert f"127.0.0.1:{server.server_port} {reason}" in message
    assert "download again, or choose a folder" in message
    # The second mirror serves what the first one does not.
    del second.answers[SECOND]
    download(source(first, second), tmp_path, ignore)
    assert contents(tmp_path) == FILES
    # What served goes on serving: the first one is not asked again.
    assert first.asked[-1] == SECOND


def refused_after_first(source_: DownloadSource, folder: Path) -> str:
    """The message, where the first file is whole already."""
    (folder / FIRST).write_bytes(FILES[FIRST])
    return refused(source_, folder)


def test_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    urls = (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/")
    nowhere = DownloadSource(urls, SUMS, "MNIST", 12, TIMEOUT_S)
    message = refused(nowhere, tmp_path / "cache")
    assert f"127.0.0.1:{port} could not be reached; no-such-host.invalid could not be" in message
    assert "Check the network" in message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_fills(
    tmp_path: Path, mirrors: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FIRST).write_bytes(FILES[FIRST])
    plain = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode: plain(Path("/dev/full"), mode))
    with pytest.raises(DownloadError, match="No space left on device") as caught:
        download(source(*mirrors), tmp_path, ignore)
    monkeypatch.undo()
    assert str(tmp_path) in str(caught.value)
    assert "Make room" in str(caught.value)
    assert contents(tmp_path) == {FIRST: FILES[FIRST]}
    assert mirrors[1].asked == []  # it is not the mirror's fault


def test_a_folder_one_may_not_write(
    tmp_path: Path, mirrors: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be written" in refused(source(*mirrors), tmp_path / "file" / "mnist")

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pooch.core, "make_local_storage", deny)
    message = refused(source(*mirrors), tmp_path)
    assert f"The folder {tmp_path} cannot be written: Permission denied." in message
    assert "give yourself access" in message
    assert mirrors[0].asked == []


def test_cancel_in_the_middle_leaves_nothing(
    tmp_path: Path, mirrors: tuple[Server, Server]
) -> None:
    def cancel(progress: Progress) -> None:
        if progress.name == SECOND and progress.done:
            assert 0 < progress.done < progress.total
            raise Cancelled

    with pytest.raises(Cancelled):
        download(source(*mirrors), tmp_path, cancel)
    assert contents(tmp_path) == {FIRST: FILES[FIRST]}
    assert mirrors[1].asked == []


def test_two_at_once_do_not_disturb_each_other(
    tmp_path: Path, mirrors: tuple[Server, Server]
) -> None:
    both = [threading.Thread(target=download, args=(source(m), tmp_path, ignore)) for m in mirrors]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert contents(tmp_path) == FILES


def test_the_official_files() -> None:
    source = DATA_SETS["mnist"].download
    assert [len(s) for s in source.files.values()] == [64] * 4
    assert all(url.startswith("https://") and url.endswith("/") for url in source.urls)
