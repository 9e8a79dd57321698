"""The Python peer as a worker: llmlingua's PromptCompressor on the CPU behind the protocol of pith_worker.cc.

    python llmlingua_worker.py --model FOLDER [--threads N] [--batch N]

Reads one JSON object a line on standard input, answers one a line on standard output; the first line it writes says what it
loaded. FOLDER's path must contain "bert-base-multilingual-cased": the library chooses its word rules by that name.
"""
import argparse
import json
import os
import resource
import sys
import time

from harness.peer_tokens import use_local_ranks
from harness.process_memory import peak_rss_bytes, reset_peak_rss


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def load(arguments):
    started = time.perf_counter()
    import torch
    torch.set_num_threads(arguments.threads)
    import llmlingua
    import transformers
    compressor = llmlingua.PromptCompressor(arguments.model, device_map="cpu", use_llmlingua2=True,
                                            llmlingua2_config={"max_batch_size": arguments.batch})
    wrap_forward(compressor.model)
    versions = {"llmlingua": "0.2.2", "torch": torch.__version__, "transformers": transformers.__version__,
                "python": sys.version.split()[0]}
    try:
        from importlib.metadata import version
        versions["llmlingua"] = version("llmlingua")
    except ImportError:
        pass
    return compressor, {"load_ms": (time.perf_counter() - started) * 1e3, "versions": versions,
                        "threads": torch.get_num_threads(), "batch": arguments.batch, "rss_bytes": peak_rss_bytes()}


forward_ms = 0.0


def wrap_forward(model):
    """Counts the time inside the network, the peer's counterpart of timings_ms.score."""
    inner = model.forward

    def timed(*args, **kwargs):
        global forward_ms
        started = time.perf_counter()
        result = inner(*args, **kwargs)
        forward_ms += (time.perf_counter() - started) * 1e3
        return result

    model.forward = timed


def compress(compressor, command):
    global forward_ms
    with open(command["file"], encoding="utf-8", newline="") as file:
        text = file.read()
    options = {key: command[key] for key in ("rate", "target_token", "force_tokens", "return_word_label") if key in command}
    reset_peak_rss()
    forward_ms = 0.0
    cpu, wall = cpu_seconds(), time.perf_counter()
    result = compressor.compress_prompt_llmlingua2([text], **options)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    answer = {"wall_ms": wall * 1e3, "cpu_ms": cpu * 1e3, "timings_ms": {"score": forward_ms, "total": wall * 1e3},
              "origin_tokens": result["origin_tokens"], "compressed_tokens": result["compressed_tokens"],
              "tokenizer": "cl100k_base", "peak_rss_bytes": peak_rss_bytes()}
    if command.get("text", True):
        answer["text"] = result["compressed_prompt"]
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch", type=int, default=50, help="chunks per forward pass; 50 is the library's default")
    arguments = parser.parse_args()
    # Answers alone go to standard output, whatever the libraries print.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    use_local_ranks()
    compressor, hello = load(arguments)
    print(json.dumps(hello), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = compress(compressor, json.loads(line))
        except Exception as error:  # noqa: BLE001  # whatever the library raises is this case's answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
