"""A point of the edge of chaos of tanh as the field computes it, in SciPy: for every trial sigma_w2 1000
iterations of q, each integral by `quad`, and a root-find for chi_1 = 1. Prints {"cpu_time": of the whole
search, "trial_time": of a trial, both in milliseconds, "trials", "sigma_w2", "q"}.
"""

import json
import sys
import time

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

ITERATIONS = 1000
BRACKET = (0.5, 5.0)


def gaussian_mean(f, q):
    def integrand(z):
        return np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * f(np.sqrt(q) * z)

    return quad(integrand, -np.inf, np.inf)[0]


def fixed_point(sigma_w2, sigma_b2):
    q = 1.0
    for _ in range(ITERATIONS):
        q = sigma_w2 * gaussian_mean(lambda u: np.tanh(u) ** 2, q) + sigma_b2
    return q


def chi_1(sigma_w2, q):
    return sigma_w2 * gaussian_mean(lambda u: (1 - np.tanh(u) ** 2) ** 2, q)


def main(sigma_b2):
    trials = []

    def excess(sigma_w2):
        trials.append(sigma_w2)
        return chi_1(sigma_w2, fixed_point(sigma_w2, sigma_b2)) - 1

    start = time.process_time()
    sigma_w2 = brentq(excess, *BRACKET)
    q = fixed_point(sigma_w2, sigma_b2)
    milliseconds = 1e3 * (time.process_time() - start)
    print(json.dumps({
        "cpu_time": milliseconds,
        "trial_time": milliseconds / (len(trials) + 1),
        "trials": len(trials),
        "sigma_w2": sigma_w2,
        "q": q,
    }))


if __name__ == "__main__":
    main(float(sys.argv[1]))
