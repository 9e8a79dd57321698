"""Pith, the Python package llmlingua and llama.cpp on the same weights, texts and machine, taking turns in one run.

    bench/run.sh end_to_end [--models minilm,bert-24x1024,default] [--lengths 500,2000,10000,50000] [--rounds 5]

Answers are checked before anything is timed: Pith in reference mode (f32) must give the peer's text, and in its default mode
(int8) must keep within its budget. Then, per model and length, each contender compresses the same file once a round. Result:
bench/results/end_to_end.json and the tables of bench/README.md (with --name other, only bench/results/other.json). The published
model's exact size is a table of its own: --models xlmr-24x1024 --name xlmr.
"""
import argparse
import contextlib
import os
import pathlib
import tempfile

from harness import checks, forward_pass, machine, models, report, texts, workers

RATE = 0.5
LENGTHS = {"minilm": (500, 2000, 10000, 50000), "bert-24x1024": (500, 2000, 10000),
           "xlmr-24x1024": (500, 2000, 10000), "default": (500, 2000, 10000, 50000)}
TABLES = ("end_to_end", "xlmr")  # of bench/README.md
FORWARD_PASS = ("minilm", "bert-24x1024")  # the models that are converted for llama.cpp's own benchmark tool
PEER_BATCHES = (8, 50)  # chunks per forward pass of the peer; 50 is the library's default. The faster one is used.
MAX_CELL_MS = 120_000   # slow cells get fewer rounds than asked, but at least two
INT8, REFERENCE, PEER = "Pith int8", "Pith f32, reference mode", "llmlingua (PyTorch f32)"


def peer_batch(folder, threads, paths):
    """The peer's fastest batch size, and the times behind the choice."""
    n_tokens = max(n for n in paths if n <= 10000)
    times = {}
    for batch in PEER_BATCHES:
        with workers.llmlingua(folder, threads, batch) as peer:
            peer.ask(file=str(paths[min(paths)]), rate=RATE, text=False)  # warm
            times[batch] = peer.ask(file=str(paths[n_tokens]), rate=RATE, text=False)["wall_ms"]
    return min(times, key=times.get), {str(batch): round(ms) for batch, ms in times.items()}


def summary(answers):
    result = {key: report.spread([answer[key] for answer in answers]) for key in ("wall_ms", "cpu_ms")}
    result["outside_forward"] = report.spread([1 - answer["timings_ms"]["score"] / answer["timings_ms"]["total"] for answer in answers])
    result["peak_rss_bytes"] = max(answer["peak_rss_bytes"] for answer in answers)
    result["timings_ms"] = answers[0]["timings_ms"]
    result.update({key: answers[0][key] for key in ("origin_tokens", "compressed_tokens", "tokenizer")})
    return result


def run_length(contenders, path, max_rounds, encoding):
    """Checks the answers for one text, then times the contenders by turns."""

    def ask(name, **more):
        worker, fields = contenders[name]
        return worker.ask(file=str(path), rate=RATE, **fields, **more)

    answers = {name: ask(name) for name in contenders}
    text = path.read_bytes().decode("utf-8")
    checked = {"budget": checks.within_budget(answers[INT8], text, RATE, encoding)}
    if PEER in answers:
        checked["reference"] = checks.reference_equals_peer(answers[REFERENCE], answers[PEER])
    default_f32 = contenders[REFERENCE][0].ask(file=str(path), rate=RATE)
    checked["int8_words_in_common_with_f32"] = checks.common_words(answers[INT8]["text"], default_f32["text"])

    slowest_ms = max(answer["wall_ms"] for answer in answers.values())
    n_rounds = max(2, min(max_rounds, int(MAX_CELL_MS / slowest_ms)))
    timed = {name: [] for name in contenders}
    for i in range(n_rounds):
        for name in list(contenders)[:: 1 if i % 2 == 0 else -1]:
            timed[name].append(ask(name, text=False))
    return {"checks": checked, "rounds": n_rounds, "contenders": {name: summary(answers) for name, answers in timed.items()}}


