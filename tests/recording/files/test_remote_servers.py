"""Recording files on a server that speaks S3's protocol, or SFTP: read, written, and refused.

``pip install s3fs 'moto[server]' paramiko asyncssh``; without them these tests are skipped.
"""

import logging
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import object_parts
from backprop_viz.recording.files.rank_files import files_of_run
from backprop_viz.recording.files.remote_path import any_path
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.recording.files.test_remote_path import recordings
from tests.recording.streams import unlike


def watched(to: str, steps: int) -> list[float]:
    """The losses of a loop that is watched to somewhere."""
    torch.manual_seed(2)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    with bv.watch(net, optimizer, to=to):
        for _ in range(steps):
            optimizer.zero_grad()
            loss = net(torch.randn(4, 3)).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A bucket of a server that speaks S3's protocol."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
    moto = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # What tests before it have left is in this process's memory.
    urllib.request.urlopen(f"http://{host}:{port}/moto-api/reset", b"").close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))  # no credentials of whoever runs the test
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    s3fs.S3FileSystem.clear_instance_cache()
    yield "s3://runs"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have credentials from now on."""
    import s3fs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    s3fs.S3FileSystem.clear_instance_cache()


def test_s3_is_read_and_the_ranks_are_found(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    with pytest.raises(UserError, match=r"run.bprec cannot be read: Unable to locate credentials"):
        bv.load(f"{bucket}/run.bprec")
    sign_in(monkeypatch)
    made = recordings(3)
    system = s3fs.S3FileSystem()
    system.mkdir("runs")
    for rank in range(2):
        name = f"run.rank{rank}.bprec"
        with bv.RecordingFileWriter(tmp_path / name) as writer:
            writer.set_run(RunOrigin("watch", "t.py", "/t.py", rank=rank, world_size=2))
            for one in made:
                writer.add(one)
        system.put(str(tmp_path / name), f"runs/{name}")
    found = files_of_run(any_path(f"{bucket}/run.rank1.bprec"))
    assert [str(path) for path in found] == [f"{bucket}/run.rank{rank}.bprec" for rank in (0, 1)]
    with bv.load(f"{bucket}/run.rank1.bprec") as file:
        assert file.is_closed
        assert not [d for pair in zip(file, made, strict=True) for d in unlike(*pair)]
    with pytest.raises(UserError, match=r"none.bprec cannot be read: there is no such file"):
        bv.load(f"{bucket}/none.bprec")


def test_s3_is_written_followed_and_read(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs

    with pytest.raises(UserError, match=r"run.bprec cannot be written: Unable to locate credent"):
        watched(f"{bucket}/run.bprec", 1)
    sign_in(monkeypatch)
    with pytest.raises(UserError, match="its folder or bucket does not exist"):
        watched(f"{bucket}/run.bprec", 1)
    s3fs.S3FileSystem().mkdir("runs")
    losses = watched(f"{bucket}/run.bprec", 4)
    with bv.load(f"{bucket}/run.bprec") as file:
        assert file.is_closed
        assert [recording.loss for recording in file] == losses
    monkeypatch.setattr(object_parts, "PART_BYTES", 1)
    first, second = recordings(2)
    with bv.RecordingFileWriter(f"{bucket}/grows.bprec") as writer:
        writer.add(first)
        with bv.load(f"{bucket}/grows.bprec") as file:
            assert not file.poll()
            writer.add(second)
            assert file.poll()
            assert not list(unlike(file[1], second))


UNCLOSED = """
import sys
import torch
import backprop_viz as bv
net = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
bv.watch(net, optimizer, to=sys.argv[1])
optimizer.zero_grad()
net(torch.ones(4, 3)).sum().backward()
optimizer.step()
"""


def test_a_script_that_closes_nothing_leaves_all_in_s3(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    sign_in(monkeypatch)
    s3fs.S3FileSystem().mkdir("runs")
    command = [sys.executable, "-c", UNCLOSED, f"{bucket}/run.bprec"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    with bv.load(f"{bucket}/run.bprec") as file:
        assert file.is_closed
        assert len(file) == 1


SFTP_SERVER = """
import asyncio, sys
import asyncssh

async def listen():
    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        authorized_client_keys=sys.argv[1],
        sftp_factory=True,
    )
    print(listener.get_port(), flush=True)
    await asyncio.Event().wait()

asyncio.run(listen())
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a folder on an SFTP server; whose key is in ~/.ssh may come in."""
    pytest.importorskip("paramiko", reason="paramiko is not installed")
    asyncssh = pytest.importorskip("asyncssh", reason="asyncssh is not installed")
    import fsspec

    system = fsspec.get_filesystem_class("sftp")
    system.clear_instance_cache()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / ".ssh").mkdir(mode=0o700)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / ".ssh" / "id_ed25519")
    (tmp_path / "keys").write_bytes(key.export_public_key())
    (tmp_path / "runs").mkdir()
    command = [sys.executable, "-c", SFTP_SERVER, str(tmp_path / "keys")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"sftp://me@127.0.0.1:{port}{tmp_path}/runs"
        system.clear_instance_cache()
        process.kill()


def test_sftp_is_written_followed_and_read(server: str, tmp_path: Path) -> None:
    losses = watched(f"{server}/run.bprec", 4)
    for path in (f"{server}/run.bprec", tmp_path / "runs" / "run.bprec"):
        with bv.load(path) as file:
            assert file.is_closed
            assert [recording.loss for recording in file] == losses
    first, second = recordings(2)
    with bv.RecordingFileWriter(f"{server}/grows.bprec") as writer:
        writer.add(first)
        with bv.load(f"{server}/grows.bprec") as file:
            assert not file.poll()
            writer.add(second)
            assert file.poll()
            assert not list(unlike(file[1], second))


def test_who_may_not_come_in_hears_why(server: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.bprec cannot be read: there is no such file"):
        bv.load(f"{server}/none.bprec")
    (tmp_path / ".ssh" / "id_ed25519").unlink()
    other = server.replace("me@", "other@")
    with pytest.raises(UserError, match=r"run.bprec cannot be read: No authentication methods"):
        bv.load(f"{other}/run.bprec")
    with pytest.raises(UserError, match=r"run.bprec cannot be read: .*Unable to connect"):
        bv.load("sftp://me@127.0.0.1:1/run.bprec")
