"""Writes result files and the tables of bench/README.md."""
import json
import pathlib
import re
import statistics

BENCH = pathlib.Path(__file__).resolve().parents[1]


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}


def save(name, result, folder=BENCH / "results"):
    folder.mkdir(exist_ok=True, parents=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


def table(header, rows, left=1):
    """A Markdown table; columns from `left` on are right-aligned."""
    lines = ["| " + " | ".join(header) + " |",
             "|" + "|".join([" --- "] * left + [" ---: "] * (len(header) - left)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def render(name, text, readme=BENCH / "README.md"):
    """Puts `text` between <!-- NAME --> and <!-- /NAME --> of the page."""
    page = readme.read_text()
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.S)
    if not pattern.search(page):
        raise ValueError(f"{readme.name} has no markers for {name}")
    readme.write_text(pattern.sub(lambda match: match[1] + text + "\n" + match[2], page))


def seconds(ms):
    return f"{ms / 1e3:.3f}" if ms < 1e4 else f"{ms / 1e3:.1f}"


def megabytes(n_bytes):
    return f"{n_bytes / 1e6:.0f}"
