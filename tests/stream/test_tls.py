"""A connection under TLS: encrypted, with the token as before; a wrong certificate is refused."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from backprop_viz.recording.errors import UserError
from backprop_viz.stream.refused_error import RefusedError
from backprop_viz.stream.script_address import ScriptAddress
from backprop_viz.stream.socket_connection import Ends, accepted, connected, listening
from backprop_viz.stream.tls import CA_VARIABLE, Certificate
from tests.stream.cut_proxy import CutProxy

TOKEN = b"a" * 64
Made = tuple[trustme.CA, Callable[..., Certificate]]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """An authority that is trusted, and what makes certificates of it, or of another one."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv(CA_VARIABLE, str(tmp_path / "ca.pem"))

    def certificate(
        name: str = "127.0.0.1", by: trustme.CA = authority, days: float = 1
    ) -> Certificate:
        until = datetime.now(UTC) + timedelta(days=days)
        issued = by.issue_cert(name, not_before=until - timedelta(days=9), not_after=until)
        path = tmp_path / "both.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(str(path))
        return Certificate(path)

    return authority, certificate


class Script:
    """Listens with a certificate; ``told`` is the connection, or why there is none."""

    def __init__(self, certificate: Certificate | None) -> None:
        self._certificate = certificate
        self._server = listening(ScriptAddress("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.told: list[Ends | UserError] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        link, _ = self._server.accept()
        try:
            self.told.append(accepted(link, self._certificate, TOKEN))
        except UserError as error:
            self.told.append(error)

    def answer(self) -> Ends | UserError:
        self._thread.join(60)
        self._server.close()
        return self.told[0]


@pytest.fixture
def script() -> Iterator[Callable[[Certificate | None], Script]]:
    begun: list[Script] = []

    def begin(certificate: Certificate | None) -> Script:
        begun.append(Script(certificate))
        return begun[-1]

    yield begin
    for one in begun:
        answer = one.answer()
        if isinstance(answer, tuple):
            for end in answer:
                end.close()


def talk(mine: Ends, theirs: Ends) -> None:
    """Both send at the same time, more than any buffer holds."""
    sent, back = os.urandom(3_000_000), os.urandom(2_000_000)
    got: list[bytes] = []
    others = [
        threading.Thread(target=lambda: got.append(theirs[0].read(len(sent)))),
        threading.Thread(target=lambda: (theirs[1].write(back), theirs[1].flush())),
        threading.Thread(target=lambda: (mine[1].write(sent), mine[1].flush())),
    ]
    for thread in others:
        thread.start()
    assert mine[0].read(len(back)) == back
    for thread in others:
        thread.join(60)
    assert got == [sent]


def test_both_sides_talk_at_once_by_authority_or_fingerprint(
    made: Made, script: Callable[[Certificate | None], Script]
) -> None:
    certificate = made[1]()
    unknown = made[1](by=trustme.CA())
    for proof, pin in ((certificate, ""), (unknown, unknown.fingerprint)):
        listening_ = script(proof)
        mine = connected(ScriptAddress("127.0.0.1", listening_.port, True, pin), TOKEN)
        theirs = listening_.answer()
        assert isinstance(theirs, tuple)
        talk(mine, theirs)
        # What was said before the end arrives, and then the end.
        theirs[1].write(b"the last word")
        theirs[1].close()
        assert mine[0].read() == b"the last word"
        for end in (*mine, theirs[0]):
            end.close()


def test_nothing_of_it_is_seen_on_the_way(
    made: Made, script: Callable[[Certificate | None], Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr("tests.stream.cut_proxy.seen", seen.append)
    listening_ = script(made[1]())
    proxy = CutProxy(listening_.port)
    mine = connected(ScriptAddress("127.0.0.1", proxy.port, tls=True), TOKEN)
    theirs = listening_.answer()
    assert isinstance(theirs, tuple)
    mine[1].write(b"a secret gradient")
    mine[1].flush()
    assert theirs[0].read(17) == b"a secret gradient"
    assert b"bpviz-line" not in b"".join(seen)
    assert b"a secret gradient" not in b"".join(seen)
    assert len(b"".join(seen)) > 500
    proxy.cut()
    assert theirs[0].read() == b""  # noticed as without TLS
    for end in mine:
        end.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "elsewhere.example"}, "is for another name than 127.0.0.1"),
        ({"days": -1}, "has expired, or is not valid yet"),
        ({"by": None}, "Nobody that is trusted here has signed"),
    ],
)
def test_a_wrong_certificate_is_one_sentence(
    made: Made,
    script: Callable[[Certificate | None], Script],
    wrong: dict[str, object],
    said: str,
) -> None:
    if "by" in wrong:
        wrong = {"by": trustme.CA()}
    listening_ = script(made[1](**wrong))
    with pytest.raises(RefusedError, match=said):
        connected(ScriptAddress("127.0.0.1", listening_.port, tls=True), TOKEN)
    assert isinstance(listening_.answer(), RefusedError)


