#!/usr/bin/env python3
"""Writes src/tokenize/bpe_char_data.h: the class of every code point in tiktoken's split patterns.

The classes are asked of `tiktoken` itself (its regular-expression engine decides which Unicode version holds): an encoding
whose pattern is one class, given all code points, returns the members.

    python3 tools/make_bpe_tables.py            # rewrite the file
    python3 tools/make_bpe_tables.py --check    # exit 1 if the file would change
"""
import pathlib

import tiktoken

import generated_file

TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/tokenize/bpe_char_data.h"
SOURCE = f"tiktoken {tiktoken.__version__}"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
ALL = "".join(map(chr, CODE_POINTS))
BYTES = {bytes([i]): i for i in range(256)}

# The order of enum class BpeClass in bpe_split.h; 0 is everything else.
CLASSES = [r"[\p{Lu}\p{Lt}]", r"\p{Ll}", r"[\p{Lm}\p{Lo}]", r"\p{M}", r"\p{N}", r"\s"]


def members(pattern):
    encoding = tiktoken.Encoding("probe", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return set(map(ord, bytes(encoding.encode_ordinary(ALL)).decode()))


def generate():
    class_of = dict.fromkeys(CODE_POINTS, 0)
    for i, pattern in enumerate(CLASSES, 1):
        for c in members(pattern):
            assert class_of[c] == 0, hex(c)
            class_of[c] = i
    assert members(r"\p{L}") == {c for c in CODE_POINTS if 1 <= class_of[c] <= 3}
    assert members("(?i:s)") == {ord("s"), ord("S"), 0x17F}
    for letter in "tdmlrve":  # what bpe_split.cc assumes of contractions
        assert members(f"(?i:{letter})") == {ord(letter), ord(letter.upper())}, letter
    items = []
    previous = None
    for c in CODE_POINTS:
        if class_of[c] != previous:
            items.append(f"{{{c:#x}, {class_of[c]}}}")
            previous = class_of[c]
    body = [
        "// {first code point, BpeClass}: the class holds up to the next row.",
        "struct ClassRange { std::uint32_t first; std::uint8_t value; };",
        "inline constexpr ClassRange kClassRanges[] = {",
        *generated_file.wrapped(items),
        "};",
    ]
    return generated_file.header_text("make_bpe_tables.py", SOURCE, "bpe_split.cc only.", "bpe_data", body)


if __name__ == "__main__":
    generated_file.main(__doc__, TARGET, generate, SOURCE)
