"""Files fetched from the first mirror that has them, whole and with the right checksum.

Imports neither torch nor Qt; pooch and requests only when something is fetched.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backprop_viz.digits.data_set import DownloadSource
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.requests.progress import Progress, Report
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    import requests

_CHUNK = 1 << 14  # bytes; cancelling takes effect after each
LARGEST_DOWNLOAD = 100 << 20  # bytes; a mirror that sends more than this sends something else


class DownloadError(UserError):
    """Nothing could be fetched; the message says why and what to do."""


class _MirrorError(UserError):
    """What is wrong with a mirror, in a few words that follow its name."""


def cache_folder(name: str) -> Path:
    """Where the downloaded files of a data set are kept for this user."""
    from platformdirs import user_cache_path

    return user_cache_path("backprop_viz", appauthor=False) / name


def present(source: DownloadSource, folder: Path) -> bool:
    """Whether there is a file of every name; their checksums are not looked at."""
    return all((folder / name).is_file() for name in source.files)


def download(source: DownloadSource, folder: Path, report: Report) -> None:
    """Have every file of the source in the folder; one that is right already stays untouched.

    A file appears under its name only when it is whole and right; until then, and if anything
    goes wrong, what was in the folder is as it was. Raises DownloadError, and what ``report``
    raises to cancel.
    """
    mirrors = list(source.urls)
    for number, name in enumerate(source.files, 1):
        _fetch_from_any(source, mirrors, folder, Progress(name, number, len(source.files)), report)


def _fetch_from_any(
    source: DownloadSource, mirrors: list[str], folder: Path, progress: Progress, report: Report
) -> None:
    """Fetch a file from one of the mirrors; the one that had it is the first to be asked next."""
    failures: list[UserError] = []
    for url in list(mirrors):
        report(progress)
        try:
            _fetch(source, url, folder, progress, report)
        except _MirrorError as error:
            failures.append(
                UserError(QT_TRANSLATE_NOOP("errors", "{0} {1}"), urlsplit(url).netloc, error)
            )
        except OSError as error:
            raise DownloadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The folder {0} cannot be written: {1}. Make room or give yourself access"
                    " there and download again, or choose a folder with {2}'s files.",
                ),
                folder,
                error.strerror or error,
                source.title,
            ) from error
        else:
            mirrors.remove(url)
            mirrors.insert(0, url)
            return
    raise DownloadError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{0} could not be downloaded: {1}. Check the network and download again, "
            "or choose a folder with {2}'s files.",
        ),
        progress.name,
        UserError("; ".join(f"{{{i}}}" for i in range(len(failures))), *failures),
        source.title,
    )


def _fetch(
    source: DownloadSource, url: str, folder: Path, progress: Progress, report: Report
) -> None:
    """Fetch a file from a mirror, unless it is there. Raises _MirrorError and OSError."""
    import pooch
    import requests

    def load(address: str, path: str, _pooch: object) -> None:
        # A server that packs once more what is packed already would change the checksum.
        plain = {"Accept-Encoding": "identity"}
        timeout = source.timeout_s
        with requests.get(address, stream=True, timeout=timeout, headers=plain) as response:
            response.raise_for_status()
            _save(response, Path(path), progress, report)

    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(
            url + progress.name,
            source.files[progress.name],
            progress.name,
            folder,
            downloader=load,
        )
    except requests.RequestException as error:
        raise _reason(error, source.timeout_s) from error
    except ValueError as error:
        text = QT_TRANSLATE_NOOP("errors", "sent a file with a wrong checksum")
        raise _MirrorError(text) from error


def _save(response: "requests.Response", path: Path, progress: Progress, report: Report) -> None:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() else 0
    done = 0
    with path.open("wb") as file:
        for chunk in response.iter_content(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            if done > LARGEST_DOWNLOAD:
                text = QT_TRANSLATE_NOOP("errors", "sent far more than this file holds")
                raise _MirrorError(text)
            report(Progress(progress.name, progress.number, progress.count, done, total))


def _reason(error: "requests.RequestException", timeout_s: float) -> _MirrorError:
    """What a mirror did, in a few words."""
    import requests

    if error.response is not None:
        text = QT_TRANSLATE_NOOP("errors", "answered {0}")
        said = f"{error.response.status_code} {error.response.reason}".rstrip()
        return _MirrorError(text, said)
    # While the body is read, requests wraps a silence like any other broken connection.
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        text = QT_TRANSLATE_NOOP("errors", "did not answer for {0} seconds")
        return _MirrorError(text, f"{timeout_s:g}")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return _MirrorError(QT_TRANSLATE_NOOP("errors", "cut the connection"))
    return _MirrorError(QT_TRANSLATE_NOOP("errors", "could not be reached"))
