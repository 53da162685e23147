"""Texts on ranks: what a mean is of, whether weights are equal, who waits for whom."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.ranks import RankGradient
from backprop_viz.desktop.rank_states import RanksState, WeightDifference
from backprop_viz.desktop.style.numbers import short

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def sum_text(count: int) -> str:
    """The mean over this many ranks in symbols: "(g₀ + g₁) / 2"."""
    names = [f"g{str(rank).translate(_SUBSCRIPTS)}" for rank in range(count)]
    written = " + ".join(names if count <= 4 else [*names[:2], "…", names[-1]])
    return f"({written}) / {count}"


def mean_text(gradient: RankGradient, state: RanksState, *, is_over: bool) -> str:
    """What the all-reduce has made of a parameter's gradients, in an iteration that is over."""
    translate = QCoreApplication.translate
    if gradient.full_shape is not None:
        text = translate(
            "ranks",
            "Each rank holds a shard of {shape}, and gets the mean of that alone. Choose above to "
            "see the whole.",
        )
        return text.format(shape="×".join(map(str, gradient.full_shape)))
    if not gradient.reduced and not is_over:
        return translate("ranks", "This iteration is not over: no mean has been made yet.")
    if not gradient.reduced:
        return translate(
            "ranks",
            "No all-reduce in this iteration: each rank keeps its own gradient, as in no_sync.",
        )
    if state.missing:
        text = translate(
            "ranks",
            "DDP averages: each rank gets {formula}. Without rank {missing} that cannot be "
            "checked.",
        )
        ranks = ", ".join(map(str, state.missing))
        return text.format(formula=sum_text(gradient.ranks), missing=ranks)
    if gradient.mean is None:
        return translate("ranks", "Not every rank has recorded its gradient.")
    text = translate(
        "ranks", "DDP averages: each rank gets {formula}. Farthest from the exact mean: {error}."
    )
    said = text.format(formula=sum_text(gradient.ranks), error=short(gradient.error))
    pairs = zip(state.ranks, gradient.before, strict=True)
    without = ", ".join(str(one.rank) for one, array in pairs if array is None)
    if without:
        text = translate("ranks", "Rank {0} has not used this parameter: it counts as 0.")
        said = f"{said} {text.format(without)}"
    batches = (one.recording.input for one in state.ranks if one.recording is not None)
    if len({batch.shape[:1] for batch in batches if batch is not None}) > 1:
        text = translate(
            "ranks",
            "The batches differ in size: in the mean each rank counts the same, not each sample.",
        )
        said = f"{said} {text}"
    return said


def weights_text(state: RanksState) -> str:
    """Whether the weights are equal on all ranks; "" where nothing was compared."""
    translate = QCoreApplication.translate
    difference = state.difference
    if difference is None:
        if not state.compared:
            return ""
        if state.missing:
            text = translate(
                "ranks", "Weights are equal on these ranks to the bit, up to iteration {0}."
            )
            return text.format(state.compared)
        text = translate("ranks", "Weights are equal on all ranks to the bit, up to iteration {0}.")
        return text.format(state.compared)
    return _difference_text(difference, len(state.ranks))


def _difference_text(difference: WeightDifference, count: int) -> str:
    translate, different = QCoreApplication.translate, len(difference.ranks)
    names, more = difference.parameters[0], len(difference.parameters) - 1
    if more:
        names = translate("ranks", "{0} and {1} more").format(names, f"{more:,}")
    ranks = ", ".join(map(str, difference.ranks))
    if different == count and difference.sure:
        text = translate("ranks", "Weights differ from rank to rank since iteration {2}: {0}.")
    elif different == count:
        text = translate(
            "ranks",
            "Weights differ from rank to rank in iteration {2}, the first where it is known: {0}.",
        )
    elif difference.sure:
        text = translate("ranks", "Weights differ since iteration {2}: {0}, on rank {1}.")
    else:
        text = translate(
            "ranks",
            "Weights differ in iteration {2}, the first where it is known: {0}, on rank {1}.",
        )
    return text.format(names, ranks, difference.iteration)


def missing_text(state: RanksState) -> str:
    """Which ranks are not looked at; "" if all are."""
    if not state.missing:
        return ""
    translate = QCoreApplication.translate
    origin = state.ranks[state.shown].origin
    if origin is not None and origin.kind == "file":
        text = translate("ranks", "This run has {0} ranks. The file of rank {1} is not open.")
    else:
        text = translate("ranks", "This run has {0} ranks. Attach to rank {1} too.")
    ranks = ", ".join(map(str, state.missing))
    return text.format(len(state.ranks) + len(state.missing), ranks)


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
