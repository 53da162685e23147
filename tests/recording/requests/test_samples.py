import numpy as np
import pytest

from backprop_viz.recording.requests.samples import (
    Query,
    Scores,
    Sheet,
    choose,
    confusion,
    not_evaluated,
)

LABELS = np.array([3, 1, 3, 9, 1, 3], np.int16)
READ = np.array([3, 7, 1, 9, -1, 3], np.int16)
LOSS = np.array([0.5, 2.0, 3.0, 0.5, np.nan, 0.1], np.float32)
SHEET = Sheet("validation", 1, LABELS, Scores(READ, LOSS), 12)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), [0, 1, 2, 3, 4, 5]),
        (Query(label=3), [0, 2, 5]),
        (Query(predicted=3), [0, 5]),
        (Query(label=3, predicted=1), [2]),
        (Query(correct=True), [0, 3, 5]),
        (Query(correct=False), [1, 2]),
        (Query(order="highest"), [2, 1, 0, 3, 5, 4]),
        (Query(order="lowest"), [5, 0, 3, 1, 2, 4]),
        (Query(label=3, correct=True, order="lowest"), [5, 0]),
        (Query(label=8), []),
    ],
)
def test_a_query_finds_its_samples_in_order(query: Query, found: list[int]) -> None:
    assert choose(SHEET, query).tolist() == found


def test_unread_samples_are_neither_right_nor_wrong() -> None:
    sheet = Sheet("train", 1, LABELS, not_evaluated(len(LABELS)))
    assert choose(sheet, Query(part="train", correct=True)).size == 0
    assert choose(sheet, Query(part="train", correct=False)).size == 0
    assert choose(sheet, Query(part="train", order="highest")).tolist() == list(range(6))
    assert sheet.evaluated.size == 0
    assert not confusion(sheet).any()


def test_the_confusion_matrix_counts_labels_by_row() -> None:
    table = confusion(SHEET)
    assert table.shape == (10, 10)
    assert (table[3, 3], table[1, 7], table[3, 1], table[9, 9]) == (2, 1, 1, 1)
    assert table.sum() == 5


def test_more_classes_make_a_larger_matrix() -> None:
    labels = np.array([0, 11], np.int16)
    scores = Scores(np.array([12, 11], np.int16), np.zeros(2, np.float32))
    table = confusion(Sheet("train", 1, labels, scores, 1))
    assert table.shape == (13, 13)
    assert table[0, 12] == table[11, 11] == 1
