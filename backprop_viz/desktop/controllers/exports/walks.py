"""What an animation shows: a walk of the cursor, or the pages of a lesson."""

from collections.abc import Sequence
from typing import Protocol

from backprop_viz.desktop.controllers.lessons.lessons import LessonsController
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.widgets.animation_dialog import Walk

MOST_WALK_PICTURES = 1000
# How often a page has to be found shown before its picture is taken: plots are painted late.
_SETTLED = 10


class Walked(Protocol):
    """``count`` places to go to, from 0 on; ``go_back`` to where it was before."""

    count: int

    def go(self, place: int) -> None:
        """Have a place shown."""

    def is_at(self, place: int) -> bool:
        """Whether the window shows it."""

    def caption(self) -> str:
        """What is said below the picture, with a lesson's marks; "" for nothing."""

    def go_back(self) -> None:
        """Show what was shown before."""


class CursorWalk:
    """The cursor's walk through this iteration, or through the ends of all that are kept."""

    def __init__(self, session: Session, walk: Walk) -> None:
        view_state = session.view_state
        assert view_state is not None
        self._session, self._before = session, view_state.cursor
        recording = view_state.cursor.recording
        # An iteration, and how many of its events; None: all of them.
        stops: Sequence[tuple[int, int | None]]
        if walk == "iterations":
            stops = [(i, None) for i in view_state.kept_iterations.iterations]
        elif walk == "phases":
            ends = (span.stop for span in recording.spans)
            stops = [(recording.iteration, at) for at in dict.fromkeys((0, *ends))]
        else:
            stops = [(recording.iteration, at) for at in range(len(recording.events) + 1)]
        # Of very many, as many as are allowed, evenly spaced.
        every = -(-len(stops) // MOST_WALK_PICTURES)
        self._stops = [*stops[:-1:every], *stops[-1:]] if every else []
        self.count = len(self._stops)

    def go(self, place: int) -> None:
        """Move the cursor."""
        iteration, position = self._stops[place]
        if position is None:
            self._session.shown.show_iteration(iteration)
        else:
            self._session.shown.move_cursor(position)

    def is_at(self, place: int) -> bool:
        """Whether the cursor is there."""
        assert self._session.view_state is not None
        iteration, position = self._stops[place]
        cursor = self._session.view_state.cursor
        here = cursor.recording.iteration == iteration
        return here and (cursor.at_end if position is None else cursor.position == position)

    def caption(self) -> str:
        """Nothing: the window says where the cursor is."""
        return ""

    def go_back(self) -> None:
        """Show the cursor as it was."""
        self._session.shown.show_cursor(self._before)


class LessonWalk:
    """The pages of the lesson that is under way, each with its evidence and its text."""

    def __init__(self, lessons: LessonsController) -> None:
        assert lessons.player.lesson is not None
        self._lessons, self._player = lessons, lessons.player
        self._before = self._player.number
        self.count = len(lessons.player.lesson.steps)
        self._seen = 0

    def go(self, place: int) -> None:
        """Turn to a page; what is on the way to it is run again."""
        self._seen = 0
        self._player.go_to(place)

    def is_at(self, place: int) -> bool:
        """Whether the page, and where its number comes from, have been shown for a moment."""
        there = self._player.number == place and self._lessons.shows_all
        self._seen = self._seen + 1 if there else 0
        return self._seen >= _SETTLED

    def caption(self) -> str:
        """The page's text, its question, and what is told once it has been answered."""
        return self._lessons.page_text()

    def go_back(self) -> None:
        """Turn to the page that was shown."""
        self._player.go_to(self._before)
