"""What one call of the command line costs, and how cost grows with length.

    bench/run.sh startup [--model default] [--runs 20] [--name startup]

- process start to first byte of output, the compiled model being in the cache; beside it the peer's start to first result;
- peak resident memory of `pith compress` on 10,000 tokens;
- wall and CPU time from 10,000 to 200,000 tokens: linear if the time per token stays the same;
- share of the wall time outside the network's forward pass.
Result: bench/results/startup.json and the tables of bench/README.md.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

from harness import machine, models, report, texts, workers

RATE = 0.33
LENGTHS = (10_000, 20_000, 50_000, 100_000, 200_000)


def run_once(command):
    """Wall ms to the first byte and to the end, CPU ms, peak resident bytes of one process; its output is read and dropped."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    first = process.stdout.read(1)
    first_ms = (time.perf_counter() - started) * 1e3
    rest = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or not first:
        raise SystemExit(f"{pathlib.Path(command[0]).name} failed with status {process.returncode}")
    return {"first_byte_ms": first_ms, "wall_ms": (time.perf_counter() - started) * 1e3,
            "cpu_ms": (usage.ru_utime + usage.ru_stime) * 1e3, "peak_rss_bytes": usage.ru_maxrss * 1024, "n_bytes": 1 + len(rest)}


def spread_of(samples):
    return {key: report.spread([sample[key] for sample in samples]) for key in samples[0]}


def peer_start(path, threads):
    """Process start to first result of the Python package (one run: seconds)."""
    started = time.perf_counter()
    with workers.llmlingua(models.minilm(), threads, 50) as peer:
        peer.ask(file=str(path), rate=RATE, text=False)
        return (time.perf_counter() - started) * 1e3


def growth(build, model, threads, paths, n_rounds):
    cells = {}
    with workers.pith(build / "bin", model, threads) as worker:
        worker.ask(file=str(paths[LENGTHS[0]]), rate=RATE, text=False)  # warm
        for n_tokens, path in paths.items():
            answers = [worker.ask(file=str(path), rate=RATE, text=False) for _ in range(n_rounds)]
            cells[str(n_tokens)] = {
                "wall_ms": report.spread([answer["wall_ms"] for answer in answers]),
                "cpu_ms": report.spread([answer["cpu_ms"] for answer in answers]),
                "outside_forward": report.spread([1 - a["timings_ms"]["score"] / a["timings_ms"]["total"] for a in answers]),
                "peak_rss_bytes": max(answer["peak_rss_bytes"] for answer in answers), "timings_ms": answers[-1]["timings_ms"]}
    return cells


def cli_table(result):
    rows = [(name, f"{value['first_byte_ms']['median']:.0f}", f"{value['first_byte_ms']['min']:.0f}–{value['first_byte_ms']['max']:.0f}",
             f"{value['cpu_ms']['median']:.0f}", report.megabytes(value["peak_rss_bytes"]["max"])) for name, value in result["cli"].items()]
    rows.append(("llmlingua: process start to first result, 500 tokens", f"{result['peer_start_ms']:.0f}", "one run", "", ""))
    return report.table(("one process", "first byte, ms, median", "min–max", "CPU ms", "peak MB"), rows)


def growth_table(cells):
    rows = [(f"{int(n_tokens):,}", report.seconds(cell["wall_ms"]["median"]),
             f"{report.seconds(cell['wall_ms']['min'])}–{report.seconds(cell['wall_ms']['max'])}", report.seconds(cell["cpu_ms"]["median"]),
             f"{cell['wall_ms']['median'] / int(n_tokens) * 1e3:.1f}", f"{cell['outside_forward']['median']:.1%}",
             report.megabytes(cell["peak_rss_bytes"])) for n_tokens, cell in cells.items()]
    return report.table(("tokens", "wall s, median", "min–max", "CPU s", "µs a token", "outside the network", "peak MB"), rows, left=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="folder; default: models/default, else the MiniLM golden model")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="startup", help="result file; tables are written for the default one only")
    arguments = parser.parse_args()
    model = arguments.model or models.default() or models.minilm()
    pith = str(arguments.build / "bin/pith")
    result = {"machine": machine.describe(arguments.build, arguments.threads), "rate": RATE,
              "model": pathlib.Path(model).name, "weights_sha256": models.sha256_of_weights(pathlib.Path(model)), "cli": {}}
    with tempfile.TemporaryDirectory() as folder:
        paths = texts.write_lengths(pathlib.Path(folder), (500,) + LENGTHS)
        for n_tokens in (500, 10_000):
            command = [pith, "compress", str(paths[n_tokens]), "--rate", str(RATE), "--model", str(model)]
            run_once(command)  # fills the cache of compiled models
            samples = [run_once(command) for _ in range(arguments.runs)]
            result["cli"][f"pith compress, {n_tokens:,} tokens"] = spread_of(samples)
        result["peer_start_ms"] = peer_start(paths[500], arguments.threads)
        result["growth"] = growth(arguments.build, model, arguments.threads, {n: paths[n] for n in LENGTHS}, arguments.rounds)
    report.save(arguments.name, result)
    rendered = cli_table(result), growth_table(result["growth"])
    print(*rendered, sep="\n\n")
    if arguments.name == "startup":
        report.render("startup", rendered[0])
        report.render("growth", rendered[1])


if __name__ == "__main__":
    main()
