"""Texts on a loss surface: its axes, the path, the gradient, and why there is none."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfacePlane


def direction_text(axis: Fact) -> str:
    """What a direction is, in few words."""
    translate = QCoreApplication.translate
    texts = {
        "random_direction": translate("surface", "random direction {0}, filter-normalised"),
        "main_direction": translate("surface", "main direction {0} of the run ({1} of its path)"),
        "to_kept": translate("surface", "towards the weights after iteration {0}"),
        "weight": translate("surface", "the weight {0}"),
        "towards": translate("surface", "across it, towards the weights after iteration {0}"),
    }
    first, *rest = axis.values
    return texts[axis.code].format(first, *(share_text(float(share)) for share in rest))


def path_text(plane: SurfacePlane) -> str:
    """How much of the run's path lies in the plane, and where it begins if not with the run."""
    return " ".join(filter(None, (_share_of_path_text(plane), _start_text(plane))))


def _start_text(plane: SurfacePlane) -> str:
    """From which iteration on the path is known; "" from the first."""
    first = int(plane.path_iterations[0])
    text = QCoreApplication.translate(
        "surface",
        "What came before iteration {0:,} is not known: the file of a session keeps no path.",
    )
    return text.format(first) if first else ""


def _share_of_path_text(plane: SurfacePlane) -> str:
    translate = QCoreApplication.translate
    if plane.request.plane == "weights":
        return _last_step_text(plane)
    if len(plane.path) < 2 or plane.path_share != plane.path_share:
        return translate("surface", "There is no path yet: train some iterations.")
    share = share_text(plane.path_share)
    if plane.request.plane == "line":
        return translate("surface", "Of the run's path {0} lies on this line.").format(share)
    if plane.request.plane == "drawn":
        return translate(
            "surface",
            "Of the run's path {0} lies in this plane: random planes almost never hold it, so its "
            "shadow is near the middle. Choose the main directions to see it.",
        ).format(share)
    return translate("surface", "Of the run's path {0} lies in this plane.").format(share)


def _last_step_text(plane: SurfacePlane) -> str:
    """How far the last iteration moved two weights."""
    translate = QCoreApplication.translate
    if len(plane.path) < 2:
        return translate("surface", "There is no path yet: train some iterations.")
    (x, y), iteration = plane.path[-1] - plane.path[-2], int(plane.path_iterations[-2])
    text = translate("surface", "Since iteration {0:,} x has changed by {1} and y by {2}.")
    return text.format(iteration, signed(x), signed(y))


def descent_text(plane: SurfacePlane) -> str:
    """How much of the gradient lies in the plane; "" until it is known."""
    if plane.gradient is None:
        return ""
    translate = QCoreApplication.translate
    if plane.request.plane == "weights":
        text = translate(
            "surface",
            "The gradient is {0} along x and {1} along y; the arrow is the direction of descent.",
        )
        return text.format(*map(signed, plane.gradient))
    if plane.request.plane == "line":
        text = translate(
            "surface",
            "The short straight line is the slope at the weights now: {0} of the gradient's "
            "length lies along it.",
        )
        return text.format(share_text(plane.gradient_share))
    return translate(
        "surface",
        "The arrow is the direction of descent, −gradient: {0} of its length lies in this plane.",
    ).format(share_text(plane.gradient_share))


def around_text(plane: SurfacePlane) -> str:
    """Which weights are in the middle, and which samples the loss is of."""
    translate = QCoreApplication.translate
    if plane.request.part == "train":
        text = translate("surface", "around iteration {0:,} · {1:,} training samples · loss {2}")
    else:
        text = translate("surface", "around iteration {0:,} · {1:,} validation samples · loss {2}")
    loss = short(plane.loss, 4) if plane.loss == plane.loss else "…"
    return text.format(plane.iteration, plane.samples, loss)


def no_surface_text(reason: Fact) -> str:
    """Why there is no surface, or not all of it, and what to do."""
    translate = QCoreApplication.translate
    if reason.code == "refused":
        text, *values = map(str, reason.values)
        return translate("errors", text).format(*values) if values else translate("errors", text)
    texts = {
        "cancelled": translate(
            "surface", "Cancelled. A point that was not reached has the nearest one's colour."
        ),
        "run_is_over": translate("surface", "Another run has begun: compute its surface."),
        "no_worker": translate(
            "surface", "The process that runs torch has ended: compute the surface again."
        ),
        "failed": translate("surface", "The surface could not be computed. {0}: {1}"),
    }
    return texts[reason.code].format(*reason.values)


def share_text(share: float) -> str:
    """A share from 0 to 1 as a percentage of two digits at least."""
    hundredths = 100 * share
    if hundredths >= 99.95 or hundredths == 0:
        return f"{hundredths:.0f} %"
    return f"{hundredths:.1f} %" if hundredths >= 0.1 else f"{hundredths:.1g} %"
