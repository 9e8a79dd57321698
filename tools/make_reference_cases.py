#!/usr/bin/env python3
"""Writes tests/data/reference_llmlingua2/cases.jsonl.zst: random calls of llmlingua 0.2.2 and what they return.

    tools/make_reference_cases.py --tokenizer DIR --ranks cl100k_base.json [--cases 400] [--seed 1] [--out FILE]

The network is replaced by a hash of token ids and positions (keep_probability below; its twin is in
tests/unit/compress/reference_random_cases_test.cc), so that every probability is exact on both sides and ties occur on
purpose. Everything else is the library as installed. DIR: a folder with the tokenizer of all-MiniLM-L6-v2. The ranks:
the file of that name in the npm package js-tiktoken (JSON or the JavaScript module around it).
Needs llmlingua, transformers, tiktoken (see tools/requirements-oracle-full.txt) and the program `zstd`.
"""
import argparse
import base64
import json
import pathlib
import random
import re
import subprocess
import types
import warnings

import numpy
import tiktoken
import torch
import transformers
from llmlingua import prompt_compressor
from llmlingua.prompt_compressor import PromptCompressor

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "tests/data/reference_llmlingua2/cases.jsonl.zst"


def keep_probability(ids, i, position, levels):
    """Of the i-th unmasked token, which stands at `position`: a multiple of 1/levels in [0, 1]."""
    before = ids[i - 1] if i > 0 else 0
    after = ids[i + 1] if i + 1 < len(ids) else 0
    x = (ids[i] * 2654435761 + before * 40503 + after * 69069 + position * 97) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    return (x % (levels + 1)) / levels


class HashModel:
    levels = 16

    def resize_token_embeddings(self, n_rows):
        pass

    def __call__(self, input_ids, attention_mask):
        probabilities = torch.zeros(*input_ids.shape, 2)
        for row, (ids, mask) in enumerate(zip(input_ids.tolist(), attention_mask.tolist())):
            positions = [i for i, is_active in enumerate(mask) if is_active]
            active = [ids[i] for i in positions]
            for i, position in enumerate(positions):
                probabilities[row, position, 1] = keep_probability(active, i, position, self.levels)
        return types.SimpleNamespace(loss=None, logits=probabilities)


def read_ranks(path):
    """tiktoken's encoder from js-tiktoken's packing: lines of "<group> <first rank> <token> <token> ..." in base64."""
    text = pathlib.Path(path).read_text()
    packed = json.loads('"' + re.search(r'"?bpe_ranks"?\s*:\s*"((?:[^"\\]|\\.)*)"', text)[1] + '"')
    pattern = json.loads('"' + re.search(r'"?pat_str"?\s*:\s*"((?:[^"\\]|\\.)*)"', text)[1] + '"')
    ranks = {}
    for line in filter(None, packed.split("\n")):
        _, first, *tokens = line.split(" ")
        ranks.update({base64.b64decode(token): int(first) + i for i, token in enumerate(tokens)})
    return tiktoken.Encoding("cl100k_base", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def make_compressor(tokenizer_dir, ranks):
    compressor = PromptCompressor.__new__(PromptCompressor)  # its constructor would load a real model
    compressor.use_llmlingua2 = True
    compressor.model_name = "bert-base-multilingual-cased"   # selects the word rules
    compressor.tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer_dir)
    compressor.model = HashModel()
    compressor.device = "cpu"
    compressor.oai_tokenizer = read_ranks(ranks)
    compressor.init_llmlingua2()
    # The hash already is a probability.
    prompt_compressor.F = types.SimpleNamespace(softmax=lambda logits, dim: logits)
    return compressor


WORDS = """the a of and to in is it that was for on with as meeting budget agenda item council member thank you question
answer therefore compression tokenization unbelievable electroencephalography antidisestablishmentarianism Zürich café
naïve résumé don't can't I'm we've they're it's U.S.A. e.g. do not 1 2 10 42 1999 3.14 1,234,567 v2.0 x1 7th 12:30 $5 50%
hello world Hello WORLD data model network layer 我 天气 東京 はい 안녕 привет मन مرحبا ½ ① ٣ 😀 🍕 👩‍👩‍👧 [CLS] [SEP] [PAD] [UNK] [MASK] [NEW0]
[NEW3] [NEW1] [new0] ## ##ing # ### _ ` | ~ { } [ ] ( ) < > / \\ " ' - -- — … … * ** = == + & ; : ! ? , . ... ?! \u200b \ufeff
\xa0 e\u0301 ﬁne Straße İstanbul xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""".split()
FORCE = ["\n", ".", "?", "!", ",", "the", "The", "and", "1", "42", "Question:", "do not", "n't", "'s", "ing", "##ing", "#", "##",
         "## x", "[SEP]", "[PAD]", "[NEW0]", "[NEW3]", "N", "[N", "NEW", "EW", "W1", "]", "", " ", "  ", "\t", "on", "s", "zurich", "Zürich",
         "😀", "我", "council", "council member", "meeting budget", "10", "1999", "e", "ization", " .", "a ' b", "=", "_", "\n\n"]
