#!/usr/bin/env python3
"""Compares Pith's Unigram tokenizer with Hugging Face `tokenizers`: ids and spans of the same tokenizer.json.

    unigram_oracle.py --dump build/bin/tokenize_dump [--strings N] [--seed N]

Texts and their number are those of tokenize_oracle.py, shared out among the variants, with strings that interest the
normaliser: keys of its character map, marks, jamo, joiners. The vocabularies are the one of tests/data/tokenizers, made-up
ones whose scores tie, and one with a hundred thousand pieces; the character maps are SentencePiece's and random ones. Prints
the first differences and exits 1 if there are any.

In Pith what a user types never is a control token. The library gets each vocabulary without added tokens and with its control
pieces spelled so that no text matches them.
"""
import base64
import copy
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np

import tokenize_oracle as oracle

FIXTURE = oracle.SOURCE / "tests/data/tokenizers/unigram.json.zst"
CONTROL = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}


# ------------------------------------------------------------------------------------------------------------ charsmaps
def pack_charsmap(rules):
    """The binary form of {key: replacement}: a double array as darts-clone lays it out, then the replacements."""
    values, spelled = {}, b""
    for key, replacement in rules.items():
        values[key.encode()] = len(spelled)
        spelled += replacement.encode() + b"\0"
    nodes = {b""}
    for key in values:
        nodes |= {key[:i] for i in range(1, len(key) + 1)}
    children = {node: [] for node in nodes}
    for node in sorted(nodes):
        if node:
            children[node[:-1]].append(node[-1])
    units, place = {0: 0}, {b"": 0}
    for i, node in enumerate(sorted(nodes, key=lambda n: (len(n), n))):
        at, base = place[node], 256 * (i + 1)  # roomy: each node has a block of its own
        # Offsets have 21 bits; with bit 9 they count in steps of 256.
        units[at] |= [(at ^ base) << 10, (at ^ base) >> 8 << 10 | 1 << 9][(at ^ base) % 256 == 0]
        for c in children[node]:
            place[node + bytes([c])] = base ^ c
            units[base ^ c] = c
        if node in values:
            units[at] |= 1 << 8
            units[base] = values[node] | 1 << 31
    trie = struct.pack(f"<{max(units) + 256}I", *(units.get(i, 0) for i in range(max(units) + 256)))
    return struct.pack("<I", len(trie)) + trie + spelled


def unpack_keys(charsmap):
    """The keys of a charsmap that are not begun by others."""
    n = struct.unpack_from("<I", charsmap)[0] // 4
    units = struct.unpack_from(f"<{n}I", charsmap, 4)
    keys, todo = [], [(b"", (units[0] >> 10) << ((units[0] & 512) >> 6))]
    while todo:
        key, base = todo.pop()
        for c in range(1, 256):
            at = base ^ c
            if at < n and units[at] & (1 << 31 | 0xFF) == c:
                if units[at] & 256:
                    keys.append(key + bytes([c]))
                else:
                    todo.append((key + bytes([c]), at ^ (units[at] >> 10) << ((units[at] & 512) >> 6)))
    return [key.decode() for key in keys]


def random_charsmap(random, alphabet):
    rules = {}
    for _ in range(60):
        key = "".join(random.choice(alphabet, int(random.choice([1, 1, 1, 2, 2, 3]))))
        if "\0" not in key:
            rules[key] = "".join(random.choice(alphabet, int(random.choice([0, 0, 1, 1, 2, 3, 5])))).replace("\0", "x")
    return pack_charsmap(rules)


# ---------------------------------------------------------------------------------------------------------------- texts
CLUSTERS = ("abAe\u00e9\u00a9\u00ae\u2764\u2122\u0301\u0302\u0308\u0323\u0483\u05b0\u064b\u200d\ufe0f\u0600\u06dd\u08e2\u0915\u0937\u094d"
            "\u093c\u0903\u0995\u09cd\u1100\u1161\u11a8\uac00\uac01\ua960\ud7b0\ud7cb\u1f1e9\U0001f1e9\U0001f1ea\U0001f468\U0001f3fd\r\n\t \0"
            "\u00ad\u200b\u2581\u3000\u00a0\u0e33\u0e01\ufb01\u00bd\u3300\ufdfa\ufffd\u0085\U000110bd\U00011046")


