#!/usr/bin/env python3
"""Compares Pith's tokenizers with the libraries they must equal: Hugging Face `tokenizers` and `tiktoken`.

    tokenize_oracle.py --dump build/bin/tokenize_dump [--strings N] [--seed N] [--only wordpiece|counter]

Every text under the documents, xquad and golden folders of $PITH_SHARED (if it is there), the texts of tests/data and `--strings`
generated ones (default $PITH_ORACLE_STRINGS or 15000; a share of them for each of eleven vocabularies and settings) must
give the same ids and, for WordPiece, the same spans. Prints the first differences and exits 1 if there are any.

A million strings: PITH_ORACLE_STRINGS=1000000, about a quarter of an hour, most of it the reference libraries' own.
"""
import argparse
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("PITH_SHARED", SOURCE.parent / "shared"))
BATCH = 20000
MAX_SHOWN = 5


# ---------------------------------------------------------------------------------------------------------------- texts
def stored_texts():
    """Real texts: (whole ones, their lines)."""
    texts = []
    documents = SHARED / "data/documents"
    if documents.is_dir():
        for path in sorted(p for p in documents.rglob("*") if p.is_file()):
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    golden = SHARED / "golden"
    for path in sorted((golden / "inputs").glob("*.txt")):
        texts.append(path.read_bytes().decode("utf-8", "replace"))
    if (golden / "tokenizers/cases.jsonl.gz").is_file():
        for row in map(json.loads, gzip.open(golden / "tokenizers/cases.jsonl.gz", "rt", encoding="utf-8")):
            if isinstance(row["input"]["text"], str):
                texts.append(row["input"]["text"])
    for path in sorted((SHARED / "data/xquad").glob("*.jsonl.gz")):
        for row in map(json.loads, gzip.open(path, "rt", encoding="utf-8")):
            texts += [row["context"], row["question"]]
    for path in sorted((SOURCE / "tests/data").rglob("*")):
        if path.suffix in (".txt", ".md", ".jsonl"):
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    lines = [line for text in texts for line in text.splitlines(keepends=True)]
    return list(dict.fromkeys(texts)), list(dict.fromkeys(lines))


class Generator:
    """Seeded random strings: each is a few stretches, each stretch drawn from one alphabet."""

    def __init__(self, seed, words):
        self.random = np.random.default_rng(seed)
        self.words = words
        scalar = np.array([c for c in range(0x110000) if not 0xD800 <= c < 0xE000], dtype=np.uint32)
        special = [int(c) for c in scalar if self.is_special(int(c))]
        marks = [c for c in special if unicodedata.category(chr(c))[0] == "M"]
        classed = [c for c in special if unicodedata.combining(chr(c))]
        block = lambda a, b: np.arange(a, b + 1, dtype=np.uint32)
        self.alphabets = [
            block(0x20, 0x7E),
            block(0x20, 0x7E),
            block(0x61, 0x7A),
            block(0x00, 0x7F),
            block(0x00, 0x24F),
            np.array([ord(c) for c in " \t\n\r\x0b\x0c\x85\xa0\u2028\u3000'.-/sStTdDmMlLvVrReE1234"], dtype=np.uint32),
            np.array([ord(c) for c in "  \n\r\t/"], dtype=np.uint32),
            np.array([ord(c) for c in "aAbB\u01c5\u02b0\u5b57\u0301\u0903'sS \u017f1\u00b2"], dtype=np.uint32),
            np.concatenate([block(0x4E00, 0x9FFF)[::37], block(0x3040, 0x30FF), block(0xFF00, 0xFFEF)]),
            np.concatenate([block(0xAC00, 0xD7A3)[::11], block(0x1100, 0x11FF)]),
            block(0x370, 0x5FF),
            block(0x600, 0x6FF),
            block(0x900, 0xDFF),
            block(0xE00, 0xFFF),
            block(0x1E00, 0x1FFF),
            block(0x2000, 0x2BFF),
            block(0x1D100, 0x1D1FF),
            block(0x1F300, 0x1FAFF),
            np.array(special, dtype=np.uint32),
            np.array(marks, dtype=np.uint32),
            np.array(classed + [0x61, 0x41, 0xE9, 0x1D15F, 0x1D160, 0xAC01], dtype=np.uint32),
            scalar[scalar < 0x10000],
            scalar,
        ]

    @staticmethod
    def is_special(c):
        s = chr(c)
        return (c < 0x3000 or unicodedata.combining(s) != 0 or unicodedata.normalize("NFD", s) != s and not 0xAC00 <= c < 0xD7A4
                or s.lower() != s or s.upper() != s or unicodedata.category(s)[0] in "MPZ" or unicodedata.category(s) in ("Cf", "Cc")
                or 0xFFF0 <= c < 0x10000 or 0xF900 <= c < 0xFB00)

    def stretch(self):
        r = self.random
        if self.words and r.random() < 0.3:
            picked = [self.words[i] for i in r.integers(0, len(self.words), r.integers(1, 6))]
            text = (" " if r.random() < 0.8 else "").join(picked)
            if r.random() < 0.4:  # change, drop or add a character
                at = int(r.integers(0, len(text) + 1))
                alphabet = self.alphabets[int(r.integers(0, len(self.alphabets)))]
                new = chr(int(alphabet[r.integers(0, len(alphabet))])) if r.random() < 0.8 else ""
                text = text[:at] + new + text[at + int(r.integers(0, 2)):]
            return text
        alphabet = self.alphabets[int(r.integers(0, len(self.alphabets)))]
        n = int(r.integers(1, 12) if r.random() < 0.9 else r.integers(12, 150))
        return alphabet[r.integers(0, len(alphabet), n)].astype("<u4").tobytes().decode("utf-32-le")

    def strings(self, n):
        return ["".join(self.stretch() for _ in range(int(self.random.integers(1, 5)))) for _ in range(n)]


