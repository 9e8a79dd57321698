"""The network alone: tokens a second of Pith's classifier and of llama.cpp's embedding on sequences of equal length."""
import json
import subprocess

from harness import report, workers
from harness.models import cache_dir

N_TOKENS = 512
GGUF_TYPES = ("f32", "f16", "q8_0")
LLAMA_BENCH = "bench/llama.cpp-0.5.0/build/bin/llama-bench"  # made by bench/llama_cpp.sh


def llama_bench(gguf, threads, repetitions):
    """Tokens/s of each repetition, and the build. One sequence of N_TOKENS a batch."""
    command = [str(cache_dir() / LLAMA_BENCH), "-m", str(gguf), "--embeddings", "1", "-p", str(N_TOKENS), "-n", "0",
               "-b", str(N_TOKENS), "-ub", str(N_TOKENS), "-t", str(threads), "-fa", "0,1", "-r", str(repetitions), "-o", "json"]
    runs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {f"fa{int(run['flash_attn'])}": run["samples_ts"] for run in runs}, runs[0]["build_commit"]


def measure(name, folder, threads, rounds, build_dir):
    """{contender: spread of tokens/s}, by turns; None if bench/llama_cpp.sh has not been run."""
    if not (cache_dir() / LLAMA_BENCH).exists():
        return None
    n_sequences = 8 if name == "minilm" else 2
    samples, peer = {}, {"build_commit": None}
    with workers.pith(build_dir / "bin", folder, threads) as int8, workers.pith(build_dir / "bin", folder, threads, "f32") as f32:
        for worker in (int8, f32):
            worker.ask(classify={"sequences": n_sequences, "tokens": N_TOKENS})  # warm
        for _ in range(rounds):
            for worker in (int8, f32):
                for _ in range(3):
                    answer = worker.ask(classify={"sequences": n_sequences, "tokens": N_TOKENS})
                    samples.setdefault(worker.name, []).append(answer["tokens"] / answer["wall_ms"] * 1e3)
            for gguf_type in GGUF_TYPES:
                gguf = cache_dir() / f"bench/{name}-{gguf_type}.gguf"
                by_attention, peer["build_commit"] = llama_bench(gguf, threads, 3)
                for attention, values in by_attention.items():
                    samples.setdefault(f"llama.cpp {gguf_type} {attention}", []).extend(values)
    return {"n_tokens": N_TOKENS, "llama_cpp": peer, "tokens_per_s": {key: report.spread(values) for key, values in samples.items()}}


def best_llama(result):
    """(name, tokens/s) of llama.cpp's fastest setting."""
    rows = {key: value["median"] for key, value in result["tokens_per_s"].items() if key.startswith("llama.cpp")}
    name = max(rows, key=rows.get)
    return name, rows[name]


def table(results):
    rows = []
    for model, result in results.items():
        best_name, best = best_llama(result)
        for name, value in result["tokens_per_s"].items():
            rows.append((model, name, f"{value['median']:,.0f}", f"{value['min']:,.0f}–{value['max']:,.0f}",
                         f"{value['median'] / best:.2f}" + (" (its best)" if name == best_name else "")))
    return report.table(("model", "forward pass", "tokens/s, median", "min–max", "times llama.cpp's best"), rows, left=2)
