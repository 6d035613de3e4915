"""Exercise 03 in torch: sinusoidal positional encoding (Vaswani et al., 2017)."""
import torch


def positional_encoding(length: int, width: int) -> torch.Tensor:
    position = torch.arange(length, dtype=torch.float32)[:, None]  # [length, 1]
    frequency = torch.exp(-torch.log(torch.tensor(10000.0)) * torch.arange(0, width, 2) / width)  # [width / 2]
    angles = position * frequency  # [length, width / 2]
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)  # [length, width]


def similarity(encoding: torch.Tensor, distance: int) -> torch.Tensor:
    return (encoding[: len(encoding) - distance] * encoding[distance:]).sum(-1)
