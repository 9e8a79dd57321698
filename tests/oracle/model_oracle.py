#!/usr/bin/env python3
"""What Hugging Face transformers (float32) says about token classifiers that Pith must equal. Needs torch and transformers.

    model_oracle.py probabilities MODEL_DIR...     MODEL_DIR/ids has a sequence of ids a line; writes the keep probabilities
                                                   of each as a line of MODEL_DIR/keep, or no such file where this
                                                   transformers is too old for the model
    model_oracle.py vectors MODEL_DIR TEXTS        TEXTS is a JSON list of texts; writes their sentence vectors (mean of the last
                                                   hidden states, length 1) as lines of TEXTS.vectors
    model_oracle.py record [NAME...]               writes tests/data/model again (review the diff)

`record` makes tiny models of every architecture from a seed, with their outputs, and, as "real_texts", judges a few texts of
the distilled set in $PITH_SHARED (default: ../shared beside the source) with the checkpoint that models/default was made from.
ModernBERT needs transformers 4.48 or later; files say which version made them.
"""
import gzip
import json
import os
import pathlib
import sys

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoModelForTokenClassification, AutoTokenizer

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("PITH_SHARED", SOURCE.parent / "shared"))
DATA = SOURCE / "tests/data/model"
VERSIONS = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"

# Sizes are no powers of two, so that a swapped pair of dimensions shows.
BASE = dict(vocab_size=61, hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=52,
            max_position_embeddings=40, num_labels=2, id2label={0: "DISCARD", 1: "PRESERVE"},
            label2id={"DISCARD": 0, "PRESERVE": 1}, initializer_range=0.2, pad_token_id=0)
DISTIL_NAMES = {"hidden_size": "dim", "num_hidden_layers": "n_layers", "num_attention_heads": "n_heads",
                "intermediate_size": "hidden_dim"}
ROBERTA = dict(type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5)
MODERN = dict(max_position_embeddings=512, reference_compile=False, bos_token_id=None, eos_token_id=None, cls_token_id=None,
              sep_token_id=None)
BIASES = dict(attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True)
LENGTHS = (1, 2, 7, 16, 17, 40)
# Name, architecture, what differs from the base, storage type, lengths of the sequences.
TINY = [
    ("tiny_gelu", "bert", {"hidden_act": "gelu"}, torch.float32, LENGTHS),
    ("tiny_gelu_new", "bert", {"hidden_act": "gelu_new", "num_hidden_layers": 3}, torch.float16, LENGTHS),
    ("tiny_relu", "bert", {"hidden_act": "relu", "num_attention_heads": 1, "layer_norm_eps": 1e-5}, torch.bfloat16, LENGTHS),
    ("tiny_roberta", "roberta", ROBERTA | {"max_position_embeddings": 42}, torch.float32, LENGTHS),
    ("tiny_roberta_padding", "roberta", ROBERTA | {"max_position_embeddings": 50, "pad_token_id": 9, "hidden_act": "silu",
                                                   "num_attention_heads": 4}, torch.float16, LENGTHS),
    ("tiny_xlm_roberta", "xlm-roberta", ROBERTA | {"max_position_embeddings": 42, "num_hidden_layers": 3}, torch.float16,
     LENGTHS),
    ("tiny_distilbert", "distilbert", {}, torch.float32, LENGTHS),
    ("tiny_distilbert_relu", "distilbert", {"activation": "relu", "num_hidden_layers": 3, "num_attention_heads": 6,
                                            "sinusoidal_pos_embds": True}, torch.float16, LENGTHS),
    # The published pattern: layers 0 and 3 see all, the others 64 tokens on either side.
    ("tiny_modernbert", "modernbert", MODERN | {"num_hidden_layers": 4}, torch.float16, LENGTHS + (200,)),
    ("tiny_modernbert_biases", "modernbert", MODERN | BIASES | {
        "local_attention": 13, "global_attn_every_n_layers": 2, "num_hidden_layers": 3, "num_attention_heads": 2,
        "hidden_activation": "silu", "classifier_activation": "relu", "norm_eps": 1e-3, "global_rope_theta": 900.0,
        "local_rope_theta": None}, torch.bfloat16, LENGTHS + (90,)),
]
# Those whose bodies are also read as sentence encoders.
EMBEDDED = ("tiny_gelu", "tiny_distilbert", "tiny_xlm_roberta")
# Texts under MIT and Apache-2.0: (domain of the distilled set, how many).
REAL = (("qmsum", 4), ("gsm8k", 3), ("science", 3))


def keep_probabilities(model, ids, hidden=()):
    mask = torch.tensor([[0 if i in hidden else 1 for i in range(len(ids))]])
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), attention_mask=mask).logits[0]
    return torch.softmax(logits.float(), -1)[:, 1].tolist()


def load(folder):
    return AutoModelForTokenClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()


def probabilities(folder):
    if json.loads((folder / "config.json").read_text())["model_type"] not in transformers.CONFIG_MAPPING:
        return
    model = load(folder)
    with open(folder / "ids") as ids, open(folder / "keep", "w") as out:
        for line in ids:
            print(" ".join(f"{p:.9g}" for p in keep_probabilities(model, [int(i) for i in line.split()])), file=out)


