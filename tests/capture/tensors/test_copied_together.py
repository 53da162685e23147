import torch

from backprop_viz.capture.tensors.copied_together import copied_together


def test_each_has_its_own_numbers_and_keeps_them() -> None:
    kinds = torch.float32, torch.float64, torch.float16, torch.int64, torch.bool
    shapes = (2, 3), (3, 2), (4,), (), (1, 1, 2)
    numbers = [torch.randn(shape).mul(9) for shape in shapes * 2]
    tensors = [one.to(kind) for kind in kinds for one in numbers]
    before = [tensor.numpy().copy() for tensor in tensors]
    copies = copied_together(tensors)
    found = [one for one in copies if one is not None]
    assert all(one.is_of(tensor) for one, tensor in zip(found, tensors, strict=True))
    for tensor in tensors:
        tensor.copy_(tensor == 0)
    for copied, was, tensor in zip(found, before, tensors, strict=True):
        array = copied.array
        assert (array.dtype, array.shape) == (was.dtype, was.shape)
        assert array.tobytes() == was.tobytes()
        assert not array.flags.writeable
        assert not copied.is_of(tensor)


def test_what_numpy_does_not_have_as_it_is_is_left_to_others() -> None:
    left = [
        torch.randn(2, 3).t(),
        torch.randn(3).to(torch.bfloat16),
        torch.eye(2).to_sparse(),
        torch.randn(3, dtype=torch.complex64),
        torch.randn(2, dtype=torch.complex64).conj().imag,
        torch.empty(0, 3),
        torch.empty(1 << 15),
    ]
    alone = torch.randn(3)
    found = copied_together([*left, alone])
    assert found[:-1] == [None] * len(left)
    assert found[-1] is not None
    assert found[-1].array.tobytes() == alone.numpy().tobytes()
