import math

import pytest
import torch
from positions import positional_encoding, similarity


@pytest.mark.parametrize("length,width", [(1, 2), (7, 8), (64, 32)])
def test_shape(length, width):
    assert positional_encoding(length, width).shape == (length, width)


@pytest.mark.parametrize("length,width", [(5, 4), (33, 16)])
def test_values(length, width):
    got = positional_encoding(length, width)
    for t in range(length):
        for i in range(width // 2):
            angle = t / 10000 ** (2 * i / width)
            assert got[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-4)
            assert got[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-4)


@pytest.mark.parametrize("distance", [0, 1, 5])
def test_similarity_depends_on_distance_only(distance):
    of = similarity(positional_encoding(64, 32), distance)
    assert torch.allclose(of, of[0].expand_as(of), atol=1e-3)


def test_similarity_is_largest_at_distance_zero():
    encoding = positional_encoding(64, 32)
    assert similarity(encoding, 0)[0] > similarity(encoding, 3)[0]