# Characters whose clusters hang on what stands between them: pictures and joiners, conjuncts, syllables, signs and controls.
GROUPS = ("\u00a9\u00ae\u200d\u0301\u0903\u00a9\u200d\u00ae", "\u0915\u0937\u094d\u0301\u200d\u093c\u0903", "\u1100\u1161\u11a8\uac00\uac01\u0301\u0600",
          "\u0600\u0301a\r\n\u00ad\u06dd\u05b0", "\u2764\ufe0f\u200d\u2122\u0301\U0001f468\U0001f3fd", "a\u00bd\ufb01\u0301\0 \u3000")


class Generator(oracle.Generator):
    def __init__(self, seed, words, keys):
        super().__init__(seed, words)
        scalars = [np.array([ord(c) for c in s], dtype=np.uint32) for s in
                   (*GROUPS, CLUSTERS, "abc ab\u2581", "".join(keys), "  \u2581\u3000\u00a0\u2028\tab\u4e2d", "<s>/unkpadm0xAFE29681")]
        self.alphabets += scalars * 2
        self.keys = keys

    def stretch(self):
        if self.random.random() < 0.15:
            picked = [self.keys[i] for i in self.random.integers(0, len(self.keys), self.random.integers(1, 6))]
            marks = [chr(int(self.random.choice(self.alphabets[-5]))) for _ in picked]
            return "".join(key + (mark if self.random.random() < 0.4 else "") for key, mark in zip(picked, marks))
        return super().stretch()


# ------------------------------------------------------------------------------------------------------------- variants
def read_fixture():
    return json.loads(subprocess.run(["zstd", "-dc", str(FIXTURE)], stdout=subprocess.PIPE, check=True).stdout)


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def metaspace(scheme="always", split=True):
    return dict(type="Metaspace", replacement="\u2581", prepend_scheme=scheme, split=split)


WHITESPACE_SPLIT = {"type": "WhitespaceSplit"}
RUNS = dict(type="Replace", pattern={"Regex": " {2,}"}, content="\u2581")
STRIP_RIGHT = dict(type="Strip", strip_left=False, strip_right=True)


def settings_variants(base):
    """(name, normalizer, pre_tokenizer, changes of the model) for the fixture's vocabulary."""
    precompiled = base["normalizer"]
    classic = base["pre_tokenizer"]
    bytes_added = base["model"]["vocab"] + [[f"<0x{b:02X}>", 0.0] for b in range(256)]
    some_bytes = [p for i, p in enumerate(bytes_added) if i < len(base["model"]["vocab"]) or i % 3]
    new = sequence("normalizers", precompiled, STRIP_RIGHT, RUNS)
    return [
        ("xlm-r", precompiled, classic, {}),
        ("xlm-r of transformers 4.46", new, metaspace(), {}),
        ("old spelling", precompiled, dict(type="Metaspace", replacement="\u2581", add_prefix_space=True, str_rep="\u2581"), {}),
        ("first", precompiled, metaspace("first"), {}),
        ("first, white space split", precompiled, sequence("pretokenizers", WHITESPACE_SPLIT, metaspace("first")), {}),
        ("never", precompiled, metaspace("never"), {}),
        ("never, white space split", precompiled, sequence("pretokenizers", WHITESPACE_SPLIT, metaspace("never")), {}),
        ("no split", new, metaspace(split=False), {}),
        ("no split, white space split", precompiled, sequence("pretokenizers", WHITESPACE_SPLIT, metaspace(split=False)), {}),
        ("white space split only", precompiled, WHITESPACE_SPLIT, {}),
        ("neither", None, None, {}),
        ("no normalizer", None, metaspace(), {}),
        ("bytes", precompiled, classic, dict(vocab=bytes_added, byte_fallback=True)),
        ("bytes, no normalizer", None, metaspace("never", False), dict(vocab=bytes_added, byte_fallback=True)),
        ("some bytes", precompiled, metaspace(), dict(vocab=some_bytes, byte_fallback=True)),
        ("unknown is a comma", precompiled, classic, dict(unk_id=5)),
        ("strip, prepend", sequence("normalizers", dict(type="Strip", strip_left=True, strip_right=True), dict(type="Prepend", prepend="\u2581"),
                                    dict(type="Replace", pattern={"String": " "}, content="\u2581")), None, {}),
        ("replace", sequence("normalizers", dict(type="Replace", pattern={"String": "ab"}, content=""), precompiled,
                             dict(type="Replace", pattern={"String": "a"}, content="\u00e9a"), dict(type="Lowercase")), metaspace(), {}),
        ("compatibility form", sequence("normalizers", dict(type="NFKC"), dict(type="Lowercase"), STRIP_RIGHT), classic, {}),
    ]


def make(base, normalizer, pre_tokenizer, model):
    data = copy.deepcopy(base)
    data.update(normalizer=normalizer, pre_tokenizer=pre_tokenizer, model=data["model"] | model)
    return data


