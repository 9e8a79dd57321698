#!/usr/bin/env python3
"""What Hugging Face transformers (float32) says about token classifiers that Pith must equal. Needs torch and transformers.

    model_oracle.py probabilities MODEL_DIR < sequences    one sequence of ids a line -> its keep probabilities a line
    model_oracle.py record                                 writes tests/data/model again (review the diff)

`record` makes three tiny models from a seed, with their outputs, and judges a few real texts of the distilled set in
$PITH_SHARED (default: ../shared beside the source) with the checkpoint that models/default was made from.
"""
import gzip
import json
import os
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForTokenClassification, AutoTokenizer, BertConfig, BertForTokenClassification

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("PITH_SHARED", SOURCE.parent / "shared"))
DATA = SOURCE / "tests/data/model"
VERSIONS = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"

# Name, what differs from the base, storage type. Sizes are no powers of two, so that a swapped pair of dimensions shows.
TINY = [
    ("tiny_gelu", {"hidden_act": "gelu"}, torch.float32),
    ("tiny_gelu_new", {"hidden_act": "gelu_new", "num_hidden_layers": 3}, torch.float16),
    ("tiny_relu", {"hidden_act": "relu", "num_attention_heads": 1, "layer_norm_eps": 1e-5}, torch.bfloat16),
]
TINY_LENGTHS = (1, 2, 7, 16, 17, 40)
# Texts under MIT and Apache-2.0: (domain of the distilled set, how many).
REAL = (("qmsum", 4), ("gsm8k", 3), ("science", 3))


def keep_probabilities(model, ids):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0]
    return torch.softmax(logits.float(), -1)[:, 1].tolist()


def load(folder):
    return AutoModelForTokenClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()


def probabilities(folder):
    model = load(folder)
    for line in sys.stdin:
        print(" ".join(f"{p:.9g}" for p in keep_probabilities(model, [int(i) for i in line.split()])))


def record_tiny():
    for seed, (name, changes, dtype) in enumerate(TINY, start=1):
        torch.manual_seed(seed)
        base = dict(vocab_size=61, hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=52,
                    max_position_embeddings=40, num_labels=2, id2label={0: "DISCARD", 1: "PRESERVE"},
                    label2id={"DISCARD": 0, "PRESERVE": 1}, initializer_range=0.2)
        model = BertForTokenClassification(BertConfig(**(base | changes)))
        with torch.no_grad():  # biases start at zero and LayerNorms at one: stir them, or a forgotten one would not show
            for parameter in model.parameters():
                if parameter.dim() == 1:
                    parameter.add_(torch.randn_like(parameter) * 0.1)
        folder = DATA / name
        model.to(dtype).save_pretrained(folder, safe_serialization=True)
        stored = load(folder)
        rows = []
        for length in TINY_LENGTHS:
            ids = torch.randint(0, 61, (length,)).tolist()
            rows.append({"ids": ids, "keep": [round(p, 8) for p in keep_probabilities(stored, ids)]})
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


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    if sys.argv[1:2] == ["probabilities"] and len(sys.argv) == 3:
        probabilities(sys.argv[2])
    elif sys.argv[1:] == ["record"]:
        record_tiny()
        record_real()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
