"""The main job (README.md) in NumPy: prints {"cpu_time": milliseconds, "c": mean correlation,
"blas": name}.

float64: as the field's published code does it, np.random.normal and double precision.
float32: the modern generator and single precision.
"""

import json
import sys
import time

import numpy as np

WIDTH, DEPTH, INPUTS, CLASSES, SIGMA_W2 = 1000, 100, 100, 2, 2.0


def legacy_normals(shape, scale):
    return np.random.normal(0.0, scale, shape)


def modern_normals(rng):
    def draw(shape, scale):
        return rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)

    return draw


def measure(h):
    return h.mean(axis=0), h.var(axis=0, ddof=1), np.corrcoef(h)


def run(x, normals):
    scale = np.sqrt(SIGMA_W2 / WIDTH)
    for _ in range(DEPTH):
        h = np.matmul(x, normals((WIDTH, WIDTH), scale))
        moments = measure(h)
        x = np.maximum(h, 0.0)
    measure(np.matmul(x, normals((WIDTH, CLASSES), scale)))
    return moments


def mean_correlation(correlations):
    inputs = len(correlations)
    return (correlations.sum(dtype=float) - inputs) / (inputs * (inputs - 1))


def blas():
    """The BLAS that matmul runs on, which decides how fast this peer is."""
    with open("/proc/self/maps") as maps:
        text = maps.read()
    return next((name for name in ("openblas", "mkl", "blis", "atlas") if name in text), "unknown blas")


def main(variant):
    normals = {"float64": legacy_normals, "float32": modern_normals(np.random.default_rng())}[variant]
    inputs = normals((INPUTS, WIDTH), 1.0)
    start = time.process_time()
    _, _, correlations = run(inputs, normals)
    milliseconds = 1e3 * (time.process_time() - start)
    print(json.dumps({"cpu_time": milliseconds, "c": mean_correlation(correlations), "blas": blas()}))


if __name__ == "__main__":
    main(sys.argv[1])
