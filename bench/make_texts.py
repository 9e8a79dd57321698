"""Writes bench/data: the texts of the benchmarks, cut from the shared data collection (../shared/data, see its README).

    python3 bench/make_texts.py [--shared FOLDER]

long.txt        meetings, stories and manuals in turn, about 270 kB of English: the speed benches cut it to the asked length
texts.jsonl.gz  100 real texts of many kinds, 1 to 20 kB: the rate table

Only parts under MIT, Apache-2.0, BSD, CC0 or CC BY 4.0 are taken; each row of texts.jsonl.gz, and data/README.md, names its
source. The choice is fixed by a seed, so running this again changes nothing.
"""
import argparse
import collections
import gzip
import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
MEETINGS = ("qmsum-ES2002a", "qmsum-ES2002b", "qmsum-ES2008b", "qmsum-TS3005a")
N_STORIES = 4
MANUALS = ("asciidoc/ninja-manual.asciidoc", "markdown/query-optimization.md")

# name of the source, share of the 100 texts
N_OF_KIND = {"meeting": 20, "abstracts": 10, "story": 12, "visit": 10, "document": 48}
DOCUMENTS = [  # (file, pieces to take)
    ("markdown/simdjson-basics.md", 3), ("markdown/leveldb-impl.md", 1), ("markdown/abseil-faq.md", 2),
    ("markdown/requests-history.md", 2), ("markdown/design-pastebin.md", 2), ("markdown/movie-recommendations.md", 2),
    ("rst/numpy-absolute-beginners.rst", 3), ("rst/flask-quickstart.rst", 3), ("asciidoc/ninja-manual.asciidoc", 2),
    ("log/kafka-server.log", 2), ("log/nginx-access.ndjson", 1), ("log/apache-access.log", 1), ("log/java-stack-trace.log", 1),
    ("json/openapi-2.0-schema.json", 2), ("json/webhook-workflow-run.json", 2), ("json/political-contributions.json", 1),
    ("yaml/openapi-3.0-schema.yaml", 2), ("yaml/filebeat-kubernetes.yaml", 1), ("xml/zwave-devices.xml", 1),
    ("html/angular-app.html", 2), ("html/leveldb-benchmark.html", 2), ("notebook/process-survey-data.ipynb", 1),
    ("tool_output/git-log-stat-leveldb.txt", 1), ("multilingual/fastapi-alternatives.de.md", 2),
    ("multilingual/fastapi-alternatives.fr.md", 2), ("multilingual/fastapi-alternatives.es.md", 2),
    ("multilingual/fastapi-alternatives.pt.md", 1), ("multilingual/fastapi-alternatives.ru.md", 1)]


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def piece(text, n_chars, rng):
    """About n_chars of `text`, beginning and ending at a line."""
    begin = rng.randrange(max(1, len(text) - n_chars))
    begin = text.rfind("\n", 0, begin) + 1
    end = text.find("\n", begin + n_chars)
    return text[begin:end if end != -1 else len(text)].strip("\n")


def make_long(data):
    meetings = {row["id"]: row["transcript"] for row in rows(data / "qmsum/train.jsonl.gz")}
    stories = [row for row in rows(data / "fairytaleqa/train.jsonl.gz") if 8000 < sum(map(len, row["sections"])) < 14000]
    parts = []
    for i, name in enumerate(MEETINGS):
        parts.append(meetings[name])
        parts.append("\n\n".join(stories[i]["sections"]))
        if i < len(MANUALS):
            parts.append((data / "documents" / MANUALS[i]).read_text(encoding="utf-8"))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def make_texts(data, manifest):
    rng = random.Random(20)
    length = lambda: int(1500 * 10 ** rng.uniform(0, 1.1))  # 1.5 to 19 kB, even in the logarithm
    texts = []

    def add(kind, source, licence, text):
        texts.append({"id": f"{kind}-{sum(row['kind'] == kind for row in texts)}", "kind": kind, "source": source,
                      "licence": licence, "text": text})

    for row in rng.sample(rows(data / "qmsum/val.jsonl.gz"), N_OF_KIND["meeting"]):
        add("meeting", "Yale-LILY/QMSum " + row["id"], "MIT", piece(row["transcript"], length(), rng))
    papers = rows(data / "scitldr/dev.jsonl.gz")
    for _ in range(N_OF_KIND["abstracts"]):
        some = rng.sample(papers, rng.randint(2, 8))
        add("abstracts", "allenai/scitldr", "Apache-2.0", "\n\n".join(" ".join(row["sentences"]) for row in some))
    for row in rng.sample(rows(data / "fairytaleqa/val.jsonl"), N_OF_KIND["story"]):
        add("story", "uci-soe/FairytaleQAData " + row["id"], "Apache-2.0", piece("\n".join(row["sections"]), length(), rng))
    for row in rng.sample(rows(data / "aci_bench/visits.jsonl.gz"), N_OF_KIND["visit"]):
        add("visit", "wyim/aci-bench " + row["id"], "CC BY 4.0", row["dialogue"])
    for name, n in DOCUMENTS:
        entry = manifest[name]
        text = (data / "documents" / name).read_text(encoding="utf-8")
        for _ in range(n):
            add("document", f"{entry['project']} {entry['path']} @{entry['commit']}", entry["licence"], piece(text, length(), rng))
    return texts


def sources_page(texts):
    counts = collections.Counter()
    for row in texts:
        project, _, rest = row["source"].partition(" ")
        counts[project, row["licence"].replace("CC-BY-", "CC BY ")] += 1
    lines = ["# Texts of the benchmarks", "",
             "Made by `bench/make_texts.py`: excerpts of the projects below, unchanged but for where they are cut.", "",
             "`long.txt`: transcripts of QMSum (Yale-LILY/QMSum, MIT; built on the AMI corpus, CC BY 4.0), stories of",
             "FairytaleQA (uci-soe/FairytaleQAData, Apache-2.0), the Ninja manual (ninja-build/ninja, Apache-2.0) and a read-me",
             "of elastic/examples (Apache-2.0).", "",
             "`texts.jsonl.gz`: 100 rows `{id, kind, source, licence, text}`, `source` with path and commit or id:", "",
             "| project | licence | rows |", "| --- | --- | ---: |"]
    lines += [f"| {project} | {licence} | {n} |" for (project, licence), n in sorted(counts.items())]
    return "\n".join(lines) + "\n"


def write_gz(path, text):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.encode("utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=pathlib.Path, default=HERE.parent.parent / "shared")
    data = parser.parse_args().shared / "data"
    manifest = {row["file"]: row for row in rows(data / "documents/manifest.jsonl")}
    texts = make_texts(data, manifest)
    assert len(texts) == 100, len(texts)
    (HERE / "data").mkdir(exist_ok=True)
    (HERE / "data/long.txt").write_bytes(make_long(data).encode("utf-8"))
    (HERE / "data/README.md").write_text(sources_page(texts))
    write_gz(HERE / "data/texts.jsonl.gz", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in texts))


if __name__ == "__main__":
    main()
