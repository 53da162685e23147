"""Expressions of lessons: arithmetic over what was recorded, and nothing else of Python."""

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.lessons.evidence import EVIDENCE_NAMES, LessonEvidence
from backprop_viz.analysis.lessons.expressions import BadExpression, read_expression


@pytest.fixture(scope="module")
def evidence() -> LessonEvidence:
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    first, second = trainer.record(), trainer.record()
    return LessonEvidence(
        second,
        {1: first, 2: second},
        np.array([first.loss, second.loss]),
        {"name": 2.5},
        {"array": np.arange(3.0)},
    )


def value(text: str, evidence: LessonEvidence) -> object:
    return read_expression(text, EVIDENCE_NAMES).value(evidence.functions())


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "grad.__class__",
        "(1).__class__",
        "[x for x in (1, 2)]",
        "lambda: 1",
        "grad(name='conv1.bias')",
        "grad(*('conv1.bias',))",
        "f'{1}'",
        "x := 1",
        "grads('conv1.bias')",
        "loss",
        "open('/etc/passwd')",
        "b'bytes'",
        "1j",
        "{1: 2}",
        "1 <<",
        "1 << 2",
        "'a' * 3 if 1",
        "(" * 300 + ")" * 300,
        "1 + " * 200 + "1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        read_expression(text, EVIDENCE_NAMES)


def test_a_power_of_whole_numbers_takes_no_memory(evidence: LessonEvidence) -> None:
    assert value("9 ** 9 ** 9 > 1", evidence) is True  # infinity, not a third of a gigabyte


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("2 ** 10", 1024.0),
        ("-7 % 4", 1),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("not 1 == 2 and (1 > 2 or 3 > 2)", True),
        ("'a' in 'bar'", True),
        ("10 if 1 > 2 else 20", 20),
        ("max(1, 5, 3) - min(1, 5, 3)", 4.0),
        ("max(kept('array')) + count(kept('array'))", 5.0),
        ("kept('array')[1:][0]", 1.0),
        ("count_zero(kept('array'))", 1),
        ("answer('name')", 2.5),
        ("all(kept('array') >= 0)", True),
    ],
)
def test_arithmetic(text: str, is_: object, evidence: LessonEvidence) -> None:
    assert value(text, evidence) == is_


def test_names_are_what_torch_computed(evidence: LessonEvidence) -> None:
    plain = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    net = plain.model
    x, target = plain.source.train.images, plain.source.train.targets
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    losses, before, grads = [], [], []
    for _ in range(2):
        net.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x), target)
        loss.backward()
        before.append(net.conv1.weight.detach().clone().double().numpy())
        grads.append(net.conv1.weight.grad.clone().double().numpy())
        losses.append(loss.item())
        optimizer.step()
    assert value("loss(1)", evidence) == losses[0]
    assert value("loss()", evidence) == value("loss(2)", evidence) == losses[1]
    assert value("losses()[-1]", evidence) == losses[1]
    assert np.array_equal(value("grad('conv1.weight', 1)", evidence), grads[0])
    assert np.array_equal(value("grad('conv1.weight', -1)", evidence), grads[0])
    assert np.array_equal(value("grad('conv1.weight')", evidence), grads[1])
    assert np.array_equal(value("before('conv1.weight')", evidence), before[1])
    assert np.array_equal(value("after('conv1.weight', 1)", evidence), before[1])
    assert value("norm(grad('conv1.weight'))", evidence) == pytest.approx(
        float(np.sqrt((grads[1] ** 2).sum())), rel=1e-12
    )
    assert value("parameter_count()", evidence) == sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("grad('conv9.bias')", "no parameter 'conv9.bias'"),
        ("loss(7)", "iteration 7 was not recorded"),
        ("answer('other')", "cannot be computed"),
        ("activation('conv9')", "no layer 'conv9'"),
        ("arrived('Nothing')", "no node 'Nothing'"),
        ("refused_shape(0)", "no operation failed"),
        ("grad('conv1.bias')[9]", "cannot be computed"),
    ],
)
def test_what_is_not_there_is_said(text: str, why: str, evidence: LessonEvidence) -> None:
    with pytest.raises(BadExpression, match=why):
        value(text, evidence)
