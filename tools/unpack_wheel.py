"""Unpacks the parts of a wheel that are needed: unpack_wheel.py WHEEL FOLDER [+PREFIX | -SUBSTRING]...

A member is written if its name starts with a +PREFIX (or none is given) and contains no -SUBSTRING. The folder appears
whole or not at all, so a run that is cut off leaves nothing half done.
"""

import os
import shutil
import sys
import tempfile
import zipfile


def main(wheel, folder, rules):
    prefixes = tuple(rule[1:] for rule in rules if rule.startswith("+"))
    unwanted = [rule[1:] for rule in rules if rule.startswith("-")]
    parent = os.path.dirname(os.path.abspath(folder))
    os.makedirs(parent, exist_ok=True)
    part = tempfile.mkdtemp(prefix=".unpacking-", dir=parent)
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if (not prefixes or name.startswith(prefixes)) and not any(word in name for word in unwanted):
                    archive.extract(name, part)
        os.chmod(part, 0o755)
        if os.path.isdir(folder):
            shutil.rmtree(folder)
        os.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
