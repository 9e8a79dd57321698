#!/usr/bin/env python3
"""Writes tests/data/tokenizers/cases.jsonl: hand-written texts with what the reference libraries make of them.

    record_tokenizer_cases.py        # needs tokenizers, tiktoken; reads models/default and models/tokenizers

One JSON object a line: `text`, and for each tokenizer its ids; for the WordPiece ones also `spans`, the UTF-8 byte ranges
[begin, end, begin, end, ...] of the tokens. `uncased` is models/default/tokenizer.json without its added tokens; `cased` is
the same vocabulary with lower-casing off; `accents` has lower-casing on and strip_accents off. The first line is a header
with the versions.
"""
import json

import tiktoken
import tokenizers

import tokenize_oracle as oracle

TARGET = oracle.SOURCE / "tests/data/tokenizers/cases.jsonl"

TEXTS = [
    "", " ", "\n\n\n", "a", "7", "Hello", "...!?,;:", "  a   b    c  ", "col1\tcol2\tcol3\n1\t2\t3\n",
    "Line one.\r\nLine two.\r\n\r\nLine three.\r\n",
    "The committee's well-known supplier wouldn't lower its price of $3,450.00 per unit (see section 3.2)!",
    "unaffable UNAFFABLE Unaffable, electroencephalographically speaking",
    "Caf\u00e9 na\u00efve fa\u00e7ade r\u00e9sum\u00e9 \u2014 co\u00f6perate, Z\u00fcrich, S\u00e3o Paulo; cafe\u0301 (NFD).",
    "I \u2764\ufe0f pizza \U0001f355 and \U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 families! \U0001f1fa\U0001f1f3",
    "\u6211\u4eca\u5929\u4e70\u4e863\u4e2aapple\uff0c\u82b1\u4e86\u00a525.50\u3002He said: \u597d\u7684\uff01\u6771\u4eac\u306f2021\u5e74\u306b\u30aa\u30ea\u30f3\u30d4\u30c3\u30af\u3002",
    "\uf900\ufa0e\U0002f800\u2f00\u3007",
    "\ud55c\uad6d\uc5b4 \uac01 \u1112\u1161\u11ab", "\u304c\u304e\u3050 \u30d1\u30d4 \u304b\u3099",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645. 123", "\u0e27\u0e31\u0e19\u0e19\u0e35\u0e49\u0e17\u0e35\u0e48\u0e1b\u0e23\u0e30\u0e0a\u0e38\u0e21",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0930\u0921\u093c \u0958", "\u0422\u044b \u0451\u043b\u043a\u0430 \u0401\u0416 \u0439\u0419",
    "\u0130stanbul I\u0307 \u0131 \u03a3\u0391\u03a3 \u03c2 \u00df \u1e9e \u01c5 \ufb01",
    "a\x00b\x01c\x7fd\u200be\ufeff f\xa0g\x0bh\x0ci\x85j\u2028k\u2029l\u3000m\xadn\ufffdo",
    "\u0301a \u0301 a\u0301\u0323b a\u0323\u0301b q\u0307\u0323 \u0344 \u0f73\u0f39",
    "\U0001d15e\u0323 \U0001d160\u0334x \U0001d158\U0001d165\u0301\u0323 \u302e\u302f\u0301",
    "\u037e\u1fef\u2000\u2001\u2329\u00b4\u0385 \u00aa\u00ba\u00b2\u00b5\u2126\u212a\u212b",
    "x" * 99 + " " + "x" * 100 + " " + "x" * 101 + " " + "\u00e9" * 100 + " " + "\u00e9" * 101 + " " + "\uac01" * 34,
    "don't DON'T we'll WE'LL they've THEY'VE I'm you're he'd it's '\u017f 'S 'Re 'lL o'clock ''s 'tis rock'n'roll",
    "Totals: 1,234,567.89 USD; 3.14159; 1e-10; -42; 0xFF; 99.9%; 12:30 p.m. \u00bd\u2167\u0663\u0664\u0665\u0666",
    "Visit https://example.org/a/b?x=1&y=2#frag or email john.doe+test@mail.example.co.uk // ///\n//\n\n/ \n/",
    "Text with [CLS] and [SEP] and [MASK] tokens, [UNK], [PAD] and ##ing. A <|endoftext|> marker <|endofprompt|>.",
    "{\"name\": \"Ann\", \"age\": 31, \"tags\": [\"x\", \"y z\"], \"nested\": {\"ok\": true, \"n\": null}}",
    "def f(x):\n    if x:\n        return x ** 2  # square\n\n\n\treturn None\n",
    "# Title\n\n- item **one**\n- item `two()`\n  1. nested 1\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "THIS IS ALL CAPS WITH ACRONYMS LIKE NASA AND WW2. iPhone eBay McDonald's getHTTPResponseCode XMLHttpRequest",
    "trailing spaces   ", "trailing newline \n", "   \n  \n x", "\n \n", " \t\n\t x", "\r\r\n", "a  b   c\n\n\nd \n e", "   ", "x \u00a0\u2003 y",
    "the the the the the", "ha" * 60, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "=" * 200 + "-" * 90, "\u4f60\u597d" * 60, "Let $x^2 + y^2 = z^2$; \\frac{a}{b} = \\sqrt{c}. \u03a3_{i=1}^{n} i = n(n+1)/2 \u2264 \u221e",
    "A\u0301B\u0301C \u02b0A \u01c5ungla \u0301A\u0301\u4e2dABC \u4e2dAbc A\u4e2db",
]


def variant(base, **normalizer):
    data = json.loads(json.dumps(base))
    data.update(added_tokens=[], truncation=None, padding=None, post_processor=None)
    data["normalizer"].update(normalizer)
    return tokenizers.Tokenizer.from_str(json.dumps(data))


def main():
    base = json.loads((oracle.SOURCE / "models/default/tokenizer.json").read_text())
    wordpieces = {
        "uncased": variant(base, lowercase=True, strip_accents=None),
        "cased": variant(base, lowercase=False, strip_accents=None),
        "accents": variant(base, lowercase=True, strip_accents=False),
    }
    counters = {name: tiktoken.Encoding(name, pat_str=pattern, special_tokens={},
                                        mergeable_ranks=oracle.read_ranks(oracle.SOURCE / f"models/tokenizers/{name}.ranks"))
                for name, pattern in oracle.PATTERNS.items()}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="ascii") as out:
        json.dump({"made_by": "tests/oracle/record_tokenizer_cases.py", "tokenizers": tokenizers.__version__,
                   "tiktoken": tiktoken.__version__}, out)
        out.write("\n")
        for text in TEXTS:
            row = {"text": text}
            starts = [0]
            for c in text:
                starts.append(starts[-1] + len(c.encode()))
            for name, tokenizer in wordpieces.items():
                encoding = tokenizer.encode(text, add_special_tokens=False)
                row[name] = {"ids": encoding.ids, "spans": [starts[i] for pair in encoding.offsets for i in pair]}
            for name, encoding in counters.items():
                row[name] = encoding.encode_ordinary(text)
            json.dump(row, out, separators=(",", ":"))
            out.write("\n")


if __name__ == "__main__":
    main()
