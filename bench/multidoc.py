"""Question-aware compression: 500 questions with 20 Wikipedia passages each, one of which has the answer.

    bench/run.sh multidoc [--stride 1] [--peer-stride 10] [--name multidoc]

Each question is compressed with all its passages as contexts, 2, 4 and 8 times, once with the question and once without it, and by
the Python package llmlingua (LLMLingua-2, which has no use for questions) for every tenth. An answer counts as kept if any of the
accepted ones stands in the compressed text, without regard to case; "at best" is the share of questions whose answer stands in
the uncompressed text in that sense. Odd questions tuned the weights of src/compress/relevance.cc, so both halves are reported. The
questions are shared/data/multidoc_qa. With a pulled `minilm` Pith also compares meanings; without it, words alone.
Result: bench/results/multidoc.json and the table of bench/README.md.
"""
import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from harness import machine, models, report, texts, workers

RATES = (0.5, 0.25, 0.125)
DATA = pathlib.Path(os.environ.get("PITH_SHARED", machine.ROOT.parent / "shared")) / "data/multidoc_qa/questions.jsonl.gz"
WITH, WITHOUT, PEER = "Pith with the question", "Pith without it", "llmlingua"


def questions(stride):
    """[(number, question, [context], [answer])], every `stride`-th."""
    rows = []
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        for number, row in enumerate(map(json.loads, file)):
            contexts = [f"{document['title']}\n{document['text']}" for document in row["documents"]]
            rows.append((number, row["question"], contexts, row["answers"]))
    return rows[::stride]


def keeps_answer(answers, text):
    lower = text.lower()
    return any(answer.lower() in lower for answer in answers)


def run_pith(binary, rows, rate, with_question, threads, encoding, folder):
    """The results of one `pith batch` in the order of `rows`, and its warnings; each result is checked against its budget."""
    requests, answers = folder / "requests.jsonl", folder / "results.jsonl"
    with open(requests, "w", encoding="utf-8") as file:
        for number, question, contexts, _ in rows:
            request = {"id": str(number), "context": contexts, "rate": rate} | ({"question": question} if with_question else {})
            file.write(json.dumps(request) + "\n")
    started = time.perf_counter()
    subprocess.run([binary, "batch", requests, "-o", answers, "--threads", str(threads)], check=True)
    wall_s = time.perf_counter() - started
    results, warnings = [], set()
    for (number, _, contexts, _), line in zip(rows, open(answers, encoding="utf-8"), strict=True):
        result = json.loads(line)
        if "error" in result:
            raise SystemExit(f"question {number}: {result['error']}")
        n_origin = len(encoding.encode_ordinary("\n\n".join(contexts)))
        n_kept = len(encoding.encode_ordinary(result["compressed_prompt"]))
        if n_kept > int(rate * n_origin + 1e-9):
            raise SystemExit(f"question {number}: broken promise: {n_kept} tokens of {n_origin} at rate {rate}")
        results.append(result["compressed_prompt"])
        warnings.update(result["warnings"])
    return results, wall_s, sorted(warnings)


def run_peer(model, threads, rows, folder):
    kept, wall_ms = {rate: [] for rate in RATES}, {rate: [] for rate in RATES}
    path = folder / "text.txt"
    with workers.llmlingua(model, threads, 8) as peer:
        for _, _, contexts, _ in rows:
            path.write_bytes("\n\n".join(contexts).encode("utf-8"))
            for rate in RATES:
                answer = peer.ask(file=str(path), rate=rate)
                kept[rate].append(answer["text"])
                wall_ms[rate].append(answer["wall_ms"])
    return kept, wall_ms


def summary_of(rows, kept):
    found = [keeps_answer(row[3], text) for row, text in zip(rows, kept, strict=True)]
    halves = {name: [hit for row, hit in zip(rows, found) if row[0] % 2 == odd] for name, odd in (("odd", 1), ("even", 0))}
    return {"questions": len(rows), "answers_kept": sum(found),
            **{name: {"questions": len(hits), "answers_kept": sum(hits)} for name, hits in halves.items()}}


def share(summary):
    return f"{summary['answers_kept'] / summary['questions']:.1%}" if summary["questions"] else "-"


def table(summary):
    rows = []
    for who, by_rate in summary.items():
        for rate in RATES:
            s = by_rate[str(rate)]
            rows.append((who, f"{1 / rate:.0f}x", s["questions"], share(s), share(s["odd"]), share(s["even"]),
                         f"{s['ms_per_question']:.0f}"))
    return report.table(("", "smaller", "questions", "answers kept", "odd ones", "even ones", "ms a question"), rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stride", type=int, default=1, help="take every so many questions")
    parser.add_argument("--peer-stride", type=int, default=10, help="of these, the peer gets every so many; 0: none")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each batch; the median time is reported")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="multidoc", help="result file; the table is written for the default one only")
    arguments = parser.parse_args()
    if not DATA.is_file():
        raise SystemExit(f"{DATA}: not here; set PITH_SHARED to the folder that holds data/multidoc_qa")
    rows = questions(arguments.stride)
    encoding = texts.encoding("o200k_base")
    summary, warnings = {WITH: {}, WITHOUT: {}}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for who, with_question in ((WITH, True), (WITHOUT, False)):
            for rate in RATES:
                runs = [run_pith(arguments.build / "bin/pith", rows, rate, with_question, arguments.threads, encoding, folder)
                        for _ in range(arguments.repeats)]
                wall_s = statistics.median(run[1] for run in runs)
                summary[who][str(rate)] = summary_of(rows, runs[0][0]) | {"ms_per_question": wall_s * 1e3 / len(rows)}
                warnings[f"{who}, {rate}"] = runs[0][2]
        if arguments.peer_stride:
            peer_rows = rows[::arguments.peer_stride]
            kept, wall_ms = run_peer(models.default_f32(), arguments.threads, peer_rows, folder)
            summary[PEER] = {str(rate): summary_of(peer_rows, kept[rate]) |
                             {"ms_per_question": statistics.median(wall_ms[rate])} for rate in RATES}
    at_best = summary_of(rows, ["\n\n".join(row[2]) for row in rows])
    rendered = f"{table(summary)}\n\nUncompressed, the answer stands in {share(at_best)} of {at_best['questions']} prompts."
    print(rendered)
    report.save(arguments.name, {"machine": machine.describe(arguments.build, arguments.threads), "model": "default",
                                 "weights_sha256": models.sha256_of_weights(models.default()), "stride": arguments.stride,
                                 "peer_stride": arguments.peer_stride, "repeats": arguments.repeats, "at_best": at_best,
                                 "warnings": warnings, "summary": summary})
    if arguments.name == "multidoc":
        report.render("multidoc", rendered)


if __name__ == "__main__":
    main()
