#!/usr/bin/env python3
"""Compares Pith's byte-level BPE with Hugging Face `tokenizers`: ids and spans of the same tokenizer.json.

    byte_bpe_oracle.py --dump build/bin/tokenize_dump [--strings N] [--seed N]

Vocabularies are trained here, on the stored texts and generated ones, so that every script, emoji and oddity is in them; the
variants cover each setting that Pith reads. Texts and their number are those of tokenize_oracle.py, shared out among the
variants (from 100,000 generated strings on, all of the stored texts and their lines). No tokenizer here has added tokens: in Pith what a user types never is one. Prints the first differences and exits 1
if there are any.
"""
import copy
import json
import pathlib
import random
import sys
import tempfile

import tokenizers
from tokenizers import models, pre_tokenizers, trainers

import tokenize_oracle as oracle

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT4O = oracle.PATTERNS["o200k_base"]
DEEPSEEK = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"""
            r"""\s*[\r\n]+|\s+(?!\S)|\s+""")
KIMI = (r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
        r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


A, B = ({"Sequence": {"id": side, "type_id": 0}} for side in "AB")
TEMPLATE = dict(type="TemplateProcessing", single=[A], pair=[A, B], special_tokens={})


def train(texts, size, pre_tokenizer, alphabet):
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False))
    return json.loads(tokenizer.to_str())["model"]


def byte_level(add_prefix_space=False, use_regex=True, trim_offsets=True):
    return dict(type="ByteLevel", add_prefix_space=add_prefix_space, trim_offsets=trim_offsets, use_regex=use_regex)


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return dict(type="Split", pattern={kind: pattern}, behavior=behavior, invert=invert)


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def roberta(trim_offsets=True, add_prefix_space=False):
    return dict(type="RobertaProcessing", sep=["</s>", 2], cls=["<s>", 0], trim_offsets=trim_offsets, add_prefix_space=add_prefix_space)


def without(model, tokens):
    """The model without some tokens and the merges that need them."""
    model = copy.deepcopy(model)
    dropped = set(tokens)
    for token in tokens:
        model["vocab"].pop(token, None)
    for pair in list(model["merges"]):
        left, right = pair if isinstance(pair, list) else pair.split(" ")
        if left in dropped or right in dropped or left + right in dropped:
            model["merges"].remove(pair)
            if left + right in model["vocab"]:
                dropped.add(left + right)
                del model["vocab"][left + right]
    return model


def plus(model, *tokens):
    model = copy.deepcopy(model)
    for token in tokens:
        model["vocab"].setdefault(token, max(model["vocab"].values()) + 1)
    return model


def every_character():
    """Each code point that may be special between letters, and between marks that may move or compose with it."""
    bulk = [range(0x3400, 0xA000), range(0xAC00, 0xD7A4), range(0x17000, 0x18D00), range(0x20000, 0x31350)]
    points = [c for c in list(range(0x32400)) + list(range(0xE0000, 0xE0200))
              if not 0xD800 <= c < 0xF900 and not any(c in block and c % 97 for block in bulk)]
    for at in range(0, len(points), 50):
        chunk = [chr(c) for c in points[at:at + 50]]
        yield "x" + "x1".join(chunk)
        yield "".join(f"e{c}\u0323\u0301{c}\u0334" for c in chunk)


def variants(texts, generated):
    pick = random.Random(7)
    corpus = pick.sample(texts, min(len(texts), 4000)) + generated
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe = train(corpus, 12000, pre_tokenizers.ByteLevel(add_prefix_space=False), alphabet)
    # Longer pieces than any pattern lets through: what null and Split leave whole is merged across words.
    loose = train([t[:2000] for t in corpus], 4000, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False), alphabet)
    characters = train(corpus, 6000, pre_tokenizers.Split(" ", "removed"), [])
    some_bytes = without(bpe, ["\u0120", "e", "\u00c3", "\u010a", "\u00e4", "1", "\u00ef"])
    hexes = [f"<0x{b:02X}>" for b in range(256)]

    def make(model, pre_tokenizer, normalizer=None, post_processor=None, **settings):
        model = {**model, **settings}
        return dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=normalizer,
                    pre_tokenizer=pre_tokenizer, post_processor=post_processor, decoder=None, model=model)

    def with_byte_level(*splits):
        return sequence("pretokenizers", *splits, byte_level(use_regex=False))
    nfc, nfd, nfkc, nfkd, lower = ({"type": name} for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase"))
    # (name, share of the generated strings, tokenizer)
    yield "RoBERTa", 1.0, make(bpe, byte_level(), None, roberta())
    yield "ModernBERT", 1.0, make(bpe, byte_level(), nfc, TEMPLATE)
    yield "RoBERTa, add_prefix_space", 0.5, make(bpe, byte_level(True), None, roberta(True, True))
    yield "prefix space only before", 0.1, make(bpe, byte_level(True), None, roberta(True, False))
    yield "prefix space only behind", 0.1, make(bpe, byte_level(False), None, byte_level(True))
    yield "GPT-2", 0.3, make(bpe, byte_level(), None, byte_level(trim_offsets=False))
    yield "SmolLM2", 0.5, make(bpe, sequence("pretokenizers", dict(type="Digits", individual_digits=True), byte_level()))
    yield "digits together, prefix spaces", 0.2, make(
        bpe, sequence("pretokenizers", dict(type="Digits", individual_digits=False), byte_level(True)), None, byte_level(True))
    yield "Llama 3", 0.5, make(bpe, with_byte_level(split(LLAMA3)), None,
                               sequence("processors", byte_level(True, trim_offsets=False)), ignore_merges=True)
    yield "Qwen 2", 0.3, make(bpe, with_byte_level(split(QWEN2)), nfc, byte_level(False, trim_offsets=False))
    yield "GPT-4o", 0.3, make(bpe, with_byte_level(split(GPT4O, "Removed", True)))
    yield "GPT-2 by regex", 0.3, make(bpe, with_byte_level(split(f"(?:{GPT2})")))
    yield "Llama 3 by regex", 0.3, make(bpe, with_byte_level(split(f"(?:{LLAMA3})")))
    yield "GPT-4o by regex", 0.3, make(bpe, with_byte_level(split(f"(?:{GPT4O})")))
    yield "DeepSeek V3", 0.3, make(bpe, with_byte_level(split(r"\p{N}{1,3}"), split(r"[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+".encode()
                                                        .decode("unicode_escape")), split(DEEPSEEK)))
    yield "Kimi", 0.2, make(bpe, with_byte_level(split(KIMI)))
    yield "NFD", 0.2, make(loose, byte_level(use_regex=False), nfd)
    yield "NFKC, trimmed", 0.3, make(bpe, byte_level(True), nfkc, roberta(True, True))
    yield "NFKD and lower case", 0.2, make(bpe, byte_level(), sequence("normalizers", nfkd, lower), roberta())
    yield "lower case and NFC", 0.2, make(bpe, byte_level(), sequence("normalizers", lower, sequence("normalizers", nfc)))
    yield "no cutting", 0.2, make(loose, byte_level(use_regex=False), None, roberta())
    for behavior in ("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            for pattern in (r"\s+", r"[\p{Lu}\d]", r"(?<=[a-z])(?=[A-Z])|\w+?(?=e)", r"x*"):
                yield f"{behavior} {invert} {pattern}", 0.02, make(loose, with_byte_level(split(pattern, behavior, invert)))
            for pattern in (" ", "e", "", "\u0301", ".("):
                yield f"{behavior} {invert} {pattern!r}", 0.01, make(loose, with_byte_level(split(pattern, behavior, invert, "String")))
    for pattern in (r"\w+|[^\w\s]+", r"\W+", r"[^\S\n]+|\D+?1", r"[\S\d]{2,3}?|.", r"(?>a+|\p{Latin}{,2}|\P{M})", r"\p{^L}+|(?i:[ksd]|e)++",
                    r"\u00e9|\x{1F600}|\x41|\t\v", r"(?!\p{L})\X?".replace(r"\X?", ".?"), r"(?<!\p{N})\p{Sm}*+|\p{Cf}|\p{Thai}+|\p{Arabic}+"):
        yield f"regex {pattern}", 0.05, make(loose, with_byte_level(split(pattern)))
    yield "some bytes without token", 0.1, make(some_bytes, byte_level(), None, roberta())
    yield "some bytes unknown", 0.1, make(plus(some_bytes, "<unk>"), byte_level(), None, None, unk_token="<unk>")
    yield "some bytes unknown, fused", 0.1, make(plus(some_bytes, "<unk>"), byte_level(True), nfc, roberta(), unk_token="<unk>", fuse_unk=True)
    yield "byte fallback", 0.1, make(plus(some_bytes, "<unk>", *hexes), byte_level(), None, None, unk_token="<unk>", byte_fallback=True)
    yield "byte fallback of some", 0.1, make(plus(some_bytes, "<unk>", *hexes[::2], *hexes[0xc3:0xc6]), byte_level(), None, roberta(),
                                             unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    spaces = split(" ", "Removed", kind="String")
    yield "characters", 0.1, make(characters, spaces, nfc)
    yield "characters, unknown", 0.1, make(plus(without(characters, ["e", "\u00e9", "1"]), "<unk>"), spaces, unk_token="<unk>")
    yield "characters, fused, whole", 0.1, make(plus(without(characters, ["e", "\u00e9"]), "<unk>"), spaces, None, byte_level(),
                                                unk_token="<unk>", fuse_unk=True, ignore_merges=True)
    yield "characters, byte fallback", 0.1, make(plus(without(characters, ["e", "\u00e9"]), "<unk>", *hexes), None, nfkc, None,
                                                 unk_token="<unk>", byte_fallback=True)


def main():
    parser = oracle.argument_parser(__doc__, seed=2)
    parser.add_argument("--only", help="variants whose name has this in it")
    args = parser.parse_args()
    texts, lines = oracle.stored_texts()
    generator = oracle.Generator(args.seed, oracle.words_of(texts))
    all_variants = list(variants(texts + lines, generator.strings(20000)))
    total = sum(share for _, share, _ in all_variants)
    print(f"{len(texts)} stored texts with {len(lines)} lines, {args.strings} generated ones, seed {args.seed}, {len(all_variants)} variants",
          flush=True)
    n_bad = 0
    for i, (name, share, tokenizer) in enumerate(all_variants):
        if args.only and args.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tokenizer.json")
            path.write_text(json.dumps(tokenizer))
            more = texts + lines if args.strings >= 100000 else texts[::3]
            stored = more if share == 1.0 else more[i % 7::7] if share >= 0.3 else texts[i % 50::50]
            strings = generator.strings(max(50, int(args.strings * share / total)))
            if (args.strings >= 100000 and (0.2 <= share <= 0.5 or name.startswith("regex")) or name in
                    ("ModernBERT", "NFD", "NFKC, trimmed", "NFKD and lower case", "SmolLM2", "GPT-4o by regex")):
                strings += every_character()
            n_bad += oracle.compare(f"BPE ({name})", stored + strings, [args.dump, "wordpiece", folder], oracle.wordpiece_theirs(path))
    sys.exit(1 if n_bad else 0)


if __name__ == "__main__":
    main()
