"""What takes the place of a worker where the window shows a run that is not the program's own."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.clients.attached_client import AttachedClient
from backprop_viz.desktop.clients.file_client import FileClient
from backprop_viz.desktop.run.rank_runs import MakeClient, RankRuns
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.rank_files import by_rank, files_of_run, origin_of_file
from backprop_viz.recording.files.remote_path import AnyPath, any_path
from backprop_viz.recording.settings.run_settings import Settings

_Wake = Callable[[], None]


def foreign_run(
    arguments: Arguments, settings: Settings
) -> Callable[[_Wake], AttachedClient | FileClient | RankRuns] | None:
    """What makes such a run, given a function that wakes the window; None for the program's own.

    One file of a rank brings those of the other ranks with it.
    """
    ends, given = arguments.ends, [any_path(path) for path in arguments.recordings]
    if ends is not None:
        return lambda wake: AttachedClient(ends, wake)
    if arguments.connections:
        attached: list[MakeClient] = [partial(AttachedClient, one) for one in arguments.connections]
        if len(attached) == 1:
            return lambda wake: attached[0](wake, None)
        asked = [one.asked for one in arguments.connections]
        return lambda wake: RankRuns(attached, settings, wake, asked.index(True))
    if not given:
        return None
    paths = files_of_run(given[0]) if len(given) == 1 else by_rank(given)
    if len(paths) == 1 and not _is_of_several(paths[0]):
        return lambda wake: FileClient(paths[0], wake)
    makers: list[MakeClient] = [partial(FileClient, path) for path in paths]
    return lambda wake: RankRuns(makers, settings, wake, paths.index(given[0]))


def _is_of_several(path: AnyPath) -> bool:
    """Whether a file is of one of several ranks; one that cannot be read is of none."""
    with suppress(UserError, OSError):
        origin = origin_of_file(path)
        return origin is not None and origin.world_size > 1
    return False
