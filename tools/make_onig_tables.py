#!/usr/bin/env python3
"""Writes src/tokenize/onig_char_data.h: where Hugging Face `tokenizers` sees characters otherwise than tiktoken does.

Its patterns run on Oniguruma, whose Unicode version is older; its Digits pre-tokenizer asks Rust, whose version is newer.
Both are asked of the library itself: a Split on one class, given all code points, returns what is not in it.

    python3 tools/make_onig_tables.py            # rewrite the file
    python3 tools/make_onig_tables.py --check    # exit 1 if the file would change
"""
import pathlib

import tokenizers
from tokenizers import Regex, pre_tokenizers

import generated_file
import make_bpe_tables

TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/tokenize/onig_char_data.h"
SOURCE = f"tokenizers {tokenizers.__version__}"
CODE_POINTS = make_bpe_tables.CODE_POINTS
CHUNK = 5000


def members(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    found = set()
    for at in range(0, len(CODE_POINTS), CHUNK):
        text = "".join(map(chr, CODE_POINTS[at:at + CHUNK]))
        found |= set(map(ord, text)) - {ord(c) for piece, _ in split.pre_tokenize_str(text) for c in piece}
    return found


def numeric():
    digits = pre_tokenizers.Digits(individual_digits=True)
    found = set()
    for at in range(0, len(CODE_POINTS), CHUNK):
        chunk = [c for c in CODE_POINTS[at:at + CHUNK] if c != ord("x")]
        pieces = {piece for piece, _ in digits.pre_tokenize_str("x" + "x".join(map(chr, chunk)) + "x")}
        found |= {c for c in chunk if chr(c) in pieces}
    return found


def ranges(code_points):
    out = []
    for c in sorted(code_points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return generated_file.wrapped(f"{{{first:#x}, {last:#x}}}" for first, last in out)


def generate():
    theirs = [make_bpe_tables.members(pattern) for pattern in make_bpe_tables.CLASSES]
    ours = [members(pattern) for pattern in make_bpe_tables.CLASSES]
    later = set().union(*(t - o for t, o in zip(theirs, ours)))
    for t, o in zip(theirs, ours):
        assert not o - t, "a class has members that tiktoken's has not"
        assert o == t - later
    assert members("(?i:s)") == {ord("s"), ord("S"), 0x17F}
    for letter in "tdmlrve":  # what bpe_split.cc assumes of contractions
        assert members(f"(?i:{letter})") == {ord(letter), ord(letter.upper())}, letter
    numbers = ours[4]
    digits = numeric()
    assert not numbers - digits
    body = [
        "// First and last code point.",
        "struct Range { std::uint32_t first, last; };",
        "",
        "// In a class of bpe_char_data.h there, in none here.",
        "inline constexpr Range kUnassigned[] = {",
        *ranges(later),
        "};",
        "",
        "// Numeric for the Digits pre-tokenizer beside the numbers of the patterns.",
        "inline constexpr Range kMoreNumeric[] = {",
        *ranges(digits - numbers),
        "};",
    ]
    return generated_file.header_text("make_onig_tables.py", SOURCE, "bpe_split.cc only.", "onig_data", body)


if __name__ == "__main__":
    generated_file.main(__doc__, TARGET, generate, SOURCE)
