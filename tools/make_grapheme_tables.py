#!/usr/bin/env python3
"""Writes src/tokenize/grapheme_data.h: how code points join into extended grapheme clusters (Unicode Annex 29).

The numbers are asked of the Hugging Face `tokenizers` library, so that the C++ code agrees with it whatever Unicode version
its crates carry. Its Precompiled normaliser looks a cluster up whole if it has fewer than six bytes and character by
character otherwise. A charsmap that turns every lead byte into "x" therefore counts: one x for a short cluster, one x a
character for a long one. That is all the C++ code needs to know, so flags which cannot change these counts (regional
indicators: any pair of them is long) are left out.

    python3 tools/make_grapheme_tables.py            # rewrite the file
    python3 tools/make_grapheme_tables.py --check    # exit 1 if the file would change
"""
import pathlib
import struct

import tokenizers
from tokenizers import normalizers

import generated_file

TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/tokenize/grapheme_data.h"
SOURCE = f"tokenizers {tokenizers.__version__}"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and c not in (0x0A, 0x0D)]

JOINS, CONTROL, PREPEND, PICTURE, PICTURE_EXTEND, CONSONANT, LINKER, CONJUNCT_EXTEND = (1 << i for i in range(8))
HANGUL = {"L": 1 << 8, "V": 2 << 8, "T": 3 << 8, "LV": 4 << 8, "LVT": 5 << 8}

ACUTE, ZWJ, COPYRIGHT, KA, VIRAMA, ARABIC_SIGN = "\u0301", "\u200d", "\u00a9", "\u0915", "\u094d", "\u0600"
L, V, T = "\u1100", "\u1161", "\u11a8"


def counting_normalizer():
    """A double array (darts-clone's layout) of one-byte keys: every lead byte gives "x", the line feed "n"."""
    def unit(label, has_leaf, offset):
        return label | has_leaf << 8 | offset << 10
    units = [0] * 1024
    units[0] = unit(0, 0, 256)
    for byte in [b for b in range(1, 256) if not 0x80 <= b < 0xC0]:
        at, leaf = 256 ^ byte, 512 + byte
        units[at] = unit(byte, 1, at ^ leaf)
        units[leaf] = (2 if byte == 0x0A else 0) | 1 << 31
    trie = struct.pack(f"<{len(units)}I", *units)
    return normalizers.Precompiled(struct.pack("<I", len(trie)) + trie + b"x\0n\0").normalize_str


count = counting_normalizer()


def probe(pattern):
    """For each code point the number of x's that `pattern` gives with it in the place of "?"."""
    before, after = pattern.split("?")
    lines = count("\n".join(before + chr(c) + after for c in CODE_POINTS)).split("n")
    assert len(lines) == len(CODE_POINTS)
    return dict(zip(CODE_POINTS, map(len, lines)))


def flags():
    result = dict.fromkeys(CODE_POINTS, 0)

    def mark(flag, pattern, n, only=lambda c: True):
        for c, got in probe(pattern).items():
            if got == n and only(c):
                result[c] |= flag

    def has(flag):
        return lambda c: bool(result[c] & flag)

    def lacks(flag):
        return lambda c: not result[c] & flag

    mark(JOINS, "a?", 1)
    mark(CONTROL, f"?{ACUTE}{ACUTE}", 2, lacks(JOINS))
    mark(PREPEND, "?a", 1, lacks(CONTROL))
    mark(PICTURE, f"{COPYRIGHT}{ZWJ}?", 3, lacks(JOINS))
    mark(PICTURE_EXTEND, f"{COPYRIGHT}?{ZWJ}{COPYRIGHT}{ACUTE}", 5, has(JOINS))
    mark(CONSONANT, f"?{VIRAMA}{KA}{ACUTE}", 4, lacks(JOINS | PREPEND))
    mark(LINKER, f"{KA}?{KA}{ACUTE}", 4, has(JOINS))
    mark(CONJUNCT_EXTEND, f"{KA}?{VIRAMA}{KA}{ACUTE}", 5, has(JOINS))
    other_side = probe(f"{KA}{VIRAMA}?{KA}{ACUTE}")
    assert all((other_side[c] == 5) == bool(result[c] & CONJUNCT_EXTEND) for c in CODE_POINTS if result[c] & JOINS)

    follows = {s: probe(f"{ARABIC_SIGN}{s}?") for s in (L, V, T)}
    leads = {s: probe(f"{ARABIC_SIGN}?{s}{ACUTE}") for s in (V, T)}
    for c in CODE_POINTS:
        if result[c] & JOINS:
            continue
        after = tuple(follows[s][c] == 3 for s in (L, V, T))
        if not any(after):
            continue
        # A sign and a syllable are five bytes; joined to the next jamo and its mark they are four characters of a long
        # cluster, else one short cluster and another.
        before = tuple(leads[s][c] == 4 for s in (V, T))
        result[c] |= HANGUL[{
            ((True, False, False), (True, False)): "L", ((True, True, False), (True, True)): "V",
            ((False, True, True), (False, True)): "T", ((True, False, False), (True, True)): "LV",
            ((True, False, False), (False, True)): "LVT",
        }[after, before]]
    result[0x0A] = result[0x0D] = CONTROL
    return result


def generate():
    values = flags()
    ranges = []
    for c in sorted(values):
        if not ranges or ranges[-1][1] != values[c]:
            ranges.append((c, values[c]))
    # Pairs of Hangul ranges (LV, 27 LVT) would be most of the table; LV is every 28th syllable by arithmetic.
    for c in range(0xAC00, 0xD7A4):
        assert values[c] == HANGUL["LV" if (c - 0xAC00) % 28 == 0 else "LVT"], hex(c)
    ranges = [(c, v) for c, v in ranges if not 0xAC00 < c < 0xD7A4]
    ranges = [(c, HANGUL["LVT"] if c == 0xAC00 else v) for c, v in ranges]
    body = [
        "// {first code point, flags}: they hold up to the next row. Every Hangul syllable is listed as LVT.",
        "struct FlagRange { std::uint32_t first; std::uint16_t flags; };",
        "inline constexpr FlagRange kFlagRanges[] = {",
        *generated_file.wrapped(f"{{{c:#x}, {value:#x}}}" for c, value in ranges),
        "};",
    ]
    return generated_file.header_text("make_grapheme_tables.py", SOURCE, "graphemes.cc only; the flags are explained there.",
                                      "grapheme_data", body)


if __name__ == "__main__":
    generated_file.main(__doc__, TARGET, generate, SOURCE)