def for_the_library(data):
    """The same tokenizer without control tokens. Text that the library splits has no piece with a space in it."""
    data = copy.deepcopy(data)
    data.update(added_tokens=[])
    unk_id = data["model"]["unk_id"]
    for i, entry in enumerate(data["model"]["vocab"]):
        if entry[0] in CONTROL or i == unk_id:
            entry[0] = f"\U0010fffe{i}\U0010ffff"
    return data


def theirs(data):
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(for_the_library(data)))

    def run(batch):
        return [(e.ids, e.offsets) for e in tokenizer.encode_batch(batch, add_special_tokens=False)]
    return run


def substrings(words, n, random):
    """Made-up pieces: parts of words, with and without their space."""
    pieces = {}
    while len(pieces) < n:
        word = "\u2581" + words[int(random.integers(0, len(words)))]
        begin = int(random.integers(0, len(word)))
        pieces.setdefault(word[begin:begin + int(random.integers(1, 9))])
    return list(pieces)


def vocabulary_variants(base, words, random):
    """(name, tokenizer): other vocabularies and character maps."""
    def with_pieces(pieces, scores, unk_score=0.0, **model):
        vocab = [["<unk>", unk_score]] + [[p, s] for p, s in zip(pieces, scores)]
        return make(base, base["normalizer"], base["pre_tokenizer"], dict(vocab=vocab, unk_id=0, **model))
    small = sorted({"".join(random.choice(list("abc\u2581"), int(random.integers(1, 6)))) for _ in range(300)})
    for kind, scores in (("in steps", -random.integers(1, 4, len(small)) / 2.0), ("all equal", [-1.0] * len(small)),
                         ("of 32 bits", (-random.random(len(small)) * 9).astype(np.float32).astype(float)),
                         ("of 64 bits", -random.random(len(small)) * 9)):
        yield f"ties, scores {kind}", with_pieces(small, [float(s) for s in scores])
    # Runs of unknown characters that spell a piece after all: with scores above zero two of them beat it.
    poor = ["abc", "ab", "ca", "\u2581a", "\u4e2d\u6587", "d", "\u2581", "e", "th"]
    yield "pieces worse than unknowns", with_pieces(poor, [60.0, 51.5, 75.0, 55.0, 62.0, 90.0, 70.0, 50.0, 64.0], 50.0)
    large = substrings(words, 100000, random)
    yield "large", with_pieces(large, [float(s) for s in (-random.gumbel(11, 2, len(large))).astype(np.float32)])
    for i, group in enumerate((CLUSTERS, *GROUPS, *GROUPS)):
        alphabet = list(group)
        charsmap = dict(type="Precompiled", precompiled_charsmap=base64.b64encode(random_charsmap(random, alphabet)).decode())
        pieces = sorted(set(substrings(["".join(random.choice(alphabet, 6)) for _ in range(300)], 40 * len(set(alphabet)) // 6, random)))
        data = with_pieces(pieces, [float(s) for s in -random.random(len(pieces)) * 5])
        data.update(normalizer=[charsmap, sequence("normalizers", charsmap, RUNS, charsmap)][i % 2],
                    pre_tokenizer=[base["pre_tokenizer"], metaspace(), metaspace("first")][i % 3])
        yield f"random charsmap {i}", data


def check(dump, strings, seed):
    texts, lines = oracle.stored_texts()
    words = oracle.words_of(texts)
    base = read_fixture()
    random = np.random.default_rng(seed)
    keys = unpack_keys(base64.b64decode(base["normalizer"]["precompiled_charsmap"]))
    generator = Generator(seed, words, keys)
    variants = [(name, make(base, *parts)) for name, *parts in settings_variants(base)]
    variants += list(vocabulary_variants(base, words, random))
    share = strings // (len(variants) + 6) + 1
    print(f"{len(texts)} stored texts with {len(lines)} lines, {strings} generated ones, seed {seed}", flush=True)
    n_bad = 0
    for name, data in variants:
        main = name.startswith("xlm-r")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "tokenizer.json").write_text(json.dumps(data))
            stored = texts + lines if name == "xlm-r" else texts[::2] if main else texts[::8] + lines[::40]
            generated = generator.strings(share * 4 if main else share)
            n_bad += oracle.compare(f"unigram ({name})", stored + generated, [dump, "wordpiece", folder], theirs(data))
    return n_bad


def main():
    args = oracle.argument_parser(__doc__).parse_args()
    sys.exit(1 if check(args.dump, args.strings, args.seed) else 0)


if __name__ == "__main__":
    main()
