"""The texts of the benchmarks (bench/data), cut to length in tokens of the target's tokenizer."""
import gzip
import json
import pathlib

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


def encoding(name):
    import tiktoken
    from harness.peer_tokens import use_local_ranks
    use_local_ranks()
    return tiktoken.get_encoding(name)


def long_text():
    return (DATA / "long.txt").read_bytes().decode("utf-8")


def write_lengths(folder, lengths, tokenizer="o200k_base"):
    """{n_tokens: path}: texts of n_tokens +-1 under `tokenizer`. Above the text's own length it begins again."""
    target = encoding(tokenizer)
    text = long_text()
    ids = target.encode_ordinary(text)
    paths = {}
    for n_tokens in lengths:
        repeated = ids * (n_tokens // len(ids) + 1)
        paths[n_tokens] = folder / f"english-{n_tokens}.txt"
        # Invalid bytes at the cut, where it falls inside a character, are dropped.
        paths[n_tokens].write_bytes(target.decode_bytes(repeated[:n_tokens]).decode("utf-8", "ignore").encode("utf-8"))
    return paths


def many_texts():
    """The 100 texts of the rate table: [{"id", "kind", "source", "licence", "text"}]."""
    with gzip.open(DATA / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
