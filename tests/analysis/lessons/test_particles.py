"""The particle after a number is the one that a Korean reader would say."""

import pytest

from backprop_viz.analysis.lessons.particles import with_particles


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # 영 일 이 삼 사 오 육 칠 팔 구
        ("0.10이(가)", "0.10이"),
        ("0.1이(가)", "0.1이"),
        ("0.2이(가)", "0.2가"),
        ("3을(를)", "3을"),
        ("0.1904을(를)", "0.1904를"),
        ("1e-05은(는)", "1e-05는"),
        ("16은(는)", "16은"),
        ("7(으)로", "7로"),
        ("8(으)로", "8로"),
        ("9(으)로", "9로"),
        ("6(으)로", "6으로"),
        ("100(으)로", "100으로"),
        ("2와(과) 3와(과)", "2와 3과"),
        ("50%이(가)", "50%가"),
        ("[1, 2, 3]이(가)", "[1, 2, 3]이"),
        ("`None`이(가)", "`None`이"),
        ("`conv1.bias`을(를)", "`conv1.bias`를"),
        ("`grad[0]`이(가)", "`grad[0]`이"),
        ("scale(으)로", "scale로"),
        ("Tensor은(는)", "Tensor는"),
        ("True이(가)", "True가"),
        ("**손실**이(가)", "**손실**이"),
        ("기울기(으)로", "기울기로"),
        ("손실(으)로", "손실로"),
        ("값(으)로", "값으로"),
    ],
)
def test_the_sound_before_chooses(text: str, said: str) -> None:
    assert with_particles(text) == said


def test_other_texts_stay() -> None:
    text = "f(x)는 이(것)과 (a) 을 `b`(c)"
    assert with_particles(text) == text
