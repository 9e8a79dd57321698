#!/usr/bin/env python3
"""Writes tests/data/reference_llmlingua2/*.jsonl.zst: random calls of llmlingua 0.2.2 and what they return.

    tools/make_reference_cases.py --tokenizer DIR [--cases 400] [--seed 1] [--out FILE]
    tools/make_reference_cases.py --xlm-roberta [...]

The first writes cases.jsonl.zst with the word rules of BERT, the second xlm_roberta_cases.jsonl.zst with those of XLM-R and the
vocabulary of tests/data/tokenizers/unigram.json.zst. A third of the second's cases are SecurityLingua's: the threshold over
tokens is 0.5 whatever the rate, which is all that later versions of the library change.

The network is replaced by a hash of token ids and positions (keep_probability below; its twin is in
tests/unit/compress/reference_random_cases_test.cc), so that every probability is exact on both sides and ties occur on
purpose. Everything else is the library as installed. DIR: a folder with the tokenizer of all-MiniLM-L6-v2.
Needs llmlingua, transformers, tiktoken (see tools/requirements-oracle-full.txt) and the program `zstd`.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types
import warnings

import numpy
import tiktoken
import torch
import transformers
from llmlingua import prompt_compressor
from llmlingua.prompt_compressor import PromptCompressor

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
from harness.peer_tokens import use_local_ranks  # noqa: E402  (its folder is no package of ours)

OUT = ROOT / "tests/data/reference_llmlingua2"


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


def xlm_roberta_tokenizer():
    """The small Unigram vocabulary of the tests as transformers' XLM-R tokenizer."""
    packed = ROOT / "tests/data/tokenizers/unigram.json.zst"
    content = json.loads(subprocess.run(["zstd", "-dc", packed], check=True, capture_output=True).stdout)
    content["decoder"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        return transformers.XLMRobertaTokenizerFast(tokenizer_file=file.name)


def make_compressor(tokenizer, model_name):
    compressor = PromptCompressor.__new__(PromptCompressor)  # its constructor would load a real model
    compressor.use_llmlingua2 = True
    compressor.model_name = model_name  # selects the word rules
    compressor.tokenizer = tokenizer
    compressor.model = HashModel()
    compressor.device = "cpu"
    compressor.oai_tokenizer = tiktoken.get_encoding("cl100k_base")
    compressor.init_llmlingua2()
    # The hash already is a probability.
    prompt_compressor.F = types.SimpleNamespace(softmax=lambda logits, dim: logits)
    return compressor


class FixedThreshold:
    """NumPy for the library, but that the percentile over tokens is 0.5 while `is_on`."""
    is_on = False

    def __getattr__(self, name):
        return getattr(numpy, name)

    def percentile(self, values, q):
        if self.is_on and values is sys._getframe(1).f_locals.get("new_token_probs"):
            return 0.5
        return numpy.percentile(values, q)


WORDS = """the a of and to in is it that was for on with as meeting budget agenda item council member thank you question
answer therefore compression tokenization unbelievable electroencephalography antidisestablishmentarianism Zürich café
naïve résumé don't can't I'm we've they're it's U.S.A. e.g. do not 1 2 10 42 1999 3.14 1,234,567 v2.0 x1 7th 12:30 $5 50%
hello world Hello WORLD data model network layer 我 天气 東京 はい 안녕 привет मन مرحبا ½ ① ٣ 😀 🍕 👩‍👩‍👧 [CLS] [SEP] [PAD] [UNK] [MASK] [NEW0]
[NEW3] [NEW1] [new0] ## ##ing # ### _ ` | ~ { } [ ] ( ) < > / \\ " ' - -- — … … * ** = == + & ; : ! ? , . ... ?! \u200b \ufeff
\xa0 e\u0301 ﬁne Straße İstanbul xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""".split()
FORCE = ["\n", ".", "?", "!", ",", "the", "The", "and", "1", "42", "Question:", "do not", "n't", "'s", "ing", "##ing", "#", "##",
         "## x", "[SEP]", "[PAD]", "[NEW0]", "[NEW3]", "N", "[N", "NEW", "EW", "W1", "]", "", " ", "  ", "\t", "on", "s", "zurich", "Zürich",
         "😀", "我", "council", "council member", "meeting budget", "10", "1999", "e", "ization", " .", "a ' b", "=", "_", "\n\n"]
XLMR_WORDS = "<s> </s> <pad> <unk> <mask> \u2581 \u2581the () ./ ... \u3002 \uff1a \uff0c \u2460 \uff11\uff12 \u2122 \u3327 \ue000 \ue001\ue002 \u200d".split()
XLMR_FORCE = ["\u2581", "\u2581the", "\uff1a", "<s>", "<unk>", "\u3002", "()", "...", "\ue000", "ing", "."]
ENDS = [[".", "\n"], ["\n"], [], [".", "?", "!"], [","], ["the"], ["[NEW0]"], ["", "Question:"], ["[UNK]", "##s"]]
RATES = [0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.33, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1.0, 1.5, 0.0, -1.0]


def random_text(rng, words):
    n_words = rng.choice([0, 1, 2, 5, 5, 20, 20, 20, 60, 60, 60, 200, 200, 700])
    pool = rng.sample(words, rng.choice([2, 10, 40, len(words)]))
    parts = []
    for _ in range(n_words):
        parts.append(rng.choice(pool))
        parts.append(rng.choices([" ", "", "\n", ". ", "  ", "\r\n", "\t"], [20, 3, 3, 3, 1, 1, 1])[0])
    return "".join(parts)


def random_case(rng, words=WORDS, force=FORCE):
    params = {"rate": rng.choice(RATES)}
    if rng.random() < 0.2:
        params["target_token"] = rng.choice([-1, 0, 1, 5, 20, 100, 100000])
    if rng.random() < 0.6:
        params["force_tokens"] = rng.choices(force, k=rng.choice([1, 2, 3, 6, 12, 40]))
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
    context = random_text(rng, words)
    if rng.random() < 0.5:
        context = [random_text(rng, words) for _ in range(rng.choice([0, 1, 2, 3, 3, 5, 8]))]
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


def random_xlm_roberta_case(rng):
    case = random_case(rng, WORDS + XLMR_WORDS, FORCE + XLMR_FORCE)
    if rng.random() < 1 / 3:
        case["params"].pop("return_word_label", None)  # the library takes the marker off the words for this model's name only
        case["params"]["method"] = "securitylingua"
    return case


def run(compressor, case):
    compressor.model.levels = case["levels"]
    params = json.loads(json.dumps(case["params"]))
    prompt_compressor.np.is_on = params.pop("method", None) == "securitylingua"
    try:
        return compressor.compress_prompt(json.loads(json.dumps(case["context"])), **params)
    except (AssertionError, IndexError, ValueError, ZeroDivisionError) as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    family = parser.add_mutually_exclusive_group(required=True)
    family.add_argument("--tokenizer", help="folder with the tokenizer of all-MiniLM-L6-v2")
    family.add_argument("--xlm-roberta", action="store_true")
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    use_local_ranks()
    rng = random.Random(arguments.seed)
    prompt_compressor.np = FixedThreshold()
    if arguments.xlm_roberta:
        compressor = make_compressor(xlm_roberta_tokenizer(), "xlm-roberta-large")
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.tokenizer)
        compressor = make_compressor(tokenizer, "bert-base-multilingual-cased")
    out = arguments.out or OUT / ("xlm_roberta_cases.jsonl.zst" if arguments.xlm_roberta else "cases.jsonl.zst")
    rows = [{"made_with": {"llmlingua": "0.2.2", "transformers": transformers.__version__, "numpy": numpy.__version__,
                           "seed": arguments.seed}}]
    for number in range(arguments.cases):
        case = random_xlm_roberta_case(rng) if arguments.xlm_roberta else random_case(rng)
        rows.append({"id": f"random-{number:04}", **case, "output": run(compressor, case)})
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    packed = subprocess.run(["zstd", "-19", "--quiet", "--stdout"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(packed.stdout)
    n_errors = sum("error" in row.get("output", {}) for row in rows)
    print(f"{arguments.cases} cases, {n_errors} of them errors, {len(packed.stdout)} bytes")


if __name__ == "__main__":
    main()
