#!/usr/bin/env python3
"""Writes tests/data/relevance/bm25_okapi.json: what the package rank_bm25 (BM25Okapi, its defaults) scores, over texts split at
single spaces as the published library splits them. Texts are made from a seed.
Scores are hexadecimal floating-point numbers, which every reader reads to the last bit."""
import importlib.metadata
import json
import pathlib
import random

from rank_bm25 import BM25Okapi

WORDS = ["the", "The", "pole", "pole.", "reached", "1911", "", "", "été", "南極", "a", "of", "snow", "-", "x\n", "\t"]


def text(rng, n_words):
    return " ".join(rng.choice(WORDS[:rng.randint(4, len(WORDS))]) for _ in range(n_words))


def main():
    rng = random.Random(11)
    cases = [("the pole", ["the pole", "the pole", "the pole"]), ("", ["", "a b", "  "]), ("x y", ["a", "b"]), ("a a", ["a"]),
             ("who reached the pole first", ["Amundsen reached the pole first", "the penguin swims", "the ice is cold  and the sea too"])]
    cases += [(text(rng, rng.randint(0, 8)), [text(rng, rng.randint(0, 30)) for _ in range(rng.randint(1, 9))]) for _ in range(40)]
    rows = [{"query": query, "passages": passages,
             "scores": [float(s).hex() for s in BM25Okapi([p.split(" ") for p in passages]).get_scores(query.split(" "))]}
            for query, passages in cases]
    out = pathlib.Path(__file__).resolve().parents[1] / "data/relevance/bm25_okapi.json"
    head = {"made_by": "tests/oracle/record_bm25_cases.py", "versions": f"rank_bm25 {importlib.metadata.version('rank_bm25')}"}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    out.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
