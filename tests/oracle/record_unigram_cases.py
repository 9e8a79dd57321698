#!/usr/bin/env python3
"""Writes tests/data/tokenizers/unigram_cases.jsonl.zst: texts with what Hugging Face `tokenizers` makes of them.

    record_unigram_cases.py        # needs tokenizers and the zstd program; reads tests/data/tokenizers/unigram.json.zst

The first line is a header: versions, and for each variant its name, its normalizer and pre-tokenizer (the character map left
out: it is the fixture's) and whether the 256 pieces of bytes are added to the vocabulary. Then one JSON object a line: `text`,
and for each variant, in the header's order, `ids` and `spans`, the UTF-8 byte ranges [begin, end, begin, end, ...].
"""
import base64
import json
import subprocess

import numpy as np
import tokenizers

import record_tokenizer_cases
import tokenize_oracle as oracle
import unigram_oracle

TARGET = oracle.SOURCE / "tests/data/tokenizers/unigram_cases.jsonl.zst"
VARIANTS = ("xlm-r", "xlm-r of transformers 4.46", "first", "never", "no split", "white space split only", "no normalizer", "bytes",
            "strip, prepend", "replace")
N_GENERATED = 150

TEXTS = [
    "The committee met on Tuesday.  It did not agree \u2014 again \u2014 on the budget (see p. 12).",
    "Der Ausschuss tagte am Dienstag; \u00fcber die Gr\u00f6\u00dfe des Budgets wurde nicht entschieden.",
    "L\u2019ann\u00e9e derni\u00e8re, la for\u00eat br\u00fblait d\u00e9j\u00e0 pr\u00e8s de chez nous\u00a0; o\u00f9 \u00e9tiez-vous\u202f?",
    "\u00bfCu\u00e1nto cost\u00f3 la reuni\u00f3n de ma\u00f1ana? \u00a1M\u00e1s de 3.450,00 \u20ac!",
    "\u0421\u0435\u0433\u043e\u0434\u043d\u044f \u043d\u0430 \u0441\u043e\u0432\u0435\u0449\u0430\u043d\u0438\u0438 \u043e\u0431\u0441\u0443\u0434\u0438\u043b\u0438 \u0431\u044e\u0434\u0436\u0435\u0442 \u0441\u043b\u0435\u0434\u0443\u044e\u0449\u0435\u0433\u043e \u043a\u0432\u0430\u0440\u0442\u0430\u043b\u0430; \u0439\u043e\u0434, \u0451\u043b\u043a\u0430.",
    "\u4eca\u5929\u7684\u4f1a\u8bae\u8ba8\u8bba\u4e86\u4e0b\u4e00\u5b63\u5ea6\u7684\u9884\u7b97\u3002\u5f20\u6559\u6388\u8ba4\u4e3a\u6210\u672c\u4e0a\u5347\u4e86\u767e\u5206\u4e4b\u5341\u4e8c\u3002",
    "\u4eca\u65e5\u306e\u4f1a\u8b70\u3067\u306f\u3001\u6765\u671f\u306e\u4e88\u7b97\u306b\u3064\u3044\u3066\u8a71\u3057\u5408\u3044\u307e\u3057\u305f\u3002\uff71\uff72\uff73\u3000\uff21\uff22\uff23\uff11\uff12\uff13",
    "\uc624\ub298 \ud68c\uc758\uc5d0\uc11c\ub294 \ub2e4\uc74c \ubd84\uae30 \uc608\uc0b0\uc744 \ub17c\uc758\ud588\uc2b5\ub2c8\ub2e4. \u1112\u1161\u11ab\u1100\u116e\u11a8",
    "\u0646\u0627\u0642\u0634\u0646\u0627 \u0627\u0644\u064a\u0648\u0645 \u0645\u064a\u0632\u0627\u0646\u064a\u0629 \u0627\u0644\u0631\u0628\u0639 \u0627\u0644\u0642\u0627\u062f\u0645\u060c \u0648\u0644\u0645 \u0646\u062a\u0651\u0641\u0642. \ufdfa \ufefb",
    "\u05d4\u05d9\u05d5\u05dd \u05d3\u05e0\u05d5 \u05d1\u05ea\u05e7\u05e6\u05d9\u05d1. \u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
    "\u0906\u091c \u0915\u0940 \u092c\u0948\u0920\u0915 \u092e\u0947\u0902 \u0905\u0917\u0932\u0940 \u0924\u093f\u092e\u093e\u0939\u0940 \u0915\u0947 \u092c\u091c\u091f \u092a\u0930 \u091a\u0930\u094d\u091a\u093e \u0939\u0941\u0908\u0964 \u0958\u093c \u0915\u094d\u0937",
    "\u0e27\u0e31\u0e19\u0e19\u0e35\u0e49\u0e17\u0e35\u0e48\u0e1b\u0e23\u0e30\u0e0a\u0e38\u0e21\u0e44\u0e14\u0e49\u0e2b\u0e32\u0e23\u0e37\u0e2d\u0e40\u0e23\u0e37\u0e48\u0e2d\u0e07\u0e07\u0e1a\u0e1b\u0e23\u0e30\u0e21\u0e32\u0e13 \u0e19\u0e49\u0e33",
    "\u03a3\u03ae\u03bc\u03b5\u03c1\u03b1 \u03c3\u03c5\u03b6\u03b7\u03c4\u03ae\u03c3\u03b1\u03bc\u03b5 \u03c4\u03bf\u03bd \u03c0\u03c1\u03bf\u03cb\u03c0\u03bf\u03bb\u03bf\u03b3\u03b9\u03c3\u03bc\u03cc. \u1fb3 \u0390",
    "Bug\u00fcnk\u00fc toplant\u0131da gelecek \u00e7eyre\u011fin b\u00fct\u00e7esi konu\u015fuldu. \u0130stanbul",
    "H\u00f4m nay ch\u00fang t\u00f4i th\u1ea3o lu\u1eadn v\u1ec1 ng\u00e2n s\u00e1ch qu\u00fd t\u1edbi. Vie\u0323\u0302t Nam",
    "\u2473 \u2460 \u00bd \u00bc\u2044\u2153 \u33a5 \u3300 \u2122 \u00ae \u212b \ufb01nd \ufb03 \u0132 \u01c4 \u017f",
    "\ufb01\u0301 \ufb01\u0301\u0302 \u00bd\u0301 \u00aa\u0323 a\u0301 A\u0300\u0301 e\u0301\u0301\u0301 \u0344 \u1e9b\u0323",
    "\u200b\u200bzero\u200bwidth \ufeffmark\u00ad \u2060 \u200d \u061c \u0000\u0001\u0002 \u007f\u0085",
    "\u0000leading \u200bnul", "\u00ad\u00adsoft", "\t\ttabs\tand\nlines\r\n\r\n  \u3000wide\u3000space  ", "   ", "\u3000", "\u2581\u2581 \u2581a\u2581b \u2581",
    "<s> </s> <unk> <pad> <mask> </s><s>x<mask>y", "<0x41><0xE6> <0x0A>", "a" * 300, "\u4e00" * 100, "\U0001d400\U0001d7ff \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f\u200d\U0001f525",
    "\u0600\u0601a \u06dd1 \u0600\u1100\u1161 \u00a9\u200d\u00ae \u0915\u094d\u0915\u0301 \u1161\u0301",
]


