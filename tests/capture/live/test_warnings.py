"""What Python and torch warn of names the script's own lines, as often as without us."""

from tests.capture.live.script_runs import SCRIPTS, Scripts

SCRIPT = SCRIPTS / "warned.py"


def test_the_warnings_of_a_script_whose_every_iteration_is_recorded(scripts: Scripts) -> None:
    plain = scripts.plain(SCRIPT)
    assert plain.status == 0
    assert plain.printed.count("Warning: ") > 8
    with scripts.followed("--go", "--every", "1", str(SCRIPT)) as window:
        window.rest()
        assert window.ended() == plain
    assert sorted(window.recordings) == [1, 2, 3]
