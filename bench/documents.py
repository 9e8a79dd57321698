"""Documents of every format: what is shortened stays what it was. Pith beside the Python package llmlingua.

    bench/run.sh documents [--peer-bytes 40000] [--no-peer] [--name documents]

Every file of shared/data/documents is shortened to four rates, and each result judged by parsers that are not Pith's
(harness/document_checks.py): JSON, YAML and XML parse and are a part of the original's tree; CSV keeps its header and whole rows;
HTML its pairs of tags; Markdown its blocks, headings, fences, links and tables; and everywhere spans are faithful and the budget
is kept. A text that breaks a promise is listed and not counted as kept. llmlingua gets the same weights and, as it is slower, only
the smaller files at rate 0.5; its output is not asked for spans, but whether it parses and keeps its form.
Result: bench/results/documents.json and the table of bench/README.md.
"""
import argparse
import os
import pathlib
import statistics
import tempfile

from harness import document_checks, document_runs, machine, models, report, texts, workers

PEER_RATE = 0.5


def judge_pith(documents, results, encoding):
    """[{"name", "category", "rate", "broken", "used", "ms"}]"""
    rows = []
    for name, category, text in documents:
        for rate in document_runs.RATES:
            result = results[name, rate]
            rows.append({"name": name, "category": category, "rate": rate, "formats": result["formats"],
                         "broken": document_checks.broken_promises(name, text, rate, result, encoding),
                         "used": document_checks.share_used(rate, result), "ms": result["timings_ms"]["total"]})
    return rows


def judge_peer(documents, max_bytes, model, threads, folder):
    """[{"name", "category", "parses", "form"}] at PEER_RATE; a text the peer fails on is neither."""
    rows, path = [], folder / "text.txt"
    with workers.llmlingua(model, threads, 8) as peer:
        for name, category, text in documents:
            if len(text.encode("utf-8")) >= max_bytes:
                continue
            path.write_bytes(text.encode("utf-8"))
            row = {"name": name, "category": category, "parses": False}
            try:
                out = peer.ask(file=str(path), rate=PEER_RATE)["text"]
                row |= {"parses": document_checks.parses(name, out), "form": document_checks.form_broken(name, text, out)}
            except workers.WorkerError as error:
                if "ended with status" in str(error):
                    raise
                row["form"] = str(error)
            rows.append(row)
    return rows


def of_peer(rows):
    if not rows:
        return "", ""
    return tuple(f"{sum(kept)} of {len(rows)}" for kept in ([r["parses"] for r in rows], [r["form"] is None for r in rows]))


def table(rows, peer):
    lines = []
    for category in [*dict.fromkeys(row["category"] for row in rows), "all"]:
        chosen, theirs = ([r for r in some if category in ("all", r["category"])] for some in (rows, peer))
        used = [statistics.fmean(r["used"] for r in chosen if r["rate"] == rate) for rate in document_runs.RATES]
        lines.append((category, len(chosen) // len(document_runs.RATES), f"{sum(not r['broken'] for r in chosen)} of {len(chosen)}",
                      *(f"{share:.1%}" for share in used), f"{statistics.median(r['ms'] for r in chosen):.0f}", *of_peer(theirs)))
    return report.table(("kind", "files", "Pith: all promises kept", *(f"used at {rate}" for rate in document_runs.RATES),
                         "ms, median", "llmlingua: still parse", "form kept"), lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-bytes", type=int, default=40000, help="the peer gets smaller files only")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="documents", help="result file; the table is written for the default one only")
    arguments = parser.parse_args()
    if not document_runs.SHARED.is_dir():
        raise SystemExit(f"{document_runs.SHARED}: not here; set PITH_SHARED to the folder that holds data/documents")
    if document_checks.UNAVAILABLE:
        raise SystemExit(f"needs {' and '.join(document_checks.UNAVAILABLE)} to judge")
    documents = document_runs.shared_documents()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results = document_runs.run_pith(arguments.build / "bin/pith", [(name, text) for name, _, text in documents], folder)
        rows = judge_pith(documents, results, texts.encoding("o200k_base"))
        peer = [] if arguments.no_peer else judge_peer(documents, arguments.peer_bytes, models.default_f32(), arguments.threads,
                                                       folder)
    broken = [row for row in rows if row["broken"]]
    rendered = f"{table(rows, peer)}\n\nPith's promises held for {len(rows) - len(broken):,} of {len(rows):,} texts."
    print(rendered)
    for row in broken:
        print(f"{row['name']} at {row['rate']}: {'; '.join(row['broken'])}")
    report.save(arguments.name, {"machine": machine.describe(arguments.build, arguments.threads), "model": "default",
                                 "weights_sha256": models.sha256_of_weights(models.default()), "peer_rate": PEER_RATE,
                                 "peer_bytes": arguments.peer_bytes, "pith": rows, "llmlingua": peer})
    if arguments.name == "documents":
        report.render("documents", rendered)


if __name__ == "__main__":
    main()
