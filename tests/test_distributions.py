"""The wheel and the sdist: what is in them, and what they say of themselves."""

import email
import re
import runpy
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.metadata import Metadata

import backprop_viz
from tests.nightly import by_night

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".ci" / "distributions"
ADDRESS = "https://example.org/me/viz"


def built(source: Path, target: str, folder: Path) -> Path:
    """The distribution that hatchling builds from the project in a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it comes out of its sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built(ROOT, "sdist", folder / "archive")) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"backprop_viz-{backprop_viz.__version__}"


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from the sdist."""
    return built(sdist, "wheel", tmp_path_factory.mktemp("wheel") / "dist")


def metadata(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        return files.read(name)


def package_files() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "backprop_viz").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@by_night
def test_the_wheel_of_the_sdist_has_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        packed = {name for name in files.namelist() if name.startswith("backprop_viz/")}
    assert packed == package_files()
    assert "backprop_viz/py.typed" in packed


def test_the_sdist_has_the_tests_and_what_they_read(sdist: Path) -> None:
    for name in ("tests/conftest.py", "pyproject.toml", "README.md", "LICENSE", ".ci/run"):
        assert (sdist / name).is_file(), name
    tests = {path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")}
    assert tests == {path.relative_to(sdist) for path in (sdist / "tests").rglob("*.py")}


def test_the_metadata_is_valid_and_whole(wheel: Path) -> None:
    told = Metadata.from_email(metadata(wheel), validate=True)
    assert told.name == "backprop-viz"
    assert str(told.version) == backprop_viz.__version__
    assert told.license_expression == "MIT"
    assert told.license_files == ["LICENSE"]
    assert not told.project_urls  # no address is made up
    assert told.description_content_type == "text/markdown"
    assert "Typing :: Typed" in (told.classifiers or [])


def test_both_commands_are_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith("entry_points.txt"))
        points = files.read(name).decode()
    assert "[console_scripts]\nbackprop-viz = backprop_viz.__main__:main" in points
    assert "[gui_scripts]\nbackprop-viz-gui = backprop_viz.__main__:main" in points


def test_the_version_stands_in_one_place(wheel: Path) -> None:
    message: Message = email.message_from_bytes(metadata(wheel))
    assert message["Version"] == backprop_viz.__version__
    assert f'"{backprop_viz.__version__}"' not in (ROOT / "pyproject.toml").read_text()


def test_the_viewer_needs_no_torch_and_has_the_same_files(wheel: Path, tmp_path: Path) -> None:
    script = runpy.run_path(str(SCRIPT))
    (tmp_path / "source").mkdir()
    text = script["viewer_project"](script["project"](ADDRESS))
    script["lay_out"](tmp_path / "source", text, script["PARTS"])
    viewer = built(tmp_path / "source", "wheel", tmp_path / "dist")
    told = Metadata.from_email(metadata(viewer), validate=True)
    whole = Metadata.from_email(metadata(wheel), validate=True)
    assert told.name == "backprop-viz-viewer"
    needed, all_needed = (
        {needed.name for needed in x.requires_dist or () if "extra" not in str(needed.marker)}
        for x in (told, whole)
    )
    assert all_needed - needed == {"torch", "safetensors", "pooch"}
    assert "pyside6-essentials" in needed
    with zipfile.ZipFile(viewer) as mine, zipfile.ZipFile(wheel) as theirs:
        names = [{n for n in x.namelist() if n.startswith("backprop_viz/")} for x in (mine, theirs)]
    assert names[0] == names[1]


# The distributions that the viewer does without, as modules.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(("torch", "safetensors", "pooch")))  # importing None fails
from backprop_viz.app import create_window
window = create_window([sys.argv[1]])
window.show()
seen = window.session.wait_until(
    lambda: window.session.view_state is not None
    and window.session.view_state.cursor.recording.events != (), 60
)
print(seen, window.session.view_state.cursor.recording.iteration)
window.close()
"""


def test_a_recording_opens_without_what_the_viewer_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    backprop_viz.Trainer(data="random", loss="mse", batch_size=1).record().save(path)
    command = [sys.executable, "-c", WITHOUT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["True", "1"], done.stderr


@pytest.mark.parametrize("arguments", [[], ["run", __file__]])
def test_training_without_torch_is_refused_in_one_sentence(arguments: list[str]) -> None:
    code = (
        "import sys, importlib.util; from backprop_viz import __main__\n"
        "__main__.find_spec = lambda name: None\n"
        "sys.exit(__main__.main())"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("backprop-viz: PyTorch trains the network")
    assert done.stderr.count("\n") == 1


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", text)


def test_links_of_the_readme_to_files_are_words_where_there_is_no_address(wheel: Path) -> None:
    text = Metadata.from_email(metadata(wheel), validate=True).description or ""
    own = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [link for link in links(own) if not link.startswith("http")]
    assert links(text) == [link for link in links(own) if link.startswith("http")]
    assert "CONTRIBUTING describes how" in text


def test_with_an_address_every_link_leads_there(tmp_path: Path) -> None:
    """Each relative one to the project's page of the same file, a picture to the file."""
    script = runpy.run_path(str(SCRIPT))
    (tmp_path / "source").mkdir()
    script["lay_out"](tmp_path / "source", script["project"](ADDRESS), script["PARTS"])
    made = built(tmp_path / "source", "wheel", tmp_path / "dist")
    told = Metadata.from_email(metadata(made), validate=True)
    assert told.project_urls == {
        "Homepage": ADDRESS,
        "Source": ADDRESS,
        "Issues": f"{ADDRESS}/issues",
        "Changelog": f"{ADDRESS}/blob/main/.github/CHANGELOG.md",
    }
    own = links((ROOT / "README.md").read_text(encoding="utf-8"))
    relative = [link for link in own if not link.startswith("http")]
    assert all((ROOT / link).is_file() for link in relative)
    pages = {link: "raw" if link.endswith(".png") else "blob" for link in relative}
    expected = [f"{ADDRESS}/{pages[x]}/main/{x}" if x in pages else x for x in own]
    assert links(told.description or "") == expected


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://example.org/me/viz.git", "https://example.org/me/viz"),
        ("https://token@example.org/me/viz/", "https://example.org/me/viz"),
        ("git@example.org:me/viz.git", "https://example.org/me/viz"),
        ("ssh://git@example.org:22/me/viz", "https://example.org/me/viz"),
        ("/srv/git/viz.git", None),
        ("", None),
    ],
)
def test_the_address_is_that_of_the_origin(remote: str, address: str | None) -> None:
    assert runpy.run_path(str(SCRIPT))["web_address"](remote) == address