def without_charsmap(part):
    if isinstance(part, dict):
        return {k: without_charsmap(v) for k, v in part.items() if k != "precompiled_charsmap"}
    return [without_charsmap(v) for v in part] if isinstance(part, list) else part


def main():
    base = unigram_oracle.read_fixture()
    keys = unigram_oracle.unpack_keys(base64.b64decode(base["normalizer"]["precompiled_charsmap"]))
    texts = list(dict.fromkeys(record_tokenizer_cases.TEXTS + TEXTS))
    words = sorted({w for t in texts for w in t.split()})
    generator = unigram_oracle.Generator(7, words, keys)
    generator.random = np.random.default_rng(7)
    texts += generator.strings(N_GENERATED)
    known = {name: parts for name, *parts in unigram_oracle.settings_variants(base)}
    header, tokenizers_of = [], []
    for name in VARIANTS:
        normalizer, pre_tokenizer, model = known[name]
        header.append({"name": name, "normalizer": without_charsmap(normalizer), "pre_tokenizer": pre_tokenizer,
                       "bytes": model.get("byte_fallback", False)})
        tokenizers_of.append(unigram_oracle.theirs(unigram_oracle.make(base, *known[name])))
    lines = [json.dumps({"made_by": "tests/oracle/record_unigram_cases.py", "tokenizers": tokenizers.__version__, "variants": header})]
    for text in texts:
        starts = [0]
        for c in text:
            starts.append(starts[-1] + len(c.encode()))
        answers = [theirs([text])[0] for theirs in tokenizers_of]
        row = {"text": text, "ids": [ids for ids, _ in answers],
               "spans": [[starts[i] for pair in offsets for i in pair] for _, offsets in answers]}
        lines.append(json.dumps(row, separators=(",", ":")))
    data = ("\n".join(lines) + "\n").encode("ascii")
    packed = subprocess.run(["zstd", "-19", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    TARGET.write_bytes(packed)
    print(f"{TARGET}: {len(texts)} texts, {len(data)} bytes, {len(packed)} packed")


if __name__ == "__main__":
    main()