def run_model(name, folder, paths, arguments, encoding):
    result = {"weights_sha256": models.sha256_of_weights(folder), "lengths": {}}
    threads, binaries = arguments.threads, arguments.build / "bin"
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        contenders = {}
        for precision in ("int8", "f32"):  # compiles where the cache has no compiled model; the timed processes read it
            workers.pith(binaries, folder, threads, precision).close()
        if name != "default":  # int8 weights, which the peer cannot read
            batch, result["peer_batch_ms"] = peer_batch(folder, threads, paths)
            contenders[PEER] = (start(workers.llmlingua(folder, threads, batch)), {})
        contenders[INT8] = (start(workers.pith(binaries, folder, threads)), {})
        contenders[REFERENCE] = (start(workers.pith(binaries, folder, threads, "f32")), {"reference": True})
        result["workers"] = {key: worker.hello for key, (worker, _) in contenders.items()}
        for n_tokens, path in paths.items():
            cell = run_length(contenders, path, arguments.rounds, encoding)
            result["lengths"][str(n_tokens)] = cell
            print(f"{name}, {n_tokens} tokens: " + "; ".join(
                f"{key} {report.seconds(value['wall_ms']['median'])} s" for key, value in cell["contenders"].items()), flush=True)
    return result


def table(results):
    rows = []
    for name, result in results.items():
        for n_tokens, cell in result["lengths"].items():
            peer = cell["contenders"].get(PEER)
            for contender, value in cell["contenders"].items():
                wall = value["wall_ms"]
                times = f"{peer['wall_ms']['median'] / wall['median']:.2f}x" if peer else ""
                rows.append((name, f"{int(n_tokens):,}", contender, report.seconds(wall["median"]),
                             f"{report.seconds(wall['min'])}–{report.seconds(wall['max'])}", report.seconds(value["cpu_ms"]["median"]),
                             f"{int(n_tokens) / wall['median'] * 1e3:,.0f}", report.megabytes(value["peak_rss_bytes"]),
                             f"{value['outside_forward']['median']:.1%}", times))
    return report.table(("model", "tokens", "", "wall s, median", "min–max", "CPU s", "tokens/s", "peak MB",
                         "outside the network", "speed"), rows, left=3)


def checks_line(results):
    cells = [cell["checks"] for result in results.values() for cell in result["lengths"].values()]
    against_peer = [cell["reference"] for cell in cells if "reference" in cell]
    identical = sum(check["identical"] for check in against_peer)
    differing = sum(len(check.get("differing_words", ())) for check in against_peer)
    common = min(cell["int8_words_in_common_with_f32"] for cell in cells)
    return (f"Checked before timing: reference mode gave the peer's text byte for byte in {identical} of {len(against_peer)} cells"
            + (f" ({differing} words differ in the others, near-ties)" if differing else "")
            + f"; the default mode was within its budget in {len(cells)} of {len(cells)}; "
            f"int8 and f32 answers have at least {common:.1%} of their words in common.")


def render(name, result):
    report.render(name, "\n\n".join(
        [machine.one_line(result["machine"]) + ".", table(result["models"]), checks_line(result["models"])]))
    if result["forward_pass"]:
        report.render("forward_pass", forward_pass.table(result["forward_pass"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="minilm,bert-24x1024,default")
    parser.add_argument("--lengths", help="in o200k_base tokens; default: 500,2000,10000 and, but for the large ones, 50000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build/dev")
    parser.add_argument("--skip-forward", action="store_true", help="leave out the network alone (llama.cpp)")
    parser.add_argument("--name", default="end_to_end", help="result file; tables are written for end_to_end and xlmr only")
    arguments = parser.parse_args()
    asked = tuple(int(length) for length in arguments.lengths.split(",")) if arguments.lengths else None
    result = {"machine": machine.describe(arguments.build, arguments.threads), "rate": RATE, "models": {}, "forward_pass": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.models.split(","):
            model = models.MAKERS[name]()
            if model is None:
                print(f"{name}: not in this checkout, left out")
                continue
            paths = texts.write_lengths(pathlib.Path(folder), asked or LENGTHS[name])
            result["models"][name] = run_model(name, model, paths, arguments, texts.encoding("o200k_base"))
            if name in FORWARD_PASS and not arguments.skip_forward:
                measured = forward_pass.measure(name, model, arguments.threads, max(2, arguments.rounds // 2), arguments.build)
                if measured is None:
                    print("llama.cpp is not built, its rows are left out; bench/llama_cpp.sh builds it")
                else:
                    result["forward_pass"][name] = measured
    report.save(arguments.name, result)
    if arguments.name in TABLES:
        render(arguments.name, result)


if __name__ == "__main__":
    main()
