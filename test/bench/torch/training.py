"""The training step of ../training.bench.ts in PyTorch. Prints the milliseconds of each step as JSON: training.py THREADS cpu|cuda SIZES_AS_JSON STEPS"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

threads, device, sizes, steps = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
if device == "cuda" and not torch.cuda.is_available():
    sys.exit("torch finds no GPU")
torch.set_num_threads(threads)
torch.manual_seed(1)
V, T, d, heads, layers, B = (sizes[k] for k in ("vocabulary", "time", "width", "heads", "layers", "batch"))
dim = d // heads


def matrix(*shape):
    return (0.05 * torch.randn(*shape, device=device)).requires_grad_()


def norm():
    return torch.ones(d, device=device, requires_grad=True), torch.zeros(d, device=device, requires_grad=True)


tokens, places, final, head = matrix(V, d), matrix(T, d), norm(), matrix(d, V)
blocks = [
    dict(n1=norm(), qkv=matrix(d, 3 * d), o=matrix(d, d), n2=norm(), f1=matrix(d, 4 * d), b1=torch.zeros(4 * d, device=device, requires_grad=True), f2=matrix(4 * d, d), b2=torch.zeros(d, device=device, requires_grad=True))
    for _ in range(layers)
]
weights = [tokens, places, *final, head]
for w in blocks:
    weights += [*w["n1"], w["qkv"], w["o"], *w["n2"], w["f1"], w["b1"], w["f2"], w["b2"]]
mask = torch.full((T, T), -1e9, device=device).triu(1)


def loss(x, y):
    z = (F.embedding(x, tokens) + places).reshape(B * T, d)
    for w in blocks:
        a = F.layer_norm(z, (d,), *w["n1"], 1e-5)
        q, k, v = (a @ w["qkv"]).reshape(B, T, 3, heads, dim).permute(2, 0, 3, 1, 4).unbind(0)
        s = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(dim) + mask, -1)
        z = z + (s @ v).transpose(1, 2).reshape(B * T, d) @ w["o"]
        b = F.layer_norm(z, (d,), *w["n2"], 1e-5)
        z = z + F.gelu(b @ w["f1"] + w["b1"]) @ w["f2"] + w["b2"]
    return F.cross_entropy(F.layer_norm(z, (d,), *final, 1e-5) @ head, y.reshape(-1))


optimizer = torch.optim.Adam(weights, lr=1e-3, eps=1e-8)
times = []
for step in range(steps + 3):
    x, y = torch.randint(V, (B, T), device=device), torch.randint(V, (B, T), device=device)
    started = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    value = loss(x, y)
    value.backward()
    optimizer.step()
    value.item()
    times.append((time.perf_counter() - started) * 1e3)
a = torch.randn(512, 512, device=device)
products = 5 if device == "cpu" else 500
(a @ a)[0, 0].item()
started = time.perf_counter()
for _ in range(products):
    b = a @ a
b[0, 0].item()
gflops = products * 2 * 512**3 / (time.perf_counter() - started) / 1e9
name = torch.cuda.get_device_name() if device == "cuda" else ""
print(json.dumps(dict(version=torch.__version__, name=name, times=times[len(times) // 3 if device == "cuda" else 3:], gflops=gflops)))
