"""A connection over TCP is open to those who know the token alone."""

import secrets
import socket
import stat
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from backprop_viz.recording.errors import UserError
from backprop_viz.stream.refused_error import RefusedError
from backprop_viz.stream.script_address import ScriptAddress, script_address
from backprop_viz.stream.socket_connection import Ends, connected, listening, proven
from backprop_viz.stream.token_file import read_token

TOKEN, OTHER = b"a" * 64, b"b" * 64


def answered(
    server: socket.socket, token: bytes
) -> tuple[threading.Thread, list[Ends | Exception]]:
    """A script that answers one connection."""
    found: list[Ends | Exception] = []

    def serve() -> None:
        link, _ = server.accept()
        try:
            found.append(proven(link, "script", token))
        except UserError as error:
            found.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread, found


@pytest.fixture
def server() -> socket.socket:
    with listening(ScriptAddress("127.0.0.1", 0)) as server:
        yield server


def test_those_who_know_the_token_talk(server: socket.socket) -> None:
    thread, found = answered(server, TOKEN)
    incoming, outgoing = connected(ScriptAddress(*server.getsockname()), TOKEN)
    thread.join()
    theirs = found[0]
    assert isinstance(theirs, tuple)
    outgoing.write(b"a command")
    outgoing.flush()
    assert theirs[0].read(9) == b"a command"
    theirs[1].write(b"an update")
    theirs[1].flush()
    assert incoming.read(9) == b"an update"
    for end in (*theirs, incoming, outgoing):
        end.close()


def test_another_token_is_refused_at_both_ends(server: socket.socket) -> None:
    thread, found = answered(server, TOKEN)
    with pytest.raises(RefusedError, match="token"):
        connected(ScriptAddress(*server.getsockname()), OTHER)
    thread.join()
    assert isinstance(found[0], RefusedError)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"x" * 90])
def test_a_stranger_is_refused(server: socket.socket, said: bytes) -> None:
    thread, found = answered(server, TOKEN)
    with socket.create_connection(server.getsockname()) as link:
        with suppress(OSError):  # it may have been turned away already
            link.sendall(said)
            link.shutdown(socket.SHUT_WR)
        thread.join()
    assert isinstance(found[0], RefusedError)


def test_an_answer_cannot_be_sent_back(server: socket.socket) -> None:
    """One who mirrors what it hears knows no token."""
    thread, found = answered(server, TOKEN)
    with socket.create_connection(server.getsockname()) as link:
        while thread.is_alive():
            with suppress(OSError):
                heard = link.recv(200)
                if not heard:
                    break
                link.sendall(heard)
        thread.join()
    assert isinstance(found[0], RefusedError)


def test_addresses() -> None:
    pin = "ab" * 32
    assert script_address("tcp://127.0.0.1:5005") == ScriptAddress("127.0.0.1", 5005)
    assert script_address("tcp://:0") == ScriptAddress("127.0.0.1", 0)
    assert script_address("tls://a:1") == ScriptAddress("a", 1, tls=True)
    assert script_address(f"tls://a:1#{pin.upper()}") == ScriptAddress("a", 1, True, pin)
    assert script_address(f"tls://a:1#{':'.join(['ab'] * 32)}").fingerprint == pin
    assert str(script_address("tls://[::1]:5").at_port(6)) == "tls://[::1]:6"
    wrong = ("127.0.0.1:5005", "http://a:1", "tcp://a", "tcp://a:b", "tcp://a:1/x", "tcp://a:99999")
    for text in (*wrong, f"tcp://a:1#{pin}", "tls://a:1#abc", "tcp://[::1"):
        with pytest.raises(ValueError, match="is not an address: write tcp://HOST:PORT"):
            script_address(text)


def test_nobody_there_is_a_sentence() -> None:
    with listening(ScriptAddress("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UserError, match=f"Nothing answers at 127.0.0.1:{port}"):
        connected(ScriptAddress("127.0.0.1", port), TOKEN)


def test_the_token_is_made_once_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state" / "token"
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(path))
    token = read_token()
    assert len(token) == 64
    assert read_token() == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("short")
    with pytest.raises(UserError, match="too short"):
        read_token()


def test_two_that_make_the_token_at_once_have_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranks begin together: another one makes it while this one is about to."""
    path = tmp_path / "token"
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(path))
    made, others = secrets.token_hex, []

    def slowly(count: int) -> str:
        if not others:
            others.append(b"")
            others[0] = read_token()
        return made(count)

    monkeypatch.setattr(secrets, "token_hex", slowly)
    assert read_token() == others[0]
    assert [each.name for each in tmp_path.iterdir()] == ["token"]
