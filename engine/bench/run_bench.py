"""Runs the benchmarks and their peers in turns and writes bench.json (README.md)."""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
MAIN_JOB = "forward and moments, relu, width 1000, depth 100, 100 inputs"
FIELD_PROGRAM = "numpy float64 np.random.normal"
# Of the benchmark: sampler, target, multiplications with an addition that its products take at least.
SAMPLERS = {"main_job": ("dense", 15.0, 1000 * 1000 * 100 * 100),
            "main_job_gram": ("gram", 120.0, 2 * (100 * 101 // 2) * 1000 * 100)}
NORMALS_TARGETS = {"avx512": 12.0, "avx2": 6.0}
LAYER = "random dense layer 1000 x 1000, {} inputs"
LAYER_TARGETS = {"100": 0.6, "1024": 0.85}  # by the number of inputs, of sgemm alone
ARCHS = ("avx512", "avx2", "baseline")
BACKWARD = "gradients and their quantiles, forward included, relu, width 1000, depth 20, 100 inputs"
BACKWARD_TARGET = 1 / 2.5
VANISHING = "forward and moments, tanh, ordered (sigma_w2 = 0.5), width 300, depth 300, 100 inputs"
VANISHING_TARGET = 1 / 2
MEMORY = "memory of the Gram sampler, width 100000, 100 inputs"
MEMORY_TARGET = 2**20
CORRELATION_TOLERANCE = 0.01
EDGE = "edge of chaos at sigma_b2 = 0.1, tanh"
EDGE_SIGMA_B2 = "0.1"
EDGE_TARGET = 2000.0
ROUNDING = 2e-15
MAP = "phase map of 256 x 256 points, tanh"
MAP_TARGET = 60.0
MAP_WASM_TARGET = 150.0
KERNEL = "kernel recursion, relu, depth 100, 1000 inputs"
KERNEL_TARGET = 500.0
WASM = os.path.join(HERE, "..", "..", "wasm")
MAP_IN_NODE = os.path.join(WASM, "scripts", "phase-map.mjs")
WASM_RUNNERS = {"Node.js": "node.js", "Chromium": "chromium.js"}
WASM_JOBS = {  # key of the runners' reports: name, function of the peer, target
    "normals": ("standard normals", "randomNormal", 10.0),
    "layer": ("random dense layer, relu, width 1000, 100 inputs", "randomNormal, matMul, relu", 4.0),
    "ensemble": ("3 networks, forward and moments, relu, width 1000, depth 20, 100 inputs",
                 "randomNormal, matMul, moments, relu", None),
}
REFERENCE = os.path.join(HERE, "..", "..", "tests", "reference", "edge_of_chaos.csv")


def capture(command):
    run = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"bench: {command[0]} failed with status {run.returncode}")
    return json.loads(run.stdout)


def google_benchmark(program):
    report = capture([program, "--benchmark_format=json", "--benchmark_min_time=0.15"])
    return report["context"], {b["name"].removesuffix("/iterations:1"): b for b in report["benchmarks"]}


def python_with_scipy():
    candidates = [sys.executable, "/usr/bin/python3", "python3"]
    for python in candidates:
        probe = [python, "-c", "import numpy, scipy"]
        if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return python
    sys.exit("bench: no Python with NumPy and SciPy among " + ", ".join(candidates)
             + "; install python3-numpy and python3-scipy")


def reference_edge():
    with open(REFERENCE, newline="", encoding="utf-8") as table:
        return next(
            (float(row["sigma_w2"]), float(row["q"]))
            for row in csv.DictReader(table)
            if (row["activation"], row["sigma_b2"]) == ("tanh", EDGE_SIGMA_B2)
        )


def edge_error(point):
    """The larger relative error of sigma_w2 and q."""
    sigma_w2, q = reference_edge()
    return max(abs(point["sigma_w2"] / sigma_w2 - 1), abs(point["q"] / q - 1))


def wasm_round():
    """Reports of wasm/bench/compare.js: milliseconds and result of every job, of igb and of TensorFlow.js."""
    return {runtime: capture(["node", os.path.join(WASM, "bench", runner)])
            for runtime, runner in WASM_RUNNERS.items()}


def one_round(args, python):
    """One run of everything; times in ms of CPU time, of WebAssembly by the clock; rates in 1/s."""
    context, igb = google_benchmark(args.igb)
    kernels_context, kernels = google_benchmark(args.kernels)
    _, eigen = google_benchmark(args.eigen)
    numpy = {v: capture([python, os.path.join(HERE, "numpy_bench.py"), v]) for v in ("float64", "float32")}
    scipy = capture([python, os.path.join(HERE, "scipy_bench.py"), EDGE_SIGMA_B2])
    peers = {
        f"{FIELD_PROGRAM}, {numpy['float64']['blas']}": numpy["float64"],
        f"numpy float32 default_rng, {numpy['float32']['blas']}": numpy["float32"],
        "eigen float32 mt19937": eigen["main_job_eigen"],
    }
    jobs = {**{name: igb[name] for name in SAMPLERS}, **peers}
    result = {
        "arch": context["igb_target"],
        "openblas": kernels_context["openblas"],
        "peers": list(peers),
        "jobs": {name: job["cpu_time"] for name, job in jobs.items()},
        "c": {name: job["c"] for name, job in jobs.items()},
        "rates": {name: job["items_per_second"] for name, job in kernels.items()},
        "times": {name: job["cpu_time"] for name, job in igb.items()},
        "gram_bytes": igb["gram_memory"]["bytes"],
        "edge": {"igb": igb["edge_of_chaos"], "scipy": scipy},
    }
    if args.native:
        return result
    return {**result, "map_wasm": capture(["node", MAP_IN_NODE])["time"], "wasm": wasm_round()}


def check_same_work(rounds):
    """The mean correlation after the last hidden layer is a number all programs must agree on."""
    check_correlations([r["c"] for r in rounds])
    for runtime in WASM_RUNNERS if "wasm" in rounds[0] else ():
        ensembles = [r["wasm"][runtime]["ensemble"] for r in rounds]
        check_correlations([{side: e[side]["result"] for side in e} for e in ensembles])


def check_correlations(rounds):
    values = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
    if max(values.values()) - min(values.values()) > CORRELATION_TOLERANCE:
        sys.exit(f"bench: the programs disagree on the correlation of the last hidden layer: {values}")


def spread(values):
    """Interquartile range relative to the median."""
    if len(values) < 2:
        return None
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / median


def entry(name, unit, values, peer, peer_values, ratios, target, arch):
    ratio = statistics.median(ratios)
    return {
        "name": name,
        "value": statistics.median(values),
        "unit": unit,
        "peer": peer,
        "peer_value": statistics.median(peer_values),
        "ratio": ratio,
        "target": target,
        "met": None if target is None else ratio >= target,
        "arch": arch,
        "spread": spread(values),
        "peer_spread": spread(peer_values),
        "rounds": len(values),
    }


def edge_entries(rounds, arch):
    """Against the search of the peer, and against a single of its trials."""
    ours = [r["edge"]["igb"]["cpu_time"] for r in rounds]
    scipy = rounds[0]["edge"]["scipy"]
    errors = {"error": edge_error(rounds[0]["edge"]["igb"]), "peer_error": edge_error(scipy)}
    for key, peer in (
        ("cpu_time", f"scipy quad, {scipy['trials']} trials of 1000 iterations, brentq"),
        ("trial_time", "scipy quad, one of these trials"),
    ):
        theirs = [r["edge"]["scipy"][key] for r in rounds]
        ratios = [b / a for a, b in zip(ours, theirs)]
        result = entry(EDGE, "ms", ours, peer, theirs, ratios, EDGE_TARGET, arch)
        result["met"] = result["met"] and errors["error"] <= max(errors["peer_error"], ROUNDING)
        yield {**result, **errors}


def limit_entry(name, values, target, arch, unit="ms"):
    """A value without a peer, to stay below its target."""
    value = statistics.median(values)
    return {"name": name, "value": value, "unit": unit, "peer": None, "peer_value": None, "ratio": None,
            "target": target, "met": value <= target, "arch": arch, "spread": spread(values),
            "peer_spread": None, "rounds": len(values)}


def time_entry(name, ours, peer, theirs, target, arch):
    return entry(name, "ms", ours, peer, theirs, [b / a for a, b in zip(ours, theirs)], target, arch)


def rate_entry(name, ours, peer, theirs, target, arch):
    return entry(name, "1/s", ours, peer, theirs, [a / b for a, b in zip(ours, theirs)], target, arch)


def ensemble_entries(rounds, arch):
    """The main job by both samplers against every peer."""
    peak = f"fma_peak/{arch}"
    for benchmark, (sampler, field_target, products) in SAMPLERS.items():
        ours = [r["jobs"][benchmark] for r in rounds]
        for peer in rounds[0]["peers"]:
            theirs = [r["jobs"][peer] for r in rounds]
            target = field_target if peer.startswith(FIELD_PROGRAM) else None
            result = time_entry(f"{MAIN_JOB}, {sampler}", ours, peer, theirs, target, arch)
            if peak in rounds[0]["rates"]:
                result["limit"] = statistics.median(
                    time / (1e3 * products / r["rates"][peak]) for time, r in zip(theirs, rounds))
            yield result


def kernel_entries(rounds):
    """Normals and single layers, instruction set after instruction set, fastest first."""
    def rates(name):
        return [r["rates"][name] for r in rounds]

    known = rounds[0]["rates"]
    for arch in (arch for arch in ARCHS if f"normals/{arch}" in known):
        ours = rates(f"normals/{arch}")
        yield rate_entry("standard normals", ours, "std::normal_distribution<float> mt19937",
                         rates("normals/std"), NORMALS_TARGETS.get(arch), arch)
        yield rate_entry("standard normals", ours, "ziggurat of Marsaglia and Tsang",
                         rates("normals/ziggurat"), None, arch)
        for inputs, target in LAYER_TARGETS.items():
            yield from layer_entries(rates, arch, inputs, target, f"OpenBLAS sgemm ({rounds[0]['openblas']})")


def layer_entries(rates, arch, inputs, target, sgemm):
    name = LAYER.format(inputs)
    ours = rates(f"layer/{arch}/{inputs}")
    alone = rates(f"sgemm/{inputs}")
    if arch == "baseline":  # OpenBLAS has wider vectors
        yield rate_entry(name, ours, f"{sgemm}, weights in memory", alone, None, arch)
        return
    yield rate_entry(name, ours, f"{sgemm}, weights in memory", alone, target, arch)
    yield rate_entry(f"{name}, transposed", rates(f"transposed_layer/{arch}/{inputs}"),
                     f"{sgemm}, weights in memory", alone, None, arch)
    for generator, peer in (("igb_normals", "igb::normals"), ("ziggurat", "ziggurat")):
        yield rate_entry(name, ours, f"{peer} into memory, {sgemm}", rates(f"{generator}_sgemm/{inputs}"),
                         None, arch)
    yield rate_entry(name, ours, "multiplications with an addition at the peak of the processor",
                     rates(f"fma_peak/{arch}"), None, arch)


def wasm_entries(rounds):
    """igb against TensorFlow.js, each under Node.js and in Chromium."""
    for runtime in WASM_RUNNERS:
        reports = [r["wasm"][runtime] for r in rounds]
        for key, (name, functions, target) in WASM_JOBS.items():
            ours, theirs = ([r[key][side]["milliseconds"] for r in reports] for side in ("igb", "tfjs"))
            ratios = [b / a for a, b in zip(ours, theirs)]
            unit = "ms"
            if key == "normals":
                unit = "1/s"
                ours, theirs = ([1e3 / time for time in times] for times in (ours, theirs))
            peer = f"TensorFlow.js {reports[0]['tfjs']} wasm {functions}"
            yield entry(name, unit, ours, peer, theirs, ratios, target, f"wasm simd128, {runtime}")


def entries(rounds):
    arch = rounds[0]["arch"]

    def times(name):
        return [r["times"][name] for r in rounds]

    yield from ensemble_entries(rounds, arch)
    yield from kernel_entries(rounds)
    yield time_entry(BACKWARD, times("backward_job"), "forward and moments of the same networks",
                     times("forward_job"), BACKWARD_TARGET, arch)
    yield time_entry(VANISHING, times("ordered_job"), "the same at the edge of chaos",
                     times("critical_job"), VANISHING_TARGET, arch)
    yield limit_entry(MEMORY, [r["gram_bytes"] for r in rounds], MEMORY_TARGET, arch, "bytes")
    yield from edge_entries(rounds, arch)
    yield limit_entry(MAP, times("phase_map"), MAP_TARGET, arch)
    yield limit_entry(KERNEL, times("kernel_recursion"), KERNEL_TARGET, arch)
    if "wasm" in rounds[0]:
        yield limit_entry(MAP, [r["map_wasm"] for r in rounds], MAP_WASM_TARGET, "wasm simd128, Node.js")
        yield from wasm_entries(rounds)


def write_atomically(path, text):
    directory = os.path.dirname(os.path.abspath(path))
    os.makedirs(directory, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=directory, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def percent(value):
    return "" if value is None else f" +-{50 * value:.1f} %"


def show(e):
    goal = "" if e["target"] is None else f"; target {e['target']:g}: {'met' if e['met'] else 'NOT MET'}"
    peer = "" if e["peer"] is None else (
        f", {e['peer']} {e['peer_value']:.4g} {e['unit']}{percent(e['peer_spread'])}: {e['ratio']:.2f} x")
    errors = f"; error {e['error']:.1e}, peer {e['peer_error']:.1e}" if "error" in e else ""
    if "limit" in e:
        errors += f"; products alone at the FMA peak {e['limit']:.1f} x"
    print(f"{e['name']} [{e['arch']}]\n  {e['value']:.4g} {e['unit']}{percent(e['spread'])}{peer}{errors}{goal}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--igb", required=True)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--eigen", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--native", action="store_true", help="leave WebAssembly out")
    args = parser.parse_args()
    python = python_with_scipy()
    rounds = []
    for i in range(args.rounds):
        print(f"bench: round {i + 1} of {args.rounds}", file=sys.stderr)
        rounds.append(one_round(args, python))
    check_same_work(rounds)
    result = list(entries(rounds))
    for e in result:
        show(e)
    write_atomically(args.output, json.dumps(result, indent=1) + "\n")
    print("written: " + args.output)


if __name__ == "__main__":
    main()
