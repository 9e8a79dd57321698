#!/usr/bin/env python3
"""A model of the size of the published XLM-R-large compressor (random weights): Pith beside transformers, and Pith's memory.

    large_parity.py --build build/dev [--sequences 6] [--tokens 256] [--memory-tokens 2000,10000] [--skip-parity] [--skip-memory]

Run by hand: it needs torch, transformers, 5 GB of memory for the parity part and minutes. The model (2.2 GB) is made once in
<cache>/bench by bench/harness/models.py; beside it a copy in three shards, through which the float32 run goes.

Parity: the same ids through transformers (float32) and through Pith in float32 (from the shards) and int8. Printed: the largest
difference of a keep-probability, and the share of tokens on which both sides decide alike when each keeps its best half, third...
Memory: peak resident memory (VmHWM) of a process that loads the model from the float32 file, compiles and classifies, and of one
that loads the compiled network from the cache.
"""
import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from harness import models  # noqa: E402

N_SHARDS = 3
RATES = (0.2, 0.33, 0.5, 0.7)
WINDOW_TOKENS = 256


def sharded(folder):
    """A copy of the model whose weights are in N_SHARDS files of nearly equal size beside an index."""
    target = folder.with_name(folder.name + f"-{N_SHARDS}-shards")
    if (target / "model.safetensors.index.json").exists():
        return target
    partial = pathlib.Path(tempfile.mkdtemp(prefix=target.name + ".", dir=target.parent))
    try:
        with open(folder / "model.safetensors", "rb") as file:
            n_header = struct.unpack("<Q", file.read(8))[0]
            header = json.loads(file.read(n_header))
            header.pop("__metadata__", None)
            n_total = max(entry["data_offsets"][1] for entry in header.values())
            shards = [{} for _ in range(N_SHARDS)]
            for name, entry in header.items():
                shards[min(N_SHARDS - 1, entry["data_offsets"][0] * N_SHARDS // n_total)][name] = entry
            weight_map = {}
            for i, shard in enumerate(shards, start=1):
                shard_name = f"model-{i:05}-of-{N_SHARDS:05}.safetensors"
                write_shard(partial / shard_name, shard, file, 8 + n_header)
                weight_map.update({name: shard_name for name in shard})
        index = {"metadata": {"total_size": n_total}, "weight_map": weight_map}
        (partial / "model.safetensors.index.json").write_text(json.dumps(index))
        shutil.copyfile(folder / "config.json", partial / "config.json")
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def write_shard(path, tensors, file, data_begin):
    header, offset = {}, 0
    for name, entry in tensors.items():
        n_bytes = entry["data_offsets"][1] - entry["data_offsets"][0]
        header[name] = {**entry, "data_offsets": [offset, offset + n_bytes]}
        offset += n_bytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for entry in tensors.values():
            file.seek(data_begin + entry["data_offsets"][0])
            out.write(file.read(entry["data_offsets"][1] - entry["data_offsets"][0]))


def pith(build, folder, sequences, *flags):
    """(probabilities per sequence, what it took)"""
    command = [build / "bin/pith_probabilities", folder, *flags]
    text = "".join(" ".join(map(str, ids)) + "\n" for ids in sequences)
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")
    return [[float(p) for p in line.split()] for line in done.stdout.splitlines()], json.loads(done.stderr)


def ask_transformers(folder, sequences):
    import torch
    from transformers import AutoModelForTokenClassification
    torch.set_num_threads(2)
    model = AutoModelForTokenClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()
    with torch.no_grad():
        return [torch.softmax(model(input_ids=torch.tensor([ids])).logits[0], -1)[:, 1].tolist() for ids in sequences]


def kept(probabilities, rate):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    best = set(order[:round(rate * len(order))])
    return [i in best for i in range(len(probabilities))]


def compare(name, expected, found):
    expected, found = sum(expected, []), sum(found, [])
    worst = max(abs(e - f) for e, f in zip(expected, found, strict=True))
    alike = []
    for rate in RATES:
        pairs = list(zip(kept(expected, rate), kept(found, rate)))
        alike.append(f"{rate}: {100 * sum(a == b for a, b in pairs) / len(pairs):.2f} %")
    print(f"{name}: largest difference {worst:.2e}; same decisions at rate {', '.join(alike)}")


def random_ids(generator, n, vocab_size):
    return [0] + [generator.randrange(4, vocab_size) for _ in range(n - 2)] + [2]


def windows(generator, n, vocab_size):
    """n tokens as the default mode classifies them."""
    sizes = [WINDOW_TOKENS] * (n // WINDOW_TOKENS) + ([n % WINDOW_TOKENS] if n % WINDOW_TOKENS > 1 else [])
    return [random_ids(generator, size, vocab_size) for size in sizes]


def measure_memory(arguments, folder, generator, vocab_size):
    for n_tokens in map(int, arguments.memory_tokens.split(",")):
        sequences = windows(generator, n_tokens, vocab_size)
        with tempfile.TemporaryDirectory() as cache:
            for what, cache_dir in (("no cache folder", "none"), ("first load, compiled and stored", cache),
                                    ("from the cache", cache)):
                _, took = pith(arguments.build, folder, sequences, "--precision", "int8", "--cache-dir", cache_dir)
                load, classify = took["load"], took["classify_0"]
                print(f"int8, {n_tokens} tokens, {what}: peak {load['peak_mb']} MB after loading ({load['wall_s']:.1f} s), "
                      f"{classify['peak_mb']} MB after classifying ({classify['wall_s']:.1f} s, {classify['cpu_s']:.1f} CPU s); "
                      f"resident at the end {classify['resident_mb']} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/dev")
    parser.add_argument("--sequences", type=int, default=6)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--memory-tokens", default="2000,10000")
    parser.add_argument("--skip-parity", action="store_true")
    parser.add_argument("--skip-memory", action="store_true")
    arguments = parser.parse_args()
    folder = models.xlmr_24x1024()
    vocab_size = json.loads((folder / "config.json").read_text())["vocab_size"]
    generator = random.Random(24)
    if not arguments.skip_parity:
        sequences = [random_ids(generator, arguments.tokens - 37 * i % 200, vocab_size) for i in range(arguments.sequences)]
        expected = ask_transformers(folder, sequences)
        for precision, source in (("f32", sharded(folder)), ("int8", folder), ("bf16", folder), ("f16", folder)):
            found, took = pith(arguments.build, source, sequences, "--precision", precision, "--cache-dir", "none")
            compare(f"{precision} ({took['classify_0']['cpu_s']:.1f} CPU s, peak {took['classify_0']['peak_mb']} MB)", expected,
                    found)
    if not arguments.skip_memory:
        measure_memory(arguments, folder, generator, vocab_size)


if __name__ == "__main__":
    main()
