#!/usr/bin/env python3
"""Writes tests/data/golden_llmlingua2 from recorded outputs of llmlingua 0.2.2 (a folder with llmlingua2/ and inputs/).

    tools/make_golden_data.py [RECORDED]          # default: $PITH_SHARED/golden, else ../shared/golden

Left out: the cases whose input comes from DialogSum (CC BY-NC-SA: not to be redistributed here), and what no test reads.
Tokens and probabilities are stored once per distinct sequence. Needs the program `zstd`.
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "tests/data/golden_llmlingua2"
NON_COMMERCIAL = "inputs/dialogue_f00649.txt"


def read_lines(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_lines(name, rows):
    """One JSON object a line, compressed."""
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    packed = subprocess.run(["zstd", "-19", "--quiet", "--stdout"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    (OUT / name).write_bytes(packed.stdout)


def input_files(value):
    """Every {"file": ...} in a case's input."""
    if isinstance(value, dict):
        return {value["file"]} if "file" in value else set().union(*map(input_files, value.values()))
    return set().union(*map(input_files, value)) if isinstance(value, list) else set()


def pack_sequences(recorded):
    """Distinct (tokens, probabilities), and per case which of them its model calls returned, with the words made of them.

    The library reports the unmasked positions only. With the context filter its calls are the scoring of every chunk,
    then the compression of the kept ones.
    """
    numbers, sequences, cases = {}, [], []
    for case in recorded:
        if "tokens" not in case:
            continue  # a long one, recorded in part
        used = []
        for tokens, probabilities in zip(case["tokens"], case["token_keep_prob"]):
            spelled = " ".join(tokens)
            if spelled not in numbers:
                numbers[spelled] = len(sequences)
                sequences.append({"tokens": spelled, "token_keep_prob": probabilities})
            assert sequences[numbers[spelled]]["token_keep_prob"] == probabilities
            used.append(numbers[spelled])
        cases.append({"id": case["id"], "sequences": used, "words": case["words"], "word_prob": case["word_prob"]})
    return sequences, cases


def main():
    shared = pathlib.Path(os.environ.get("PITH_SHARED") or ROOT.parent / "shared")
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "golden"
    folder = source / "llmlingua2"
    cases = read_lines(folder / "cases.jsonl") + read_lines(folder / "long.jsonl.gz")
    left_out = {case["id"] for case in cases if NON_COMMERCIAL in input_files(case["input"])}
    cases = [case for case in cases if case["id"] not in left_out]
    recorded = [case for case in read_lines(folder / "intermediate.jsonl.gz") if case["id"] not in left_out]

    shutil.rmtree(OUT / "inputs", ignore_errors=True)
    (OUT / "inputs").mkdir(parents=True)
    for name in sorted(set().union(*(input_files(case["input"]) for case in cases))):
        (OUT / name).write_bytes((source / name).read_bytes())
    shutil.copyfile(folder / "head.safetensors", OUT / "head.safetensors")
    write_lines("cases.jsonl.zst",
                [{key: case[key] for key in ("id", "params", "input", "output", "min_margin")} for case in cases])
    sequences, words = pack_sequences(recorded)
    write_lines("sequences.jsonl.zst", sequences)
    write_lines("words.jsonl.zst", words)
    print(f"{len(cases)} cases ({len(left_out)} left out), {len(sequences)} sequences, words of {len(words)} cases")


if __name__ == "__main__":
    main()
