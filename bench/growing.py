"""A conversation that grows: what a turn costs when everything before it was compressed already.

    bench/run.sh growing [--turns 50] [--turn-tokens 300] [--name growing]

A meeting transcript (shared/data/qmsum, validation part) is cut into turns of about --turn-tokens tokens at line ends. After
each turn the whole conversation is sent again, as clients of chat APIs do, to one `pith batch` that reads from a pipe: with
independent_contexts and what Pith remembers by itself, and with `--score-cache none`. Every answer is checked: it begins with the
answer before it, and both sides agree byte for byte. The table has every fifth turn; the fit is least squares of
milliseconds over (new tokens, all tokens), so its second slope is what the growing rest still costs.
Result: bench/results/growing.json.
"""
import argparse
import gzip
import json
import os
import pathlib
import subprocess
import time

from harness import machine, report, texts

DATA = pathlib.Path(os.environ.get("PITH_SHARED", machine.ROOT.parent / "shared")) / "data/qmsum"


def turns_of(n_turns, turn_tokens, encoding):
    """[(text, n_tokens)], from as many transcripts as it takes."""
    turns, lines, n_tokens = [], [], 0
    with gzip.open(DATA / "val.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            for line in row["transcript"].splitlines():
                lines.append(line)
                n_tokens += len(encoding.encode_ordinary(line))
                # Turns of unlike length, so that what is new can be told apart from what is there already.
                if n_tokens >= turn_tokens * (0.5 + len(turns) * 7 % 10 / 10):
                    turns.append(("\n".join(lines), n_tokens))
                    lines, n_tokens = [], 0
                if len(turns) == n_turns:
                    return turns
    raise SystemExit(f"{DATA}: only {len(turns)} turns; ask for fewer")


class Batch:
    """A long-lived `pith batch` that is asked one line at a time."""

    def __init__(self, binary, threads, *flags):
        self.process = subprocess.Popen([binary, "batch", "-", "-o", "-", "--threads", str(threads), "--jobs", "1", *flags],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def cpu_ms(self):
        """CPU time of the process's threads so far: what a busy machine does not change."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e6

    def ask(self, **request):
        """(answer, milliseconds from the request's first byte to the answer's last, CPU milliseconds)"""
        line = json.dumps(request) + "\n"
        cpu_before = self.cpu_ms()
        begin = time.perf_counter()
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        ms = (time.perf_counter() - begin) * 1e3
        answer = json.loads(answer)
        if "error" in answer:
            raise SystemExit(f"pith batch: {answer['error']}")
        return answer, ms, self.cpu_ms() - cpu_before

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise SystemExit("pith batch failed")


def converse(binary, threads, turns, rate, *flags):
    """[(compressed prompt, ms, CPU ms)] after each turn."""
    batch = Batch(binary, threads, *flags)
    batch.ask(context="The first request loads the model and waits for it.", rate=rate)
    answers = []
    for n in range(1, len(turns) + 1):
        answer, ms, cpu_ms = batch.ask(context=[text for text, _ in turns[:n]], rate=rate, independent_contexts=True)
        if answers and not answer["compressed_prompt"].startswith(answers[-1][0]):
            raise SystemExit(f"turn {n}: broken promise: the prefix keeps its bytes")
        answers.append((answer["compressed_prompt"], ms, cpu_ms))
    batch.close()
    return answers


def fit(rows):
    """ms = a + b * new + c * total by least squares: the normal equations, solved by elimination."""
    points = [((1.0, new, total), ms) for new, total, ms in rows]
    m = [[sum(x[i] * x[j] for x, _ in points) for j in range(3)] + [sum(x[i] * y for x, y in points)] for i in range(3)]
    for i in range(3):
        for k in range(i + 1, 3):
            factor = m[k][i] / m[i][i]
            m[k] = [a - factor * b for a, b in zip(m[k], m[i])]
    out = [0.0] * 3
    for i in reversed(range(3)):
        out[i] = (m[i][3] - sum(m[i][j] * out[j] for j in range(i + 1, 3))) / m[i][i]
    return {"ms": out[0], "ms_per_1000_new": out[1] * 1e3, "ms_per_1000_total": out[2] * 1e3}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--turn-tokens", type=int, default=300)
    parser.add_argument("--rate", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="growing", help="result file")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA}: not here; set PITH_SHARED to the folder that holds data/qmsum")
    turns = turns_of(arguments.turns, arguments.turn_tokens, texts.encoding("o200k_base"))
    binary = arguments.build / "bin/pith"
    remembering = converse(binary, arguments.threads, turns, arguments.rate)
    forgetting = converse(binary, arguments.threads, turns, arguments.rate, "--score-cache", "none")
    if [text for text, *_ in remembering] != [text for text, *_ in forgetting]:
        raise SystemExit("broken promise: what is remembered does not change results")

    rows, n_total = [], 0
    for number, ((_, n_new), (_, ms, cpu_ms), (_, ms_without, cpu_ms_without)) in enumerate(zip(turns, remembering, forgetting), 1):
        n_total += n_new
        rows.append({"turn": number, "total_tokens": n_total, "new_tokens": n_new, "ms": ms, "cpu_ms": cpu_ms,
                     "ms_without": ms_without, "cpu_ms_without": cpu_ms_without})
    shown = [r for r in rows if r["turn"] == 1 or r["turn"] % 5 == 0]
    print(report.table(("turn", "tokens in all", "new tokens", "ms", "CPU ms", "remembering nothing: ms", "CPU ms"),
                       [(r["turn"], f"{r['total_tokens']:,}", r["new_tokens"], f"{r['ms']:.1f}", f"{r['cpu_ms']:.1f}",
                         f"{r['ms_without']:.1f}", f"{r['cpu_ms_without']:.1f}") for r in shown]))
    fits = {}
    for which in ("ms", "cpu_ms", "ms_without", "cpu_ms_without"):
        f = fits[which] = fit([(r["new_tokens"], r["total_tokens"], r[which]) for r in rows])
        print(f"\n{which}: {f['ms']:.1f} ms + {f['ms_per_1000_new']:.1f} ms per 1,000 new tokens + "
              f"{f['ms_per_1000_total']:.2f} ms per 1,000 tokens in all; {sum(r[which] for r in rows) / 1e3:.1f} s for all turns")
    report.save(arguments.name, {"machine": machine.describe(arguments.build, arguments.threads), "rate": arguments.rate,
                                 "rows": rows, "fit": fits})


if __name__ == "__main__":
    main()
