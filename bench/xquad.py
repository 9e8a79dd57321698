"""Compression in 12 languages: every paragraph of XQuAD at rates 0.5 and 0.33, Pith beside the Python package llmlingua.

    bench/run.sh xquad [--stride 1] [--peer-stride 8] [--name xquad]

For every text of Pith the promises of its README are checked anew by this script, with tiktoken as the judge of the budget; the
first broken one ends the run. An answer counts as kept if it stands in the compressed paragraph; both are compared without
case, accents, white space and punctuation, so that a model whose tokenizer removes them is not judged by that. The texts are
shared/data/xquad (XQuAD, CC BY-SA 4.0), and both sides use the weights of models/default, whose training data is English.
llmlingua, which is slower, gets every eighth paragraph; the column "of the same" has Pith on those.
Result: bench/results/xquad.json and the table of bench/README.md.
"""
import argparse
import collections
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import unicodedata

from harness import machine, models, report, texts, workers

LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "ro": "Romanian", "el": "Greek", "ru": "Russian", "tr": "Turkish",
             "ar": "Arabic", "vi": "Vietnamese", "th": "Thai", "zh": "Chinese", "hi": "Hindi"}
RATES = (0.5, 0.33)
DATA = pathlib.Path(os.environ.get("PITH_SHARED", machine.ROOT.parent / "shared")) / "data/xquad"
PITH, PITH_SAME, PEER = "Pith", "Pith, the peer's texts", "llmlingua"


def paragraphs(language, stride):
    """[(text, [answers])] of a language, every `stride`-th."""
    answers = collections.defaultdict(list)
    with gzip.open(DATA / f"{language}.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            answers[row["context"]].append(row["answer"])
    return list(answers.items())[::stride]


def folded(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c)[0] in "LN")


def n_answers_kept(answers, compressed):
    text = folded(compressed)
    return sum(folded(answer) in text for answer in answers)


def broken_promise(text, rate, result, encoding):
    """What the result breaks, or None."""
    source, out = text.encode("utf-8"), result["compressed_prompt"].encode("utf-8")
    at = last_end = 0
    for begin, end in result["spans"][0]:
        if not last_end <= begin < end <= len(source):
            return "spans ascend, are disjoint and lie in the text"
        last_end = end
        if not out.startswith(source[begin:end], at):
            if out[at:at + 1] != b" " or not out.startswith(source[begin:end], at + 1):
                return "the text is the spans with at most one space between two"
            at += 1
        at += end - begin
    if at != len(out):
        return "nothing follows the last span"
    try:
        out.decode("utf-8")
    except UnicodeDecodeError:
        return "no character is split"
    n_origin, n_kept = (len(encoding.encode_ordinary(t)) for t in (text, result["compressed_prompt"]))
    if (n_origin, n_kept) != (result["origin_tokens"], result["compressed_tokens"]):
        return "tokens are counted as tiktoken counts them"
    if n_kept > int(rate * n_origin + 1e-9):
        return "the result is within the budget"
    if text[:1] and unicodedata.combining(result["compressed_prompt"][:1] or " "):
        return "no combining mark is cut off its letter"
    return None


def kept_characters(text, spans):
    """Places of the characters in the spans, but for white space, of which a shorter text may need another piece."""
    source = text.encode("utf-8")
    places = set()
    for begin, end in spans:
        n_before = len(source[:begin].decode("utf-8"))
        kept = source[begin:end].decode("utf-8")
        places.update(n_before + i for i, c in enumerate(kept) if not c.isspace())
    return places


def run_pith(binary, chosen, folder):
    """{(language, rate): [result]} from one `pith batch`."""
    requests, answers = folder / "requests.jsonl", folder / "results.jsonl"
    with open(requests, "w", encoding="utf-8") as file:
        for language, rows in chosen.items():
            for number, (text, _) in enumerate(rows):
                for rate in RATES:
                    file.write(json.dumps({"id": f"{language} {number} {rate}", "context": text, "rate": rate}) + "\n")
    subprocess.run([binary, "batch", requests, "-o", answers], check=True)
    results = collections.defaultdict(list)
    for row in map(json.loads, open(answers, encoding="utf-8")):
        language, number, rate = row["id"].split()
        if "error" in row:
            raise SystemExit(f"{row['id']}: {row['error']}")
        results[language, float(rate)].append(row)
    return results


