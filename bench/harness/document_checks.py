"""What a shortened document still is: its format by parsers that are not Pith's, its bytes, its budget.

`broken_promises(name, text, rate, result, encoding)` names everything a result breaks. The parsers are json, csv, xml.etree,
html.parser and ast of Python's standard library, and PyYAML and markdown-it-py where they are installed (`UNAVAILABLE` names
those that are not; their checks are then left out). `form_broken` takes any shortened text, from whatever program.
"""
import csv
import io
import json
import pathlib
import unicodedata
import xml.etree.ElementTree

from harness import markup_checks, tree_checks
from harness.tree_checks import Broken

try:
    import yaml
except ImportError:
    yaml = None
UNAVAILABLE = [name for name, module in (("PyYAML", yaml), ("markdown-it-py", markup_checks.markdown_it)) if module is None]

DELIMITERS = {"csv": ",", "tsv": "\t"}


def format_of(name):
    """The format by the file's name; "text" has no form of its own to keep."""
    suffix = pathlib.PurePath(name).suffix[1:]
    if suffix in DELIMITERS:
        return "csv"
    return {"json": "json", "ipynb": "json", "ndjson": "jsonl", "yaml": "yaml", "xml": "xml", "html": "html",
            "md": "markdown"}.get(suffix, "text")


def is_checked(name):
    """Whether this Python has the parsers for the format of the file."""
    kind = format_of(name)
    return not (kind == "yaml" and yaml is None) and not (kind == "markdown" and markup_checks.markdown_it is None)


def check_json(text, out):
    tree_checks.check_part(json.loads(text), json.loads(out), "$")


def check_json_lines(text, out):
    whole, part = ([json.loads(line) for line in source.splitlines() if line.strip()] for source in (text, out))
    if any(line.strip() and not line.lstrip().startswith(("{", "[")) for line in out.splitlines()):
        raise Broken("a line is no longer an object")
    tree_checks.check_part(whole, part, "lines")


def check_yaml(text, out):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    whole, part = (list(yaml.load_all(source, Loader=loader)) for source in (text, out))
    rest = iter(whole)
    for number, document in enumerate(part):
        found = "there are more"
        for candidate in rest:
            found = tree_checks.mismatch(candidate, document, f"document {number}", scalars_only=True)
            if found is None:
                break
        if found is not None:
            raise Broken(f"document {number} is none of the original's ({found})")


def delimiter_of(name, text):
    head = text.split("\n", 1)[0]
    return max((",", "\t", "|", ";"), key=head.count) if name.endswith("csv") else DELIMITERS["tsv"]


def check_csv(name, text, out):
    delimiter = delimiter_of(name, text)
    whole, part = ([row for row in csv.reader(io.StringIO(source, newline=""), delimiter=delimiter, strict=True) if row]
                   for source in (text, out))
    if not part or part[0] != whole[0]:
        raise Broken("the header is not the first row")
    if wrong := {len(row) for row in part} - {len(row) for row in whole}:
        raise Broken(f"rows of {wrong} cells")
    rows = iter(whole)
    for number, row in enumerate(part):
        if not any(row == candidate for candidate in rows):
            raise Broken(f"row {number} is not a row of the original, in its order")


def check_xml(text, out):
    tree_checks.check_element(*(xml.etree.ElementTree.fromstring(source) for source in (text, out)))


def form_broken(name, text, out):
    """What of its format's form the shortened text has lost, or None."""
    kind = format_of(name)
    if not is_checked(name):
        return None
    try:
        if kind == "csv":
            check_csv(name, text, out)
        elif kind != "text":
            {"json": check_json, "jsonl": check_json_lines, "yaml": check_yaml, "xml": check_xml,
             "html": markup_checks.check_html, "markdown": markup_checks.check_markdown}[kind](text, out)
    except Broken as error:
        return str(error)
    except (ValueError, csv.Error, xml.etree.ElementTree.ParseError) as error:  # ValueError: json
        return f"does not parse: {error}"
    except Exception as error:  # noqa: BLE001  # PyYAML's errors have a base of their own
        if yaml is not None and isinstance(error, yaml.YAMLError):
            return f"does not parse: {' '.join(str(error).split())}"
        raise
    return None


def parses(name, out):
    """Whether a parser of the format takes the text at all (the least one can ask; always true for Markdown and HTML)."""
    broken = form_broken(name, out, out)
    return broken is None or not broken.startswith("does not parse")


def spans_broken(text, result):
    """What the spans break of "copied from the original, in order, at most one space between two", or None."""
    source, out = text.encode("utf-8"), result["compressed_prompt"].encode("utf-8")
    at = last_end = 0
    for begin, end in result["spans"][0]:
        if not last_end <= begin < end <= len(source):
            return "spans do not ascend, overlap or leave the text"
        last_end = end
        if not out.startswith(source[begin:end], at):
            if out[at:at + 1] != b" " or not out.startswith(source[begin:end], at + 1):
                return f"the text is not the spans with at most one space between two, at byte {at}"
            at += 1
        at += end - begin
    if at != len(out):
        return "something follows the last span"
    if text[:1] and unicodedata.combining(result["compressed_prompt"][:1] or " "):
        return "a combining mark is cut off its letter"
    return None


def budget_of(rate, result):
    return int(rate * result["origin_tokens"] + 1e-9)


def budget_broken(text, rate, result, encoding):
    """Whether the result is over its budget or counted wrongly; without an `encoding` Pith's own counts are believed."""
    if encoding is not None:
        counted = tuple(len(encoding.encode_ordinary(t)) for t in (text, result["compressed_prompt"]))
        if counted != (result["origin_tokens"], result["compressed_tokens"]):
            return f"counts {result['origin_tokens']} to {result['compressed_tokens']}, tiktoken {counted[0]} to {counted[1]}"
    if result["compressed_tokens"] > budget_of(rate, result):
        return f"{result['compressed_tokens']} tokens of a budget of {budget_of(rate, result)}"
    return None


def share_used(rate, result):
    """The kept tokens as a share of the budget. Reported, not judged: whole pieces may be larger than what is left."""
    return result["compressed_tokens"] / max(1, budget_of(rate, result))


def broken_promises(name, text, rate, result, encoding):
    """Everything the result breaks: [description]."""
    found = (("spans", spans_broken(text, result)), ("budget", budget_broken(text, rate, result, encoding)),
             (format_of(name), form_broken(name, text, result["compressed_prompt"])))
    return [f"{what}: {broken}" for what, broken in found if broken]
