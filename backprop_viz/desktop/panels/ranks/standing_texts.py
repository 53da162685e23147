"""Texts on ranks that are stuck: where each is, since when, and who waits for whom."""

import time
from textwrap import shorten

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.rank_states import RanksState, RankState
from backprop_viz.recording.run.whereabouts import Whereabouts

# This many parameters of a bucket are named.
_MOST_NAMES = 4
_LONGEST_ERROR = 160
_DAY_S = 24 * 60 * 60
# A rank that is not in a collective has no gradient for any bucket yet; of one that is in another
# than DistributedDataParallel's it is not known.
_NOT_THERE, _UNKNOWN = -1, 1 << 30


def standing_text(state: RanksState, now: float) -> str:
    """Messages about the ranks that do not get on; "" where all do, or have ended."""
    most = max(one.iteration for one in state.ranks)
    all_cut = {one.standing(now) for one in state.ranks} == {"cut"}
    known = any(one.known_there is not None for one in state.ranks)
    if all_cut and not known and all(one.iteration == most for one in state.ranks):
        text = QCoreApplication.translate(
            "ranks",
            "All files end after iteration {0}. Nobody closed them: the processes were killed, or "
            "hang.",
        )
        return text.format(most)
    texts, late = [], awaited(state, now)
    for one in (*late, *(one for one in state.ranks if one not in late)):
        said = _waits_text(one, state, now) or _standing_of(one, most, now)
        texts += [said, _error_text(one, now)]
    return "\n".join(filter(None, texts))


def awaited(state: RanksState, now: float) -> tuple[RankState, ...]:
    """The ranks that all others wait for; () where that is not known."""
    at_rest = ("stuck", "cut", "failed", "lost")
    stopped = [one for one in state.ranks if one.standing(now) in at_rest]
    if len(stopped) < len(state.ranks):
        return ()
    places = [_place(one) for one in stopped]
    first = min(places)
    if first == max(places):
        return ()
    return tuple(one for one, place in zip(stopped, places, strict=True) if place == first)


def _place(one: RankState) -> tuple[int, int]:
    """How far a rank has come: the iteration that is under way, and the buckets it could send."""
    told = one.known_there
    if told is None:
        return one.iteration + 1, _NOT_THERE
    if told.doing == "other":
        return told.iteration, _NOT_THERE
    return told.iteration, told.bucket if told.doing == "backward" and told.buckets else _UNKNOWN


def _waits_text(one: RankState, state: RanksState, now: float) -> str:
    """What a rank waits for, since when and whom; "" if it does not wait, or for nobody known."""
    late, told = awaited(state, now), one.known_there
    if one in late or not late or told is None or told.doing == "other":
        return ""
    translate = QCoreApplication.translate
    live = one.standing(now) == "stuck"
    bucket = _waiting_bucket(late, told)
    if live and bucket is not None:
        text = translate(
            "ranks",
            "Rank {rank} waits for rank {late} since {since}, in backward of iteration "
            "{iteration}, with bucket {bucket} of {buckets}: {names}.",
        )
    elif live:
        text = translate(
            "ranks",
            "Rank {rank} waits for rank {late} since {since}, in iteration {iteration} at line "
            "{line}.",
        )
    elif bucket is not None:
        text = translate(
            "ranks",
            "Rank {rank} waited {seconds} s for rank {late}, until {until}, in backward of "
            "iteration {iteration}, with bucket {bucket} of {buckets}: {names}.",
        )
    else:
        text = translate(
            "ranks",
            "Rank {rank} waited {seconds} s for rank {late}, until {until}, in iteration "
            "{iteration} at line {line}.",
        )
    number, names = bucket or (0, "")
    return text.format(
        rank=one.rank,
        late=", ".join(str(each.rank) for each in late),
        since=clock(told.since, now),
        until=clock(told.time, now),
        seconds=f"{told.time - told.since:,.0f}",
        iteration=told.iteration,
        line="?" if told.line is None else told.line,
        bucket=number + 1,
        buckets=told.buckets,
        names=names,
    )


def _waiting_bucket(late: tuple[RankState, ...], told: Whereabouts) -> tuple[int, str] | None:
    """The bucket that lacks a gradient of the late ranks, from 0, and its parameters."""
    if told.doing != "backward" or not told.buckets:
        return None
    found = [one.known_there for one in late]
    sent = [one for one in found if one is not None and one.sends and one.buckets == told.buckets]
    if len(sent) < len(late) or any(one.iteration != told.iteration for one in sent):
        return None
    first = min(sent, key=lambda one: one.bucket)
    return first.bucket, _named(first.sends)


