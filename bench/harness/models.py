"""The models of the benchmarks, made in the cache when first asked for.

minilm         the golden model of tests/data (all-MiniLM-L6-v2 with a random head): 6 layers x 384
bert-24x1024   random weights in the shape of the published XLM-R-large compressor's body: 24 layers x 1024, BERT's vocabulary
xlmr-24x1024   random weights in the exact shape of the published XLM-R-large compressor, 250,002 embedding rows included
default        models/default of this repository

Folders that the Python peer reads have "bert-base-multilingual-cased" or "xlm-roberta-large" in their name, because it chooses
its word rules by that.
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
    import transformers
    source = json.loads((tokenizer_folder / "config.json").read_text())
    config = transformers.BertConfig(vocab_size=source["vocab_size"], hidden_size=1024, num_hidden_layers=24,
                                     num_attention_heads=16, intermediate_size=4096, max_position_embeddings=512,
                                     type_vocab_size=2, num_labels=2)
    write_random_weights(transformers.BertForTokenClassification, config, folder, range(1000, config.vocab_size - 200))
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (tokenizer_folder / name).exists():
            shutil.copyfile(tokenizer_folder / name, folder / name)


def write_random_weights(model_class, config, folder, usual_ids):
    import torch
    torch.manual_seed(SEED)
    model = model_class(config)
    with torch.no_grad():
        # A head that ignores what all tokens have in common and spreads the rest: probabilities over all of (0, 1), few ties.
        ids = torch.randint(usual_ids.start, usual_ids.stop, (2, 256))
        hidden = model.eval().base_model(ids).last_hidden_state.reshape(-1, config.hidden_size)
        common = hidden.mean(0)
        head = model.classifier.weight.normal_()
        head -= (head @ common / (common @ common))[:, None] * common
        head *= 2 / ((head[1] - head[0]) @ hidden.T).std()
    model.save_pretrained(folder, safe_serialization=True)


XLMR_VOCAB_SIZE = 250_002
XLMR_TRAINED_PIECES = 32_000


def xlmr_24x1024():
    """Folder of a random model in the exact shape of the published XLM-R-large compressor (2.2 GB, float32). Its vocabulary has
    that model's size too: pieces trained on the texts of bench/data, then filler that no text contains."""
    folder = cache_dir() / "bench" / "xlm-roberta-large-random"
    if not (folder / "model.safetensors").exists():
        import transformers
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = pathlib.Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
        try:
            write_xlmr_tokenizer(partial)
            config = transformers.XLMRobertaConfig(vocab_size=XLMR_VOCAB_SIZE, hidden_size=1024, num_hidden_layers=24,
                                                   num_attention_heads=16, intermediate_size=4096, layer_norm_eps=1e-5,
                                                   max_position_embeddings=514, type_vocab_size=1, num_labels=2, pad_token_id=1,
                                                   bos_token_id=0, eos_token_id=2)
            write_random_weights(transformers.XLMRobertaForTokenClassification, config, partial, range(10, XLMR_TRAINED_PIECES))
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder


def write_xlmr_tokenizer(folder):
    import tokenizers
    from harness import texts
    fixture = json.loads(subprocess.run(["zstd", "-dc", ROOT / "tests/data/tokenizers/unigram.json.zst"], check=True,
                                        capture_output=True).stdout)
    # Its normalizer is SentencePiece's character map, the one that XLM-R has.
    first = ["<s>", "<pad>", "</s>", "<unk>"]
    empty = {**fixture, "added_tokens": [], "post_processor": None, "model": {**fixture["model"], "vocab": [["<unk>", 0.0]], "unk_id": 0}}
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(empty))
    trainer = tokenizers.trainers.UnigramTrainer(vocab_size=XLMR_TRAINED_PIECES, special_tokens=first, unk_token="<unk>",
                                                 show_progress=False)
    tokenizer.train_from_iterator([text["text"] for text in texts.many_texts()] + texts.long_text().split("\n"), trainer)
    vocab = json.loads(tokenizer.to_str())["model"]["vocab"]
    worst = min(score for _, score in vocab)
    while len(vocab) < XLMR_VOCAB_SIZE - 1:
        vocab.append([f"\u2581\ue000{len(vocab)}", worst - 1])
    vocab.append(["<mask>", 0.0])
    special = {**{piece: i for i, piece in enumerate(first)}, "<mask>": XLMR_VOCAB_SIZE - 1}
    fixture["added_tokens"] = [{"id": i, "content": piece, "single_word": False, "lstrip": piece == "<mask>", "rstrip": False,
                                "normalized": False, "special": True} for piece, i in special.items()]
    fixture["decoder"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    fixture["model"].update(vocab=vocab, unk_id=3)
    (folder / "tokenizer.json").write_text(json.dumps(fixture, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512, "bos_token": "<s>", "eos_token": "</s>",
        "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}))


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


MAKERS = {"minilm": minilm, "bert-24x1024": bert_24x1024, "xlmr-24x1024": xlmr_24x1024, "default": default}


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
