"""What the scripts that generate source files have in common: write the file, or with --check compare it."""
import argparse
import sys


def main(description, target, generate, source):
    """`source` names the library, with its version, that the contents come from."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    check = parser.parse_args().check
    text = generate()
    if not check:
        target.write_text(text)
    elif target.read_text().split("\n")[1:] != text.split("\n")[1:]:  # the first line names the version
        sys.exit(f"{target.name} differs from what {source} says")