# ----------------------------------------------------------------------------------------------------------- C++ driver
def dump(command, encoded, with_spans):
    """tokenize_dump over byte strings: (tokens per string, all ids, all spans or None)."""
    data = b"".join(len(b).to_bytes(4, "little") + b for b in encoded)
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{command} exited with {done.returncode}")
    words = np.frombuffer(done.stdout, dtype=np.uint32)
    counts, ids, spans, at = [], [], [], 0
    for _ in encoded:
        n = int(words[at])
        counts.append(n)
        ids.append(words[at + 1:at + 1 + n])
        at += 1 + n
        if with_spans:
            spans.append(words[at:at + 2 * n])
            at += 2 * n
    if at != len(words):
        sys.exit(f"{command} wrote {len(words)} words, {at} were expected")
    return np.array(counts), np.concatenate(ids), np.concatenate(spans).reshape(-1, 2) if with_spans else None


def char_spans(encoded, counts, spans):
    """Byte spans as code point spans, the way Hugging Face gives them."""
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    index = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])  # code points before each byte
    base = np.repeat(np.concatenate([[0], np.cumsum([len(b) for b in encoded])[:-1]]), counts)[:, None]
    return index[spans + base] - index[base]


def compare(name, texts, command, theirs):
    """`theirs` gives per text (ids, offsets in code points or None)."""
    n_bad = n_tokens = 0
    for begin in range(0, len(texts), BATCH):
        batch = texts[begin:begin + BATCH]
        expected = theirs(batch)
        encoded = [t.encode() for t in batch]
        with_spans = expected[0][1] is not None
        counts, ids, spans = dump(command, encoded, with_spans)
        want_counts = np.array([len(e[0]) for e in expected])
        want_ids = np.concatenate([np.asarray(e[0], dtype=np.uint32) for e in expected])
        n_tokens += len(want_ids)
        if with_spans:
            spans = char_spans(encoded, counts, spans)
            want_spans = np.array([o for e in expected for o in e[1]], dtype=np.int64).reshape(-1, 2)
        if np.array_equal(counts, want_counts) and np.array_equal(ids, want_ids) and (
                not with_spans or np.array_equal(spans, want_spans)):
            continue
        at = want_at = 0
        for text, n, want_n in zip(batch, counts, want_counts):
            mine, other = slice(at, at + n), slice(want_at, want_at + want_n)
            at, want_at = at + n, want_at + want_n
            if np.array_equal(ids[mine], want_ids[other]) and (not with_spans or np.array_equal(spans[mine], want_spans[other])):
                continue
            n_bad += 1
            if n_bad <= MAX_SHOWN:
                print(f"{name}: {text[:300]!r}")
                for who, tokens in (("ours", [ids[mine]] + ([spans[mine]] if with_spans else [])),
                                    ("theirs", [want_ids[other]] + ([want_spans[other]] if with_spans else []))):
                    print(f"   {who:6} " + " ".join(str(t.tolist()[:60]) for t in tokens))
    print(f"{name}: {len(texts)} texts, {n_tokens} tokens, {n_bad} differ", flush=True)
    return n_bad


# ------------------------------------------------------------------------------------------------------------ wordpiece
def wordpiece_theirs(path):
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_file(str(path))

    def run(batch):
        return [(e.ids, e.offsets) for e in tokenizer.encode_batch(batch, add_special_tokens=False)]
    return run


def small_cased_vocabulary(texts):
    """A cased WordPiece vocabulary trained here: its alphabet holds accents, marks and scripts the English one lacks."""
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers, trainers
    t = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=8000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)
    t.train_from_iterator(texts, trainer)
    return json.loads(t.to_str())["model"]["vocab"]


