"""The Python peer of causal.py as a worker: llmlingua's PromptCompressor with a causal model, on the CPU.

    python causal_peer.py --gguf FILE --threads N

Reads {"file", "method", "rate"} lines on standard input, answers {"wall_s", "cpu_s", "peak_mb", "text"} lines; the first line it
writes says what it loaded. The weights are those of the GGUF file, dequantised by transformers (which needs the package gguf).
"""
import argparse
import json
import os
import resource
import sys
import tempfile
import time

from harness.peer_tokens import use_local_ranks
from harness.process_memory import peak_rss_bytes, reset_peak_rss


def load(arguments):
    import torch
    torch.set_num_threads(arguments.threads)
    try:
        import gguf  # noqa: F401  what transformers reads GGUF files with
    except ImportError:
        raise SystemExit("causal_peer.py: the package gguf is missing: pip install gguf==0.19.0 beside llmlingua")
    import llmlingua
    import transformers
    folder, name = os.path.split(arguments.gguf)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, torch_dtype=torch.float32)
    # The file has no output matrix because it is the embedding; transformers 4.46 leaves it random.
    model.lm_head.weight = model.model.embed_tokens.weight
    model.config.tie_word_embeddings = True
    with tempfile.TemporaryDirectory() as saved:
        model.save_pretrained(saved)
        transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name).save_pretrained(saved)
        compressor = llmlingua.PromptCompressor(saved, device_map="cpu", model_config={"trust_remote_code": False})
    # The tokenizer of the model's own repository removes no blanks in front of punctuation; the one made of the file would.
    compressor.tokenizer.clean_up_tokenization_spaces = False
    return compressor, {"torch": torch.__version__, "transformers": transformers.__version__, "threads": torch.get_num_threads()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    use_local_ranks()
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries print
    compressor, loaded = load(arguments)
    print(json.dumps(loaded), file=answers, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        with open(command["file"], encoding="utf-8", newline="") as file:
            text = file.read()
        reset_peak_rss()
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        result = compressor.compress_prompt([text], rate=command["rate"])
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_mb": peak_rss_bytes() / 1e6, "text": result["compressed_prompt"]}),
              file=answers, flush=True)


if __name__ == "__main__":
    main()
