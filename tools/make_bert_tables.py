#!/usr/bin/env python3
"""Writes src/tokenize/bert_char_data.h: what BERT's text normaliser does to every code point.

The numbers are asked of the Hugging Face `tokenizers` library, one code point at a time, so that the C++ code agrees with
it whatever Unicode version its crates carry (they are not one version: categories are Unicode 8, decompositions 12, case
newer) and whatever ICU the machine has.

    python3 tools/make_bert_tables.py            # rewrite the file
    python3 tools/make_bert_tables.py --check    # exit 1 if the file would change
"""
import pathlib
import unicodedata

import tokenizers
from tokenizers import normalizers, pre_tokenizers

import generated_file

TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/tokenize/bert_char_data.h"
SOURCE = f"tokenizers {tokenizers.__version__}"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic

DROP, SPACE, CHINESE, WHITE, PUNCT, MARK = (1 << i for i in range(6))  # bits 6 and 7: see bert_chars.cc


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**options, **on}).normalize_str


clean = bert(clean_text=True)
chinese = bert(handle_chinese_chars=True)
strip = bert(strip_accents=True)
lower = bert(lowercase=True)
nfd = normalizers.NFD().normalize_str
split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def probe_flags(c):
    s = chr(c)
    flags = 0
    cleaned = clean(f"a{s}b")
    if cleaned == "ab":
        flags |= DROP
    elif cleaned == "a b":
        flags |= SPACE
    else:
        assert cleaned == f"a{s}b", hex(c)
    spaced = chinese(f"a{s}b")
    if spaced == f"a {s} b":
        flags |= CHINESE
    else:
        assert spaced == f"a{s}b", hex(c)
    words = [word for word, _ in split(f"a{s}b")]
    if words == ["a", "b"]:
        flags |= WHITE
    elif words == ["a", s, "b"]:
        flags |= PUNCT
    else:
        assert words == [f"a{s}b"], hex(c)
    if strip(f"a{s}") == "a":
        flags |= MARK
    return flags


def probe_combining_classes():
    """Canonical combining class of every code point, from the order the library puts marks into.

    One representative per class (chosen with unicodedata, then verified against each other) is a ruler: a mark's class is
    the one whose representative neither moves before it nor behind it.
    """
    ruler = {}
    for c in CODE_POINTS:
        k = unicodedata.combining(chr(c))
        if k and k not in ruler and nfd(chr(c)) == chr(c):
            # must be known to the library as a mark: something of another class swaps with it
            probe = "\u0334" if k != 1 else "\u0301"  # classes 1 and 230
            pair = (chr(c) + probe) if k != 1 else (probe + chr(c))
            if nfd("a" + pair) != "a" + pair:
                ruler[k] = chr(c)
    classes = sorted(ruler)
    for i, a in enumerate(classes):
        for b in classes[i + 1:]:
            assert nfd("a" + ruler[b] + ruler[a]) == "a" + ruler[a] + ruler[b], (a, b)
            assert nfd("a" + ruler[a] + ruler[b]) == "a" + ruler[a] + ruler[b], (a, b)
    lowest, highest = ruler[classes[0]], ruler[classes[-1]]

    def swaps(first, second):
        return nfd("a" + first + second) == "a" + second + first != "a" + first + second

    result = {}
    for c in CODE_POINTS:
        s = chr(c)
        if nfd(s) != s:  # never in the output: its parts are classified instead
            continue
        if not swaps(s, lowest) and not swaps(highest, s):
            continue
        same = [k for k in classes if not swaps(s, ruler[k]) and not swaps(ruler[k], s)]
        assert len(same) == 1, (hex(c), same)
        result[c] = same[0]
    return result


def lower_ranges():
    """(first, last, stride, delta) for the single-character mappings."""
    ranges = []
    for c in CODE_POINTS:
        low = lower(chr(c))
        if low == chr(c):
            continue
        if len(low) != 1:
            assert c == 0x130 and low == "i\u0307", hex(c)  # spelt out in bert_chars.cc
            continue
        delta = ord(low) - c
        if ranges:
            first, last, stride, previous = ranges[-1]
            step = c - last
            if delta == previous and step <= 2 and (first == last or step == stride):
                ranges[-1] = (first, c, step, delta)
                continue
        ranges.append((c, c, 1, delta))
    return ranges


def generate():
    combining = probe_combining_classes()
    records = {c: probe_flags(c) | combining.get(c, 0) << 8 for c in CODE_POINTS}
    ranges = []
    for c in CODE_POINTS:
        if not ranges or ranges[-1][1] != records[c]:
            ranges.append((c, records[c]))
    decompositions, pool = [], []
    for c in CODE_POINTS:
        if c in HANGUL or nfd(chr(c)) == chr(c):
            continue
        parts = [ord(p) for p in nfd(chr(c))]
        classes = [combining.get(p, 0) for p in parts]
        assert classes == sorted(classes) and all(nfd(chr(p)) == chr(p) for p in parts), hex(c)
        decompositions.append((c, len(pool), len(parts)))
        pool += parts
    for c in HANGUL:
        i = c - 0xAC00
        parts = [0x1100 + i // 588, 0x1161 + i % 588 // 28] + ([0x11A7 + i % 28] if i % 28 else [])
        assert [ord(p) for p in nfd(chr(c))] == parts
    assert len(pool) < 1 << 13

    body = [
        "// {first code point, record}: the record holds up to the next row. Low byte: flags; high byte: combining class.",
        "struct RecordRange { std::uint32_t first; std::uint16_t record; };",
        "inline constexpr RecordRange kRecordRanges[] = {",
        *generated_file.wrapped(f"{{{c:#x}, {r:#x}}}" for c, r in ranges),
        "};",
        "",
        "// {first, last, stride, lower case - code point}",
        "struct LowerRange { std::uint32_t first, last, stride; std::int32_t delta; };",
        "inline constexpr LowerRange kLowerRanges[] = {",
        *generated_file.wrapped(f"{{{a:#x}, {b:#x}, {s}, {d}}}" for a, b, s, d in lower_ranges()),
        "};",
        "",
        "// {code point, index into kDecompositionPool * 8 + number of parts}: full canonical decompositions, Hangul left out.",
        "struct Decomposition { std::uint32_t code_point; std::uint16_t at; };",
        "inline constexpr Decomposition kDecompositions[] = {",
        *generated_file.wrapped(f"{{{c:#x}, {at * 8 + n}}}" for c, at, n in decompositions),
        "};",
        "inline constexpr char32_t kDecompositionPool[] = {",
        *generated_file.wrapped(f"{p:#x}" for p in pool),
        "};",
    ]
    return generated_file.header_text("make_bert_tables.py", SOURCE, "bert_chars.cc only; the layouts are explained there.",
                                      "bert_data", body)


if __name__ == "__main__":
    generated_file.main(__doc__, TARGET, generate, SOURCE)
