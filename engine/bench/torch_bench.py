"""Steps of training (README.md) in PyTorch on the CPU, in one thread: prints {"version": ..., "blas": name,
"training_sgd_128": {"cpu_time": milliseconds a step, "loss": after the first steps}, ...}.

As its users write it, but for gradients that are set to none, not to 0, between steps. `foreach` optimisers are no
faster here.
"""

import json
import math
import time

import torch
from torch import nn

INPUT_WIDTH, DEPTH, CLASSES, BATCH, STEPS = 784, 30, 2, 100, 20
SIGMA_W2, SIGMA_B2 = 1.98, 0.1
TIMED = {128: 40, 1000: 4}
OPTIMISERS = {
    "sgd": lambda parameters, _: torch.optim.SGD(parameters, lr=2e-3),
    "adam": lambda parameters, width: torch.optim.Adam(parameters, lr=2.5e-2 / width),
}


def network(width):
    sizes = [INPUT_WIDTH] + DEPTH * [width] + [CLASSES]
    layers = []
    for inputs, units in zip(sizes, sizes[1:]):
        linear = nn.Linear(inputs, units)
        nn.init.normal_(linear.weight, 0.0, math.sqrt(SIGMA_W2 / inputs))
        nn.init.normal_(linear.bias, 0.0, math.sqrt(SIGMA_B2))
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def run(make_optimiser, width):
    model = network(width)
    optimiser = make_optimiser(model.parameters(), width)
    cross_entropy = nn.CrossEntropyLoss()
    inputs = torch.randn(BATCH, INPUT_WIDTH)
    labels = torch.arange(BATCH) % CLASSES

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = cross_entropy(model(inputs), labels)
        loss.backward()
        optimiser.step()
        return loss

    for _ in range(STEPS):
        loss = step().item()
    start = time.process_time()
    for _ in range(TIMED[width]):
        step()
    return {"cpu_time": 1e3 * (time.process_time() - start) / TIMED[width], "loss": loss}


def blas():
    """The BLAS that products run on, which decides how fast this peer is."""
    with open("/proc/self/maps") as maps:
        text = maps.read()
    return next((name for name in ("openblas", "mkl", "blis", "atlas") if name in text), "unknown blas")


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    jobs = {f"training_{name}_{width}": run(make, width)
            for name, make in OPTIMISERS.items() for width in TIMED}
    print(json.dumps({"version": torch.__version__, "blas": blas(), **jobs}))


if __name__ == "__main__":
    main()
