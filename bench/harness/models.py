"""The models of the benchmarks, made in the cache when first asked for.

minilm         the golden model of tests/data (all-MiniLM-L6-v2 with a random head): 6 layers x 384
bert-24x1024   random weights in the shape of the published XLM-R-large compressor's body: 24 layers x 1024, BERT's vocabulary
default        models/default of this repository

Folders that the Python peer reads have "bert-base-multilingual-cased" in their name, because it chooses its word rules by that.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER_NAME = "bert-base-multilingual-cased"
SEED = 24


def cache_dir():
    if os.environ.get("PITH_CACHE"):
        return pathlib.Path(os.environ["PITH_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "pith"


def minilm():
    """Folder of the golden model, under a name the peer accepts."""
    target = cache_dir() / "golden-llmlingua2"
    subprocess.run([sys.executable, str(ROOT / "tools/make_golden_model.py"), "--out", str(target)], check=True,
                   stdout=subprocess.DEVNULL)
    link = cache_dir() / "bench" / f"minilm-{PEER_NAME}"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(target, target_is_directory=True)
    return link


def bert_24x1024():
    """Folder of the large random BERT (1.3 GB, float32). Needs torch and transformers."""
    folder = cache_dir() / "bench" / f"bert-24x1024-{PEER_NAME}"
    if not (folder / "model.safetensors").exists():
        body = minilm()
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = pathlib.Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
        try:
            write_random_bert(partial, body)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder


def write_random_bert(folder, tokenizer_folder):
    import torch
    import transformers
    source = json.loads((tokenizer_folder / "config.json").read_text())
    config = transformers.BertConfig(vocab_size=source["vocab_size"], hidden_size=1024, num_hidden_layers=24,
                                     num_attention_heads=16, intermediate_size=4096, max_position_embeddings=512,
                                     type_vocab_size=2, num_labels=2)
    torch.manual_seed(SEED)
    model = transformers.BertForTokenClassification(config)
    with torch.no_grad():
        # A head that ignores what all tokens have in common and spreads the rest: probabilities over all of (0, 1), few ties.
        ids = torch.randint(1000, config.vocab_size - 200, (2, 256))
        hidden = model.eval().bert(ids).last_hidden_state.reshape(-1, config.hidden_size)
        common = hidden.mean(0)
        head = model.classifier.weight.normal_()
        head -= (head @ common / (common @ common))[:, None] * common
        head *= 2 / ((head[1] - head[0]) @ hidden.T).std()
    model.save_pretrained(folder, safe_serialization=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (tokenizer_folder / name).exists():
            shutil.copyfile(tokenizer_folder / name, folder / name)


def default():
    """Folder of the default model, or None where the checkout has none."""
    folder = ROOT / "models/default"
    return folder if (folder / "config.json").exists() else None


def default_f32():
    """Folder of the default model with its weights multiplied out to float32, as the Python peer reads them."""
    import safetensors.numpy
    source = default()
    folder = cache_dir() / "bench" / f"default-{sha256_of_weights(source)[:12]}-{PEER_NAME}"
    if folder.exists():
        return folder
    stored = safetensors.numpy.load_file(source / "model.safetensors")
    weights = {}
    for name, tensor in stored.items():
        if name.endswith("_scale"):
            continue
        scale = stored.get(name + "_scale")
        weights[name] = tensor.astype("float32") if scale is None else tensor.astype("float32") * scale[:, None]
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
    try:
        safetensors.numpy.save_file(weights, partial / "model.safetensors", metadata={"format": "pt"})
        for path in source.iterdir():
            if path.suffix in (".json", ".txt"):
                shutil.copyfile(path, partial / path.name)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


MAKERS = {"minilm": minilm, "bert-24x1024": bert_24x1024, "default": default}


def sha256_of_weights(folder):
    """One digest of the folder's weights: the SHA-256 of model.safetensors, or of all its files where that is not there."""
    digest = hashlib.sha256()
    weights = folder / "model.safetensors"
    for path in [weights] if weights.exists() else sorted(path for path in folder.rglob("*") if path.is_file()):
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    for model in sys.argv[1:] or MAKERS:
        print(MAKERS[model]())
