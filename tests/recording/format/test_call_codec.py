"""The arguments of a call as MessagePack has them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_viz.recording.format.call_codec import told_call, understood, understood_call
from backprop_viz.recording.format.codec import Malformed, decoded, encoded
from backprop_viz.recording.format.records import CallRecord
from backprop_viz.recording.trace.calls import Call, TensorPlace, TorchName, changed_leaves

TENSORS = 3
KEYS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.text(max_size=5))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    st.text(max_size=5),
    st.just(...),
    st.integers(0, TENSORS - 1).map(TensorPlace),
    st.builds(TorchName, st.sampled_from(["dtype", "device"]), st.text(max_size=5)),
)
ARGUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(slice, inner, inner, inner),
    ),
    max_leaves=8,
)
CALLS = st.builds(
    Call,
    st.text(max_size=5),
    st.lists(ARGUMENTS, max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=5), ARGUMENTS, max_size=3),
    st.one_of(st.none(), st.binary(max_size=5)),
    st.lists(st.tuples(st.integers(0, TENSORS - 1), st.permutations([0, 1, 2]).map(tuple))).map(
        tuple
    ),
)


@given(CALLS)
def test_a_call_comes_back_from_its_bytes_as_it_was(call: Call) -> None:
    back = understood_call(decoded(encoded(told_call(call)), CallRecord), TENSORS)
    assert back == call
    # A list is no tuple, nor True 1, and slices have no such question.
    assert repr(back) == repr(call)


@given(ARGUMENTS)
def test_leaves_changed_to_themselves_leave_all_as_it_is(argument: Any) -> None:
    assert repr(changed_leaves(argument, lambda leaf: leaf)) == repr(argument)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["neither"],
        [["tuple"]],
        ["tensor"],
        ["tensor", TENSORS],
        ["tensor", -1],
        ["tensor", "0"],
        ["slice", 1, 2],
        ["dict", [1, 2, 3]],
        ["dict", [["tuple"], 2]],
        ["dtype", 32],
        ["complex", 1, "i"],
        ["list", ["tensor", 7]],
        {"a": 1},
        b"bytes",
    ],
)
def test_what_is_no_argument_is_refused(wrong: Any) -> None:
    with pytest.raises(Malformed, match="argument"):
        understood(msgspec.msgpack.decode(msgspec.msgpack.encode(wrong)), TENSORS)


def test_the_memory_of_what_is_no_tensor_of_the_call_is_refused() -> None:
    for place in (-1, TENSORS):
        with pytest.raises(Malformed, match="memory"):
            understood_call(CallRecord("torch.sin", orders=((place, (0, 1)),)), TENSORS)


def test_an_argument_is_found_by_its_name_or_its_place() -> None:
    call = Call("torch.nn.functional.conv2d", (TensorPlace(0), TensorPlace(1)), {"stride": 2})
    assert call.name == "conv2d"
    assert Call("torch.Tensor.T.__get__").name == "T"
    assert (call.argument("stride", 3), call.argument("padding", 4, 0)) == (2, 0)
    assert (call.place("weight", 1), call.place("bias", 2), call.place("stride", 3)) == (
        1,
        None,
        None,
    )
