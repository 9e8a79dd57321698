#!/usr/bin/env python3
"""Writes tests/data/tokenizers/byte_bpe.json.zst: small byte-level BPE tokenizers and what `tokenizers` makes of texts.

    python3 tools/make_byte_bpe_fixtures.py SHARED_DATA     # needs tokenizers, tiktoken and the zstd program

SHARED_DATA is a folder with xquad/*.jsonl.gz and documents/. One vocabulary is trained on them and shared by most tokenizers;
what is kept are word pieces and their merges. The texts are those of tests/oracle/record_tokenizer_cases.py.

The file: `model` (the shared vocabulary and merges), `tokenizers` (name: tokenizer.json, its model without "vocab" where it is
the shared one), `cases` (per text: `text` and, by name, `ids` and `spans`, the latter as the UTF-8 byte ranges [begin, end,
begin, end, ...] of the tokens).
"""
import gzip
import json
import pathlib
import subprocess
import sys

import tokenizers
from tokenizers import pre_tokenizers

SOURCE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE / "tests/oracle"))
import byte_bpe_oracle as bpe  # noqa: E402
import record_tokenizer_cases as recorded  # noqa: E402

TARGET = SOURCE / "tests/data/tokenizers/byte_bpe.json.zst"
VOCABULARY_SIZE = 5000
MORE_TEXTS = [
    "  leading", "\u3000wide\u3000\u3000spaces ", "tab\tand  two", "a  b   c    d", " ", "     ", "\n\n  \n", "x \n", "\u00a8 \ufdfa \ufb01 \u2460 \u00bd",
    "\u0344 \u0f73 e\u0323\u0301 \u1e69 s\u0323\u0307 s\u0307\u0323 \u1100\u1161\u11a8 \ud55c \u212b \u0958 \u2adc", "\U0001d15e\u0323 \U0001f600\U0001f600\U0001f44d\U0001f3fd",
    "1234567 12 a1b2 \u0663\u0664 \u00bd\u2167 \U00011f50\U0001d2c0", "\u0130stanbul \u1e9e \u03a3\u0391\u03a3 \u01c5", "'s'S'\u017f 'll'LL",
    "<s> </s> <mask> <0x41> [CLS] <|endoftext|>", "\ufeffbom \u200b \u00ad \ufffd \U0010ffff", "w" * 300, " " * 300, "\u00e9" * 120, "\u0301" * 120,
]


def corpus(data):
    for path in sorted((data / "xquad").glob("*.jsonl.gz")):
        contexts = dict.fromkeys(json.loads(line)["context"] for line in gzip.open(path, "rt", encoding="utf-8"))
        yield from list(contexts)[:100]
    for path in sorted(p for p in (data / "documents").rglob("*") if p.is_file()):
        yield path.read_bytes().decode("utf-8", "replace")[:20000]


def make_tokenizers(model):
    shared = {"type": "BPE"}

    def make(pre_tokenizer, normalizer=None, post_processor=None, model=None, **settings):
        return dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=normalizer, pre_tokenizer=pre_tokenizer,
                    post_processor=post_processor, decoder=None, model={**(model or shared), **settings})

    def cut(*splits):
        return bpe.sequence("pretokenizers", *splits, bpe.byte_level(use_regex=False))
    nfc, nfkc, nfkd, lower = ({"type": name} for name in ("NFC", "NFKC", "NFKD", "Lowercase"))
    digits = dict(type="Digits", individual_digits=True)
    # Tiny ones whose alphabet has gaps. Old spelling of merges in one of them.
    letters = {c: i for i, c in enumerate("abcdefgh\u00e9\u0120\u00c3\u00a9")}
    tiny = dict(type="BPE", vocab={**letters, "ab": 20, "abc": 21, "\u0120a": 22, "cd": 23, "<unk>": 24}, merges=["a b", "ab c", "\u0120 a", "c d"])
    hexes = {f"<0x{b:02X}>": 100 + b for b in range(256)}
    fallback = dict(tiny, vocab={**tiny["vocab"], **hexes}, merges=[["a", "b"], ["ab", "c"], ["<0xE4>", "<0xBD>"]][:2], byte_fallback=True)
    return {
        "RoBERTa": make(bpe.byte_level(), None, bpe.roberta()),
        "RoBERTa with prefix space": make(bpe.byte_level(True), None, bpe.roberta(True, True)),
        "prefix space only before": make(bpe.byte_level(True), None, bpe.roberta(True, False)),
        "ModernBERT": make(bpe.byte_level(), nfc, bpe.TEMPLATE),
        "GPT-2": make(bpe.byte_level(), None, bpe.byte_level(trim_offsets=False)),
        "SmolLM2": make(bpe.sequence("pretokenizers", digits, bpe.byte_level())),
        "Llama 3": make(cut(bpe.split(bpe.LLAMA3)), None, bpe.sequence("processors", bpe.byte_level(trim_offsets=False), bpe.TEMPLATE),
                        ignore_merges=True),
        "Qwen 2": make(cut(bpe.split(bpe.QWEN2)), nfc),
        "GPT-4o": make(cut(bpe.split(bpe.GPT4O, "Removed", True))),
        "GPT-4o by regex": make(cut(bpe.split(f"(?:{bpe.GPT4O})"))),
        "merged with next": make(cut(bpe.split(r"\s+", "MergedWithNext"), bpe.split("e", "MergedWithPrevious", False, "String"))),
        "NFKC": make(bpe.byte_level(), nfkc, bpe.roberta()),
        "NFKD and lower case": make(bpe.byte_level(), bpe.sequence("normalizers", nfkd, lower)),
        "bytes without token": make(bpe.byte_level(), None, None, tiny),
        "unknown bytes": make(bpe.byte_level(True), None, bpe.byte_level(True), tiny, unk_token="<unk>"),
        "unknown characters, fused": make(None, nfc, None, tiny, unk_token="<unk>", fuse_unk=True),
        "byte fallback": make(bpe.split(" ", kind="String"), None, None, fallback, unk_token="<unk>"),
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trained = bpe.train(corpus(pathlib.Path(sys.argv[1])), VOCABULARY_SIZE, pre_tokenizers.ByteLevel(add_prefix_space=False), alphabet)
    model = {"vocab": trained["vocab"], "merges": trained["merges"]}
    makes = make_tokenizers(model)
    loaded = {name: tokenizers.Tokenizer.from_str(json.dumps({**t, "model": {**model, **t["model"]}})) for name, t in makes.items()}
    cases = []
    for text in recorded.TEXTS + MORE_TEXTS:
        starts = [0]
        for c in text:
            starts.append(starts[-1] + len(c.encode()))
        case = {"text": text}
        for name, tokenizer in loaded.items():
            encoding = tokenizer.encode(text, add_special_tokens=False)
            case[name] = {"ids": encoding.ids, "spans": [starts[i] for pair in encoding.offsets for i in pair]}
        cases.append(case)
    out = json.dumps({"made_by": "tools/make_byte_bpe_fixtures.py", "version": tokenizers.__version__, "model": model, "tokenizers": makes,
                      "cases": cases}, separators=(",", ":"))
    packed = subprocess.run(["zstd", "-19", "-c"], input=out.encode(), stdout=subprocess.PIPE, check=True).stdout
    TARGET.write_bytes(packed)
    print(f"{TARGET.name}: {len(out)} characters, {len(packed)} bytes packed")


if __name__ == "__main__":
    main()