def sentence_vector(model, ids):
    """Mean pooling over the attention mask as sentence-transformers does it, then length 1."""
    with torch.no_grad():
        mean = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
    return (mean / mean.norm()).tolist()


def load_body(folder):
    return AutoModel.from_pretrained(folder, torch_dtype=torch.float32).eval()


def vectors(folder, texts, max_tokens=256):
    model, tokenizer = load_body(folder), AutoTokenizer.from_pretrained(folder)
    with open(f"{texts}.vectors", "w") as out:
        for text in json.loads(texts.read_text(encoding="utf-8")):
            ids = tokenizer(text, truncation=True, max_length=max_tokens)["input_ids"]
            print(" ".join(f"{x:.9g}" for x in sentence_vector(model, ids)), file=out)


def record_vectors(name):
    """Sequences are recorded with the special tokens 2 in front and 3 behind."""
    model = load_body(DATA / name)
    torch.manual_seed(100)
    rows = []
    for length in (0, 1, 5, 14, 15, 30):
        ids = torch.randint(4, 61, (length,)).tolist()
        rows.append({"ids": ids, "vector": [round(x, 7) for x in sentence_vector(model, [2] + ids + [3])]})
    text = {"made_by": "tests/oracle/model_oracle.py record", "versions": VERSIONS, "texts": rows}
    (DATA / name / "vectors.json").write_text(json.dumps(text) + "\n")
    print(f"{DATA / name / 'vectors.json'}: {len(rows)} vectors")


def tiny_config(architecture, changes):
    fields = BASE | changes
    if architecture == "distilbert":
        fields = {DISTIL_NAMES.get(key, key): value for key, value in fields.items()}
    return AutoConfig.for_model(architecture, **fields)


def record_tiny(seed, name, architecture, changes, dtype, lengths):
    torch.manual_seed(seed)
    model = AutoModelForTokenClassification.from_config(tiny_config(architecture, changes))
    with torch.no_grad():  # biases start at zero and LayerNorms at one: stir them, or a forgotten one would not show
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
            elif architecture == "modernbert":  # whose initialisation is too small to spread probabilities
                parameter.copy_(torch.randn_like(parameter) * BASE["initializer_range"])
    folder = DATA / name
    model.to(dtype).save_pretrained(folder, safe_serialization=True)
    stored = load(folder)
    rows = []
    for length in lengths:
        ids = torch.randint(0, 61, (length,)).tolist()
        rows.append({"ids": ids, "keep": [round(p, 8) for p in keep_probabilities(stored, ids)]})
    # Tokens that no other may look at, as the published library hides a padding token that stands in a text.
    ids = torch.randint(0, 61, (max(lengths) - 5,)).tolist()
    hidden = [3, 4, 20, len(ids) - 1]
    for i in hidden:
        ids[i] = stored.config.pad_token_id
    rows.append({"ids": ids, "hidden": hidden, "keep": [round(p, 8) for p in keep_probabilities(stored, ids, hidden)]})
    text = {"made_by": "tests/oracle/model_oracle.py record", "versions": VERSIONS, "sequences": rows}
    (folder / "expected.json").write_text(json.dumps(text) + "\n")
    print(f"{folder}: {sum(p.numel() for p in stored.parameters())} parameters")


def record_real():
    folder = SHARED / "models/bootstrap"
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)
    rows = [json.loads(line) for line in gzip.open(SHARED / "data/distilled/dev.jsonl.gz", "rt", encoding="utf-8")]
    texts = []
    for domain, n in REAL:
        for row in [r for r in rows if r["domain"] == domain][:n]:
            ids = tokenizer(row["text"])["input_ids"]
            texts.append({"source": row["id"], "licence": row["licence"], "text": row["text"], "ids": ids,
                          "keep": [round(p, 6) for p in keep_probabilities(model, ids)]})
    head = {"made_by": "tests/oracle/model_oracle.py record", "versions": VERSIONS,
            "model": "the float16 checkpoint that models/default was converted from, computed in float32"}
    lines = ",\n".join(json.dumps(t, ensure_ascii=False) for t in texts)  # a text a line, so that a diff can be read
    (DATA / "real_texts.json").write_text(json.dumps(head)[:-1] + ', "texts": [\n' + lines + "\n]}\n", encoding="utf-8")
    print(f"{DATA / 'real_texts.json'}: {len(texts)} texts, {sum(len(t['ids']) for t in texts)} tokens")


def record(names):
    known = [row[0] for row in TINY] + ["real_texts"] + [f"{name}/vectors" for name in EMBEDDED]
    if unknown := set(names) - set(known):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    for seed, row in enumerate(TINY, start=1):
        if not names or row[0] in names:
            record_tiny(seed, *row)
    for name in EMBEDDED:
        if not names or f"{name}/vectors" in names:
            record_vectors(name)
    if not names or "real_texts" in names:
        record_real()


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    if sys.argv[1:2] == ["probabilities"] and len(sys.argv) > 2:
        for folder in sys.argv[2:]:
            probabilities(pathlib.Path(folder))
    elif sys.argv[1:2] == ["vectors"] and len(sys.argv) == 4:
        vectors(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    elif sys.argv[1:2] == ["record"]:
        record(sys.argv[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
