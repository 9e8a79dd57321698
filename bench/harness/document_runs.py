"""Documents through `pith batch`, for the benchmark and the test of them."""
import json
import os
import pathlib
import subprocess

from harness import machine

RATES = (0.2, 0.33, 0.5, 0.8)
SHARED = pathlib.Path(os.environ.get("PITH_SHARED", machine.ROOT.parent / "shared")) / "data/documents"
SMALL = machine.ROOT / "tests/data/documents"


def read(path):
    return path.read_bytes().decode("utf-8")


def shared_documents():
    """[(name, category, text)] in the order of the manifest; names are "category/file"."""
    with open(SHARED / "manifest.jsonl", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    return [(entry["file"], entry["category"], read(SHARED / entry["file"])) for entry in entries]


def small_documents():
    """The documents of this repository: [(name, text)]."""
    return [(path.name, read(path)) for path in sorted(SMALL.iterdir()) if path.name != "README.md"]


def run_pith(binary, documents, folder, rates=RATES):
    """{(name, rate): result} of [(name, text)] from one `pith batch`."""
    requests, answers = folder / "requests.jsonl", folder / "results.jsonl"
    with open(requests, "w", encoding="utf-8") as file:
        for name, text in documents:
            for rate in rates:
                file.write(json.dumps({"id": f"{name}@{rate}", "context": [text], "rate": rate}) + "\n")
    subprocess.run([binary, "batch", "--timings", "--no-progress", requests, "-o", answers], check=True)
    results = {}
    with open(answers, encoding="utf-8") as lines:
        asked = [(name, rate) for name, _ in documents for rate in rates]
        for (name, rate), row in zip(asked, map(json.loads, lines), strict=True):
            if "error" in row:
                raise RuntimeError(f"{name} at {rate}: {row['error']}")
            results[name, rate] = row
    return results