def check_pith(chosen, results, encoding):
    n_checked = 0
    for language, rows in chosen.items():
        for number, (text, _) in enumerate(rows):
            for rate in RATES:
                result = results[language, rate][number]
                if broken := broken_promise(text, rate, result, encoding):
                    raise SystemExit(f"{result['id']}: broken promise: {broken}")
                n_checked += 1
            low, high = (kept_characters(text, results[language, rate][number]["spans"][0]) for rate in sorted(RATES))
            if not low <= high:
                raise SystemExit(f"{language} {number}: broken promise: a lower rate keeps a subset")
    return n_checked


def summary_of(rows, kept_texts, encoding):
    rates, n_kept, n_answers, n_failed = [], 0, 0, 0
    for (text, answers), kept in zip(rows, kept_texts):
        n_answers += len(answers)
        if kept is None:
            n_failed += 1
            continue
        n_kept += n_answers_kept(answers, kept)
        rates.append(len(encoding.encode_ordinary(kept)) / len(encoding.encode_ordinary(text)))
    return {"texts": len(rows), "failed": n_failed, "answers": n_answers, "answers_kept": n_kept,
            "rate": report.spread(rates), "mean_rate": statistics.fmean(rates)}


def run_peer(model, threads, chosen, stride, folder):
    kept = collections.defaultdict(list)
    path = folder / "text.txt"
    with workers.llmlingua(model, threads, 8) as peer:
        for language, rows in chosen.items():
            for text, _ in rows[::stride]:
                path.write_bytes(text.encode("utf-8"))
                for rate in RATES:
                    try:
                        kept[language, rate].append(peer.ask(file=str(path), rate=rate)["text"])
                    except workers.WorkerError as error:
                        if "ended with status" in str(error):
                            raise
                        kept[language, rate].append(None)  # it raises on texts without a word its model knows
    return kept


def table(summary):
    rows = []
    for language, name in LANGUAGES.items():
        for rate in RATES:
            pith, same, peer = (summary[who][f"{language} {rate}"] for who in (PITH, PITH_SAME, PEER))
            failed = f" ({peer['failed']} failed)" if peer["failed"] else ""
            rows.append((name, rate, share_kept(pith), achieved(pith), share_kept(same), share_kept(peer) + failed, achieved(peer)))
    return report.table(("language", "asked", "Pith: answers kept", "achieved", "of the same", "llmlingua: answers kept", "achieved"),
                        rows)


def share_kept(s):
    return f"{s['answers_kept'] / s['answers']:.1%}"


def achieved(s):
    return f"{s['mean_rate']:.3f} ({s['rate']['min']:.2f}–{s['rate']['max']:.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stride", type=int, default=1, help="take every so many paragraphs")
    parser.add_argument("--peer-stride", type=int, default=8, help="of these, the peer gets every so many")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--name", default="xquad", help="result file; the table is written for the default one only")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA}: not here; set PITH_SHARED to the folder that holds data/xquad")
    chosen = {language: paragraphs(language, arguments.stride) for language in LANGUAGES}
    o200k, cl100k = texts.encoding("o200k_base"), texts.encoding("cl100k_base")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results = run_pith(arguments.build / "bin/pith", chosen, folder)
        n_checked = check_pith(chosen, results, o200k)
        peer = run_peer(models.default_f32(), arguments.threads, chosen, arguments.peer_stride, folder)
    summary = {PITH: {}, PITH_SAME: {}, PEER: {}}
    every = slice(None, None, arguments.peer_stride)
    for language, rows in chosen.items():
        for rate in RATES:
            key = f"{language} {rate}"
            kept = [result["compressed_prompt"] for result in results[language, rate]]
            summary[PITH][key] = summary_of(rows, kept, o200k)
            summary[PITH_SAME][key] = summary_of(rows[every], kept[every], o200k)
            summary[PEER][key] = summary_of(rows[every], peer[language, rate], cl100k)
    rendered = f"{table(summary)}\n\nPith's promises held for {n_checked:,} of {n_checked:,} texts."
    print(rendered)
    report.save(arguments.name, {"machine": machine.describe(arguments.build, arguments.threads), "model": "default",
                                 "weights_sha256": models.sha256_of_weights(models.default()), "stride": arguments.stride, "peer_stride": arguments.peer_stride,
                                 "texts_checked": n_checked, "summary": summary})
    if arguments.name == "xquad":
        report.render("xquad", rendered)


if __name__ == "__main__":
    main()