def _named(names: tuple[str, ...]) -> str:
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    text = QCoreApplication.translate("ranks", "{0} and {1} more")
    return text.format(", ".join(names[:_MOST_NAMES]), f"{len(names) - _MOST_NAMES:,}")


def _standing_of(one: RankState, most: int, now: float) -> str:
    translate = QCoreApplication.translate
    standing, told = one.standing(now), one.known_there
    if standing in ("cut", "stuck", "lost") and told is not None:
        return _stopped_text(one, told, now)
    silent = f"{max(now - one.heard, 0.0):,.0f}"
    match standing:
        case "cut" if one.iteration < most:
            text = translate(
                "ranks",
                "Rank {0}: its file ends after iteration {1}, another's after {2}. Nobody closed "
                "it: the process was killed, or hangs.",
            )
        case "cut":
            text = translate(
                "ranks", "Rank {0}: its file ends after iteration {1}, and nobody closed it."
            )
        case "lost":
            text = translate("ranks", "Rank {0} is gone after iteration {1}.")
        case "unreached":
            text = translate(
                "ranks", "Rank {0}: its connection is lost after iteration {1}, and is tried again."
            )
        case "silent":
            text = translate("ranks", "Rank {0}: no word for {3} s, after iteration {1}.")
        case _:
            return ""
    return text.format(one.rank, one.iteration, most, silent)


def _stopped_text(one: RankState, told: Whereabouts, now: float) -> str:
    """Where a rank is, or was last, that does not get on."""
    translate = QCoreApplication.translate
    live = one.standing(now) == "stuck"
    if live and told.doing == "backward":
        text = translate(
            "ranks",
            "Rank {rank} has been in backward of iteration {iteration} since {since}, at line "
            "{line}; ranks wait there for each other's gradients.",
        )
    elif live and told.doing == "collective":
        text = translate(
            "ranks",
            "Rank {rank} waits for other ranks since {since}, in iteration {iteration}, in "
            "{collective} at line {line}.",
        )
    elif live and told.after:
        text = translate(
            "ranks",
            "Rank {rank} hangs since {since} in iteration {iteration}, at line {line}, after "
            "{phase} of {after}.",
        )
    elif live:
        text = translate(
            "ranks", "Rank {rank} hangs since {since} in iteration {iteration}, at line {line}."
        )
    elif told.after:
        text = translate(
            "ranks",
            "Rank {rank} stopped in iteration {iteration}, at line {line}, after {phase} of "
            "{after}. It was last seen at {until}: the process was killed, or hangs.",
        )
    else:
        text = translate(
            "ranks",
            "Rank {rank} stopped in iteration {iteration}, at line {line}. It was last seen at "
            "{until}: the process was killed, or hangs.",
        )
    return text.format(
        rank=one.rank,
        iteration=told.iteration,
        since=clock(told.since, now),
        until=clock(told.time, now),
        line="?" if told.line is None else told.line,
        collective=told.collective,
        phase="" if told.phase is None else told.phase.value,
        after=told.after,
    )


def _error_text(one: RankState, now: float) -> str:
    """By which exception a rank has ended; "" without one."""
    if one.there is None or not one.there.error:
        return ""
    text = QCoreApplication.translate("ranks", "Rank {0} ended at {1} in iteration {2}: {3}")
    error = shorten(one.there.error.partition("\n")[0], _LONGEST_ERROR, placeholder=" …")
    return text.format(one.rank, clock(one.there.time, now), one.there.iteration, error)


def clock(at: float, now: float) -> str:
    """A time of day; of another day with its date; "?" for what no clock shows."""
    form = "%H:%M:%S" if abs(now - at) < _DAY_S / 2 else "%Y-%m-%d %H:%M:%S"
    try:
        return time.strftime(form, time.localtime(at))
    except (OverflowError, ValueError, OSError):  # from a file that tells no time
        return "?"


def standing_word(one: RankState, now: float) -> str:
    """How a rank stands, in a word or two."""
    translate = QCoreApplication.translate
    words = {
        "ended": translate("ranks", "ended"),
        "failed": translate("ranks", "failed"),
        "lost": translate("ranks", "gone"),
        "silent": translate("ranks", "silent"),
        "unreached": translate("ranks", "no connection"),
        "stuck": translate("ranks", "stuck"),
        "cut": translate("ranks", "cut off"),
    }
    word = words.get(one.standing(now))
    if word is not None:
        return word
    if one.held and one.due is not None:
        return translate("ranks", "held before {0}").format(one.due.value)
    if one.held:
        return translate("ranks", "held")
    return translate("ranks", "runs")
