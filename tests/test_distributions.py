"""The wheel and the sdist: what is in them, and what they say of themselves."""

import email
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.metadata import Metadata

import backprop_viz

ROOT = Path(__file__).parents[1]


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
    assert {"Homepage", "Source", "Issues", "Changelog"} <= set(told.project_urls or {})
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
