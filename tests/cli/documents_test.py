"""Documents of every format, shortened by the real program with its default model: each is still what it was.

    documents_test.py          the documents of tests/data/documents
    documents_test.py --all    those of ../shared/data/documents as well, where they are

The checks are bench/harness/document_checks.py. Python's standard library is enough; YAML and Markdown are checked where PyYAML
and markdown-it-py are installed, tokens are counted again where tiktoken is; what is left out is said. PITH_BIN is the program.
"""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

from harness import document_checks, document_runs  # noqa: E402

ALL = "--all" in sys.argv
# Per format: a document, and what no longer is that document.
DAMAGED = {
    "a.json": ('{"a": [1, 2], "b": "x y"}', ['{"a": [1, 2, "b": "x"}', '{"a": [3]}', '{"a": "1"}', '{"c": 1}', '{"b": "z"}']),
    "b.json": ('[{"a": 1, "b": 2}, {"a": 2}, {"a": 3}, {"a": 4}]', ['[{"b": 2}]', '[{"a": 2}, {"a": 1}]', "[{}]"]),
    "a.ndjson": ('{"a": 1}\n{"a": 2}\n', ['{"a": 1} {"a": 2}', '{"a": 3}', '{"a": 2}\n{"a": 1}']),
    "a.yaml": ("a: 1\nb:\n  - c: 2\n", ["a: 1\nb:\n", "a: '1'\n", "a: [\n", "d: 1\n"]),
    "a.csv": ("h,i\n1,2\n3,4\n", ["1,2\n3,4\n", "h,i\n1\n", "h,i\n3,4\n1,2\n", "h,i\n1,4\n"]),
    "a.xml": ("<a><b>x y</b><c/></a>", ["<a><b>x</a>", "<a><c/><b>x</b></a>", "<a><b>z</b></a>", "<b>x y</b>"]),
    "a.html": ("<p>a <b>c</b><br></p><i>d</i>", ["<p>a <b>c<br></p>", "<i>d</i><p></p>", "<u>a</u>"]),
    "a.md": ("# A b\n\ntext 1) more [x y](u)\n\n```py\nf(1)\ng(2)\n```\n\n- i\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
             ["# A\n", "1) more\n", "text [x](v)\n", "text [x](\nu v)\n", "```py\nf(1)\n", "```py\nf(\n```\n", "> i\n",
              "| a |\n|---|\n", "more\n- - i\n", "```c\nf(1)\n```\n"]),
}


def encoding():
    try:
        from harness import texts
        return texts.encoding("o200k_base")
    except ImportError:
        return None


class DocumentsTest(unittest.TestCase):
    def check(self, documents):
        judge = encoding()
        left_out = document_checks.UNAVAILABLE + ([] if judge else ["tiktoken"])
        if left_out:
            print(f"documents: without {', '.join(left_out)}, so what they judge is left out", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            results = document_runs.run_pith(os.environ["PITH_BIN"], documents, pathlib.Path(folder))
        n_checked = 0
        for name, text in documents:
            for rate in document_runs.RATES:
                with self.subTest(document=name, rate=rate):
                    self.assertEqual(document_checks.broken_promises(name, text, rate, results[name, rate], judge), [])
                    n_checked += document_checks.is_checked(name)
        print(f"documents: {n_checked} of {len(results)} texts checked in every respect", file=sys.stderr)

    def test_small_documents_stay_what_they_are(self):
        self.check(document_runs.small_documents())

    def test_all_documents_stay_what_they_are(self):
        if not ALL:
            self.skipTest("--all is not given")
        if not document_runs.SHARED.is_dir():
            self.skipTest(f"{document_runs.SHARED} is not there")
        self.check([(name, text) for name, _, text in document_runs.shared_documents()])


class ChecksTest(unittest.TestCase):
    def test_damaged_documents_are_noticed(self):
        for name, (text, damaged) in DAMAGED.items():
            if not document_checks.is_checked(name):
                continue
            self.assertIsNone(document_checks.form_broken(name, text, text))
            for out in damaged:
                with self.subTest(name=name, out=out):
                    self.assertIsNotNone(document_checks.form_broken(name, text, out))

    def test_wrong_spans_and_budgets_are_noticed(self):
        result = {"compressed_prompt": "one three", "spans": [[[0, 3], [8, 13]]], "origin_tokens": 3, "compressed_tokens": 2}
        text = "one two three"
        self.assertEqual(document_checks.broken_promises("a.txt", text, 0.7, result, None), [])
        for change in ({"spans": [[[8, 13], [0, 3]]]}, {"spans": [[[0, 3]]]}, {"compressed_prompt": "one  three"},
                       {"compressed_prompt": "one Three"}, {"compressed_tokens": 3}):
            self.assertNotEqual(document_checks.broken_promises("a.txt", text, 0.7, result | change, None), [], change)


if __name__ == "__main__":
    unittest.main(argv=[argument for argument in sys.argv if argument != "--all"])
