#!/usr/bin/env python3
"""Writes models/tokenizers/{o200k_base,cl100k_base}.ranks from the npm package js-tiktoken.

    npm pack js-tiktoken@1.0.21 && tar xzf js-tiktoken-1.0.21.tgz      # makes ./package
    python3 tools/make_ranks.py package

The package writes each vocabulary as base64 tokens in rank order. From them the official `.tiktoken` file is put together
again and its SHA-256 compared with the one tiktoken itself expects, so where the bytes came from does not matter.

File layout (version 1), little-endian; models/tokenizers/README.md describes it for readers:
    8 bytes   "PITHRANK"
    u32       version (1)
    u32       number of tokens; ranks are 0 .. n-1
    u64       bytes of all tokens together
    rest      one zstd frame with a content checksum; it holds n length bytes (1..255), then the tokens in rank order
"""
import base64
import hashlib
import json
import pathlib
import re
import struct
import subprocess
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "models/tokenizers"
EXPECTED_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
VERSION = 1


def tokens_of(package, name):
    """The tokens in rank order: lines of "! <first rank> <base64> <base64> ..."."""
    source = (package / f"dist/ranks/{name}.js").read_text()
    text = json.loads(re.search(r'"bpe_ranks":\s*("(?:[^"\\]|\\.)*")', source).group(1))
    tokens = {}
    for line in filter(None, text.split("\n")):
        _, first, *encoded = line.split(" ")
        for i, token in enumerate(encoded):
            tokens[int(first) + i] = base64.b64decode(token)
    assert sorted(tokens) == list(range(len(tokens))), f"{name}: ranks have holes"
    return [tokens[i] for i in range(len(tokens))]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    package = pathlib.Path(sys.argv[1])
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, expected in EXPECTED_SHA256.items():
        tokens = tokens_of(package, name)
        official = b"".join(base64.b64encode(t) + b" %d\n" % i for i, t in enumerate(tokens))
        got = hashlib.sha256(official).hexdigest()
        if got != expected:
            sys.exit(f"{name}: SHA-256 of the .tiktoken file is {got}, not {expected}")
        payload = bytes(len(t) for t in tokens) + b"".join(tokens)
        header = b"PITHRANK" + struct.pack("<IIQ", VERSION, len(tokens), sum(map(len, tokens)))
        packed = subprocess.run(["zstd", "-19", "--check", "-c"], input=payload, stdout=subprocess.PIPE, check=True).stdout
        (TARGET / f"{name}.ranks").write_bytes(header + packed)
        print(f"{name}: {len(tokens)} tokens, {len(payload)} bytes, {len(header) + len(packed)} packed; longest {max(map(len, tokens))}")


if __name__ == "__main__":
    main()