def test_another_fingerprint_is_refused(
    made: Made, script: Callable[[Certificate | None], Script]
) -> None:
    other, mine = made[1](), made[1]()
    assert other.fingerprint != mine.fingerprint
    listening_ = script(mine)
    with pytest.raises(RefusedError, match=f"another fingerprint: {mine.fingerprint}"):
        connected(ScriptAddress("127.0.0.1", listening_.port, True, other.fingerprint), TOKEN)
    assert isinstance(listening_.answer(), RefusedError)


def test_the_token_is_asked_for_under_tls_too(
    made: Made, script: Callable[[Certificate | None], Script]
) -> None:
    listening_ = script(made[1]())
    with pytest.raises(RefusedError, match="token"):
        connected(ScriptAddress("127.0.0.1", listening_.port, tls=True), b"b" * 64)
    assert isinstance(listening_.answer(), RefusedError)


def test_one_that_speaks_no_tls_is_told_so(
    made: Made, script: Callable[[Certificate | None], Script]
) -> None:
    plain, under_tls = script(None), script(made[1]())
    with pytest.raises(RefusedError, match="does not speak TLS"):
        connected(ScriptAddress("127.0.0.1", plain.port, tls=True), TOKEN)
    assert isinstance(plain.answer(), RefusedError)
    with pytest.raises(RefusedError):
        connected(ScriptAddress("127.0.0.1", under_tls.port), TOKEN)
    refused = under_tls.answer()
    assert "does not speak TLS" in str(refused)


def test_files_that_are_no_certificate_are_a_sentence(tmp_path: Path, made: Made) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for path in (tmp_path / "no.pem", tmp_path / "missing.pem"):
        with pytest.raises(UserError, match=r"The certificate in .* cannot be used"):
            Certificate(path)


def test_a_watched_loop_listens_under_tls(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch = pytest.importorskip("torch")
    import backprop_viz as bv
    from backprop_viz.stream.rank_connections import rank_connections
    from backprop_viz.stream.token_file import read_token

    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(tmp_path / "token"))
    certificate = made[1]()
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.watch(model, optimizer, "tls://127.0.0.1:0", certificate=tmp_path / "both.pem"):
        url = capsys.readouterr().err.split()[-1]
        assert url.startswith("tls://127.0.0.1:")
        assert url.endswith(f"#{certificate.fingerprint}")
        connection = rank_connections([url], read_token())[0]
        assert connection.origin.kind == "watch"
        again = connection.again()
        assert again.origin == connection.origin
        for one in (connection, again):
            one.close()
    for wrong in ({"to": "tls://127.0.0.1:0"}, {"to": "tcp://:0", "certificate": "x.pem"}):
        with pytest.raises(ValueError, match="belong together"):
            bv.watch(model, optimizer, **wrong)