ENDS = [[".", "\n"], ["\n"], [], [".", "?", "!"], [","], ["the"], ["[NEW0]"], ["", "Question:"], ["[UNK]", "##s"]]
RATES = [0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.33, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1.0, 1.5, 0.0, -1.0]


def random_text(rng):
    n_words = rng.choice([0, 1, 2, 5, 5, 20, 20, 20, 60, 60, 60, 200, 200, 700])
    pool = rng.sample(WORDS, rng.choice([2, 10, 40, len(WORDS)]))
    parts = []
    for _ in range(n_words):
        parts.append(rng.choice(pool))
        parts.append(rng.choices([" ", "", "\n", ". ", "  ", "\r\n", "\t"], [20, 3, 3, 3, 1, 1, 1])[0])
    return "".join(parts)


def random_case(rng):
    params = {"rate": rng.choice(RATES)}
    if rng.random() < 0.2:
        params["target_token"] = rng.choice([-1, 0, 1, 5, 20, 100, 100000])
    if rng.random() < 0.6:
        params["force_tokens"] = rng.choices(FORCE, k=rng.choice([1, 2, 3, 6, 12, 40]))
    if rng.random() < 0.3:
        params["chunk_end_tokens"] = rng.choice(ENDS)
    for name, share in (("force_reserve_digit", 0.3), ("drop_consecutive", 0.4), ("return_word_label", 0.4)):
        if rng.random() < share:
            params[name] = True
    if rng.random() < 0.3:
        params["token_to_word"] = "first"
    if rng.random() < 0.1:
        params["use_token_level_filter"] = False
    if rng.random() < 0.1:
        params.update(word_sep=" ## ", label_sep="=")
    context = random_text(rng)
    if rng.random() < 0.5:
        context = [random_text(rng) for _ in range(rng.choice([0, 1, 2, 3, 3, 5, 8]))]
        if rng.random() < 0.5:
            params["use_context_level_filter"] = rng.random() < 0.7
        if rng.random() < 0.3:
            params["target_context"] = rng.choice([-1, 0, 1, 2, 100])
        if rng.random() < 0.3:
            params["context_level_rate"] = rng.choice([0.0, 0.3, 0.5, 0.75, 1.0, 2.0, -0.5])
        if rng.random() < 0.3:
            params["context_level_target_token"] = rng.choice([-1, 0, 50, 500])
        if rng.random() < 0.3:
            params["force_context_ids"] = rng.choices([0, 1, 2, 7, -1], k=2)
    return {"levels": rng.choice([1, 4, 16, 256, 65536, 16777216]), "params": params, "context": context}


def run(compressor, case):
    compressor.model.levels = case["levels"]
    try:
        return compressor.compress_prompt(json.loads(json.dumps(case["context"])), **json.loads(json.dumps(case["params"])))
    except (AssertionError, IndexError, ValueError, ZeroDivisionError) as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--ranks", required=True)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    rng = random.Random(arguments.seed)
    compressor = make_compressor(arguments.tokenizer, arguments.ranks)
    rows = [{"made_with": {"llmlingua": "0.2.2", "transformers": transformers.__version__, "numpy": numpy.__version__,
                           "seed": arguments.seed}}]
    for number in range(arguments.cases):
        case = random_case(rng)
        rows.append({"id": f"random-{number:04}", **case, "output": run(compressor, case)})
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    packed = subprocess.run(["zstd", "-19", "--quiet", "--stdout"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(packed.stdout)
    n_errors = sum("error" in row.get("output", {}) for row in rows)
    print(f"{arguments.cases} cases, {n_errors} of them errors, {len(packed.stdout)} bytes")


if __name__ == "__main__":
    main()
