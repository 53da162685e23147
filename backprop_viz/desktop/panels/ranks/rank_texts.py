"""What is said of ranks: how they stand, whether their weights are equal, who waits for whom."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.ranks import RankGradient
from backprop_viz.desktop.rank_states import RanksState, RankState, WeightDifference
from backprop_viz.desktop.style.numbers import short

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def sum_text(count: int) -> str:
    """The mean over so many ranks in symbols: "(g₀ + g₁) / 2"."""
    names = [f"g{str(rank).translate(_SUBSCRIPTS)}" for rank in range(count)]
    written = " + ".join(names if count <= 4 else [*names[:2], "…", names[-1]])
    return f"({written}) / {count}"


def mean_text(gradient: RankGradient, count: int) -> str:
    """What the all-reduce has made of a parameter's gradients."""
    translate = QCoreApplication.translate
    if gradient.full_shape is not None:
        text = translate(
            "ranks",
            "Each rank holds a shard of {shape}, and gets the mean of that alone. Choose above to "
            "see the whole.",
        )
        return text.format(shape="×".join(map(str, gradient.full_shape)))
    if not gradient.reduced:
        return translate(
            "ranks",
            "No all-reduce in this iteration: each rank keeps its own gradient, as in no_sync.",
        )
    if gradient.mean is None:
        return translate("ranks", "Not every rank has recorded its gradient.")
    text = translate(
        "ranks", "DDP averages: each rank gets {formula}. Farthest from the exact mean: {error}."
    )
    return text.format(formula=sum_text(count), error=short(gradient.error))


def weights_text(state: RanksState) -> str:
    """Whether the weights are equal on all ranks; "" where nothing was compared."""
    translate = QCoreApplication.translate
    difference = state.difference
    if difference is None:
        if not state.compared:
            return ""
        text = translate("ranks", "Weights are equal on all ranks to the bit, up to iteration {0}.")
        return text.format(state.compared)
    return _difference_text(difference)


def _difference_text(difference: WeightDifference) -> str:
    translate = QCoreApplication.translate
    names, more = difference.parameters[0], len(difference.parameters) - 1
    if more:
        names = translate("ranks", "{0} and {1} more").format(names, f"{more:,}")
    ranks = ", ".join(map(str, difference.ranks))
    text = translate("ranks", "Weights differ since iteration {2}: {0}, on rank {1}.")
    if not difference.sure:
        text = translate(
            "ranks",
            "Weights differ in iteration {2}, the first where it is known: {0}, on rank {1}.",
        )
    return text.format(names, ranks, difference.iteration)


def waits_text(state: RanksState) -> str:
    """Who made the others wait; "" where it is not known."""
    if not state.waits_of:
        return ""
    most = max(state.waits)
    slowest = state.ranks[state.waits.index(most)].rank
    text = QCoreApplication.translate(
        "ranks", "The others waited for rank {0} in {1} of the last {2} iterations."
    )
    return text.format(slowest, most, state.waits_of)


def standing_text(state: RanksState, now: float) -> str:
    """Messages about the ranks that do not get on; "" where all do, or have ended."""
    most = max(one.iteration for one in state.ranks)
    standings = {one.standing(now) for one in state.ranks}
    if standings == {"cut"} and all(one.iteration == most for one in state.ranks):
        text = QCoreApplication.translate(
            "ranks",
            "All files end after iteration {0}. Nobody closed them: the processes were killed, or "
            "hang.",
        )
        return text.format(most)
    return "\n".join(filter(None, (_standing_of(one, most, now) for one in state.ranks)))


def _standing_of(one: RankState, most: int, now: float) -> str:
    translate = QCoreApplication.translate
    silent = f"{max(now - one.heard, 0.0):,.0f}"
    match one.standing(now):
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
                "ranks", "Rank {0}: its line is lost after iteration {1}, and is tried again."
            )
        case "stuck":
            return _stuck_text(one, now)
        case "silent":
            text = translate("ranks", "Rank {0}: no word for {3} s, after iteration {1}.")
        case _:
            return ""
    return text.format(one.rank, one.iteration, most, silent)


def _stuck_text(one: RankState, now: float) -> str:
    """Where a rank is that does not get on."""
    translate = QCoreApplication.translate
    assert one.there is not None
    texts = {
        "backward": translate(
            "ranks",
            "Rank {0}: waits for {1} s in backward, at line {3}, after iteration {2}; ranks wait "
            "there for each other's gradients.",
        ),
        "collective": translate(
            "ranks",
            "Rank {0}: waits for {1} s for other ranks, at line {3}, after iteration {2}.",
        ),
        "other": translate("ranks", "Rank {0}: hangs for {1} s at line {3}, after iteration {2}."),
    }
    line = "?" if one.there.line is None else str(one.there.line)
    text = texts[one.there.doing]
    return text.format(one.rank, f"{now - one.progressed:,.0f}", one.iteration, line)


def standing_word(one: RankState, now: float) -> str:
    """How a rank stands, in a word or two."""
    translate = QCoreApplication.translate
    words = {
        "ended": translate("ranks", "ended"),
        "lost": translate("ranks", "gone"),
        "silent": translate("ranks", "silent"),
        "unreached": translate("ranks", "no line"),
        "stuck": translate("ranks", "stuck"),
        "cut": translate("ranks", "cut off"),
    }
    word = words.get(one.standing(now))
    if word is not None:
        return word
    if one.held:
        return translate("ranks", "held before {0}").format(one.due.value)
    return translate("ranks", "runs")
