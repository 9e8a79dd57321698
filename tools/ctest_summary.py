"""Counts and explains a ctest run: ctest_summary.py JUNIT_XML COUNTS_FILE.

Writes "PASSED FAILED SKIPPED" to COUNTS_FILE and prints the end of what each failed test said, and which were skipped.
"""

import sys
import xml.etree.ElementTree

N_SHOWN_TESTS = 10
N_SHOWN_LINES = 25


def main(junit_path, counts_path):
    passed, failed, skipped = 0, [], []
    for case in xml.etree.ElementTree.parse(junit_path).getroot().iter("testcase"):
        name, said = case.get("name"), case.findtext("system-out", default="")
        skip = case.find("skipped")
        if case.find("failure") is not None or case.get("status") == "fail":
            failed.append((name, said or "no output"))
        elif skip is not None and skip.get("message", "").startswith("SKIP_"):  # SKIP_REGULAR_EXPRESSION_MATCHED, SKIP_RETURN_CODE=N
            skipped.append((name, said))
        elif skip is not None:  # a program that is not there; ctest calls that skipped too
            failed.append((name, skip.get("message", "")))
        else:
            passed += 1
    with open(counts_path, "w") as counts:
        counts.write(f"{passed} {len(failed)} {len(skipped)}\n")
    for name, said in failed[:N_SHOWN_TESTS]:
        print(f"failed: {name}")
        for line in said.strip().splitlines()[-N_SHOWN_LINES:]:
            print("    " + line)
    for name, _ in failed[N_SHOWN_TESTS:]:
        print(f"failed: {name}")
    for name, said in skipped[:N_SHOWN_TESTS]:
        lines = [line for line in said.splitlines() if line.strip() and not line.lstrip().startswith("[") and "main()" not in line]
        print(f"skipped: {name}: {' '.join(lines[-2:])[:160]}")
    if len(skipped) > N_SHOWN_TESTS:
        print(f"skipped: {len(skipped) - N_SHOWN_TESTS} more")


if __name__ == "__main__":
    main(*sys.argv[1:])
