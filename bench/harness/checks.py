"""Answers are checked before they are timed."""
import collections
import difflib

# Of 1,000 words of a reference-mode answer, how many may differ from the peer's: near-ties that float rounding decides.
MAX_DIFFERING_WORDS = 2


class CheckFailed(RuntimeError):
    pass


def differing_words(ours, theirs):
    """The words at which two texts differ: [["-", theirs], ["+", ours], ...]."""
    a, b = theirs.split(), ours.split()
    changes = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            changes += [["-", word] for word in a[a0:a1]] + [["+", word] for word in b[b0:b1]]
    return changes


def reference_equals_peer(ours, theirs):
    """Pith's reference mode gives the peer's text, but for a listed handful of near-ties."""
    if ours["text"] == theirs["text"]:
        return {"identical": True}
    n_words = len(theirs["text"].split())
    changes = differing_words(ours["text"], theirs["text"])
    if not changes or len(changes) * 1000 > MAX_DIFFERING_WORDS * n_words:
        raise CheckFailed(f"reference mode differs from the peer in {len(changes)} of {n_words} words: {changes[:10]}")
    return {"identical": False, "differing_words": changes, "n_words": n_words}


def within_budget(answer, text, rate, encoding):
    """The default mode keeps at most the budget and no less than that minus a word, counted again by tiktoken."""
    n_tokens, n_kept = len(encoding.encode_ordinary(text)), len(encoding.encode_ordinary(answer["text"]))
    if (answer["origin_tokens"], answer["compressed_tokens"]) != (n_tokens, n_kept):
        raise CheckFailed(f"Pith counts {answer['origin_tokens']} to {answer['compressed_tokens']}, tiktoken {n_tokens} to {n_kept}")
    budget = int(rate * n_tokens)
    if not budget * 0.99 - 5 <= n_kept <= budget:
        raise CheckFailed(f"Pith kept {n_kept} tokens of a budget of {budget}")
    return {"budget": budget, "kept": n_kept}


def common_words(a, b):
    """Share of words two texts have in common (2 |a and b| / (|a| + |b|), as multisets)."""
    count_a, count_b = collections.Counter(a.split()), collections.Counter(b.split())
    return 2 * (count_a & count_b).total() / max(1, count_a.total() + count_b.total())
