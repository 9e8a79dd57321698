"""How well the asked rate is met: 100 real texts x 5 rates, Pith beside the Python package llmlingua on the same weights.

    bench/run.sh rate [--texts 100] [--name rate]

Both are judged by tiktoken's count of the text they returned: Pith in o200k_base, its default, llmlingua in cl100k_base, the only
one it knows. Result: bench/results/rate.json and the table of bench/README.md.
"""
import argparse
import os
import pathlib
import statistics
import tempfile

from harness import machine, models, report, texts, workers

RATES = (0.2, 0.33, 0.5, 0.7, 0.9)
MIN_TOKENS = 200
PITH, PEER = "Pith (o200k_base)", "llmlingua (cl100k_base)"


def measure(name, worker, paths, encoding):
    rows = []
    for text_id, path in paths.items():
        n_tokens = len(encoding.encode_ordinary(path.read_bytes().decode("utf-8")))
        if n_tokens < MIN_TOKENS:
            raise SystemExit(f"{text_id} has only {n_tokens} tokens")
        for rate in RATES:
            answer = worker.ask(file=str(path), rate=rate)
            n_kept = len(encoding.encode_ordinary(answer["text"]))
            rows.append({"text": text_id, "who": name, "asked": rate, "of": n_tokens, "kept": n_kept, "achieved": n_kept / n_tokens,
                         "reported": [answer["origin_tokens"], answer["compressed_tokens"]]})
    return rows


def statistics_of(rows):
    errors = [row["achieved"] - row["asked"] for row in rows]
    return {"n": len(rows), "mean_error": statistics.fmean(errors), "mean_absolute_error": statistics.fmean(map(abs, errors)),
            "lowest": min(row["achieved"] for row in rows), "highest": max(row["achieved"] for row in rows),
            "within_0.01": sum(abs(error) <= 0.01 for error in errors),
            "within_1_percent_of_asked": sum(abs(row["achieved"] / row["asked"] - 1) <= 0.01 for row in rows),
            # Above the budget in whole tokens, floor(asked * origin): no rounding is in this.
            "above": sum(row["kept"] > int(row["asked"] * row["of"] + 1e-9) for row in rows)}


def summarise(rows):
    names = list(dict.fromkeys(row["who"] for row in rows))
    return {who: {str(rate): statistics_of([row for row in rows if row["who"] == who and row["asked"] == rate]) for rate in RATES}
            | {"all": statistics_of([row for row in rows if row["who"] == who])} for who in names}


def table(summary):
    rows = []
    for who, by_rate in summary.items():
        for rate, value in by_rate.items():
            rows.append((who, rate, f"{value['lowest']:.3f}–{value['highest']:.3f}" if rate != "all" else "",
                         f"{value['mean_absolute_error']:.4f}", f"{value['within_0.01']} of {value['n']}",
                         f"{value['within_1_percent_of_asked']} of {value['n']}", value["above"]))
    return report.table(("", "asked", "achieved", "mean error", "within 0.01", "within 1 % of asked", "above the budget"), rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="rate", help="result file; the table is written for the default one only")
    arguments = parser.parse_args()
    chosen = texts.many_texts()[:: max(1, 100 // arguments.texts)]
    model = models.minilm()
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for text in chosen:
            paths[text["id"]] = pathlib.Path(folder) / text["id"]
            paths[text["id"]].write_bytes(text["text"].encode("utf-8"))
        with workers.pith(arguments.build / "bin", model, arguments.threads) as pith:
            rows = measure(PITH, pith, paths, texts.encoding("o200k_base"))
        with workers.llmlingua(model, arguments.threads, 50) as peer:
            rows += measure(PEER, peer, paths, texts.encoding("cl100k_base"))
    lengths = [row["of"] for row in rows if row["who"] == PITH and row["asked"] == RATES[0]]
    summary = summarise(rows)
    result = {"machine": machine.describe(arguments.build, arguments.threads), "model": "minilm",
              "weights_sha256": models.sha256_of_weights(model), "n_texts": len(chosen),
              "text_tokens": report.spread(lengths), "summary": summary, "rows": rows}
    report.save(arguments.name, result)
    rendered = table(summary)
    print(rendered)
    if arguments.name == "rate":
        report.render("rate", rendered)


if __name__ == "__main__":
    main()