def wordpiece_variants(texts, generator):
    base = None
    for path in (SOURCE / "models/default/tokenizer.json", SHARED / "models/bootstrap/tokenizer.json"):
        if path.is_file():
            base = json.loads(path.read_text())
            break
    cased = small_cased_vocabulary(texts + generator.strings(20000))
    uncased = base["model"]["vocab"] if base else {p.lower(): i for i, p in enumerate(cased)}
    marks = {}  # every mark, jamo and other letter alone, so that reordered characters show in the ids
    for c in range(0x110000):
        if not 0xD800 <= c < 0xE000 and (unicodedata.category(chr(c))[0] == "M" or 0x1100 <= c < 0x1200 or 0x20 < c < 0x250):
            for piece in (chr(c), "##" + chr(c)):
                marks.setdefault(piece, len(marks))
    marks.setdefault("[UNK]", len(marks))

    def make(vocab, normalizer=None, **model):
        options = dict(type="BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
        if normalizer is not None:
            options.update(normalizer)
        return dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=options,
                    pre_tokenizer=dict(type="BertPreTokenizer"), post_processor=None, decoder=None,
                    model={**dict(type="WordPiece", unk_token="[UNK]", continuing_subword_prefix="##",
                                  max_input_chars_per_word=100, vocab=vocab), **model})
    # (name, share of the generated strings, tokenizer)
    yield "uncased", 1.0, make(uncased)
    yield "uncased, strip_accents false", 0.3, make(uncased, dict(strip_accents=False))
    yield "cased", 0.5, make(cased, dict(lowercase=False))
    yield "cased, strip_accents true", 0.5, make(cased, dict(lowercase=False, strip_accents=True))
    yield "marks, strip_accents true", 0.5, make(marks, dict(strip_accents=True))
    yield "marks, strip_accents false", 0.2, make(marks, dict(strip_accents=False))
    yield "marks, no clean_text, no chinese", 0.3, make(marks, dict(clean_text=False, handle_chinese_chars=False))
    yield "cased, words of 7", 0.2, make(cased, dict(lowercase=False), max_input_chars_per_word=7)
    yield "cased, no prefix", 0.1, make(cased, dict(lowercase=False), continuing_subword_prefix="")
    yield "cased, foreign prefix", 0.05, make(cased, dict(lowercase=False), continuing_subword_prefix="zq@")
    plain = make(cased)
    plain["normalizer"] = None
    yield "cased, no normalizer", 0.1, plain


def check_wordpiece(args, texts, lines, generator):
    n_bad = 0
    for name, share, tokenizer in wordpiece_variants(texts, generator):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tokenizer.json")
            path.write_text(json.dumps(tokenizer))
            stored = texts + lines if name == "uncased" else texts if share >= 0.5 else texts[::10]
            n_bad += compare(f"wordpiece ({name})", stored + generator.strings(int(args.strings * share)),
                             [args.dump, "wordpiece", folder], wordpiece_theirs(path))
    return n_bad


# -------------------------------------------------------------------------------------------------------------- counters
PATTERNS = {
    "o200k_base": "|".join([
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+"""]),
    "cl100k_base": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
}


def read_ranks(path):
    """As models/tokenizers/README.md says: a header of 24 bytes, one zstd frame, lengths, tokens."""
    data = path.read_bytes()
    n = int.from_bytes(data[12:16], "little")
    payload = subprocess.run(["zstd", "-dc"], input=data[24:], stdout=subprocess.PIPE, check=True).stdout
    ends = n + np.cumsum(np.frombuffer(payload[:n], dtype=np.uint8).astype(np.int64))
    return {payload[end - length:end]: rank for rank, (end, length) in enumerate(zip(ends.tolist(), payload[:n]))}


def check_counters(args, texts, generator):
    import tiktoken
    os.environ.setdefault("PITH_DATA", str(SOURCE / "models"))
    n_bad = 0
    for name, pattern in PATTERNS.items():
        ranks = read_ranks(SOURCE / f"models/tokenizers/{name}.ranks")
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        hostile = ["a" * 100000, "ab" * 30000, " " * 50000 + "x", "\n" * 30000, " \n" * 20000 + "x", "\u4f60" * 20000, "\u0301" * 20000,
                   "A" * 30000, "\u0301A" * 10000, "\u0301" + "A" * 20000, "'s" * 10000, "/" * 30000, "1" * 30000, "\U0001f600" * 10000]
        n_bad += compare(f"counter ({name})", texts + hostile + generator.strings(args.strings), [args.dump, "counter", name],
                         lambda batch: [(ids, None) for ids in encoding.encode_ordinary_batch(batch, num_threads=2)])
    return n_bad


def argument_parser(description, seed=1):
    """What the tokenizers' oracles are asked on the command line."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--dump", required=True, help="the built tokenize_dump program")
    parser.add_argument("--strings", type=int, default=int(os.environ.get("PITH_ORACLE_STRINGS", 15000)))
    parser.add_argument("--seed", type=int, default=seed)
    return parser


def words_of(texts):
    return sorted({w for t in texts[:3000] for w in t.split()}) or ["some", "words", "don't", "1,234.5"]


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--only", choices=["wordpiece", "counter"])
    args = parser.parse_args()
    texts, lines = stored_texts()
    print(f"{len(texts)} stored texts with {len(lines)} lines, {args.strings} generated ones, seed {args.seed}", flush=True)
    n_bad = 0
    words = words_of(texts)
    if args.only in (None, "wordpiece"):
        n_bad += check_wordpiece(args, texts, lines, Generator(args.seed, words))
    if args.only in (None, "counter"):
        n_bad += check_counters(args, texts + lines, Generator(args.seed + 1000, words))
    sys.exit(1 if n_bad else 0)


if __name__ == "__main__":
    main()
