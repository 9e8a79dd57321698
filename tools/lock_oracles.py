"""Writes the three lock files of the test oracles: tools/requirements-oracle{,-full,-cuda}.txt.

Run it with a Python 3.11 on x86-64 after changing a pin below, review the difference like code, commit the files. It asks pip
which releases fit together and which wheel each supported system would take; nothing is installed and hardly anything
downloaded. The files pin every package, dependencies included, so tools/deps.sh installs them with --no-deps.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LIGHT = ["tokenizers==0.20.3", "tiktoken==0.14.0", "numpy==2.2.6", "pyyaml==6.0.4", "markdown-it-py==4.3.0"]
FULL = ["transformers==4.46.3", "torch==2.13.0", "llmlingua==0.2.2", "safetensors==0.8.0"]

# The same release of torch built without CUDA (x86-64, Python 3.11), for package indexes that offer it: pip prefers it
# there because its version 2.13.0+cpu sorts after 2.13.0.
TORCH_CPU = "sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"

# Debian 12 and 13, Ubuntu 24.04; glibc 2.36 is Debian 12's.
PYTHONS = ["3.11", "3.12", "3.13"]
MACHINES = ["x86_64", "aarch64"]

HEADER = "# Made by tools/lock_oracles.py; {}\n"


def pip_report(requirements, python=None, machine=None, with_deps=True):
    """[(name, version, hash)] that pip would install from the public index, for this or another system."""
    env = {key: value for key, value in os.environ.items() if key not in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL")}
    env["PIP_CONFIG_FILE"] = os.devnull
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run",
                   "--ignore-installed", "--only-binary=:all:", "--report", folder + "/report.json", *requirements]
        if not with_deps:
            command.append("--no-deps")
        if python:
            command += ["--target", folder, "--python-version", python, "--implementation", "cp",
                        "--abi", "cp" + python.replace(".", ""), "--abi", "abi3", "--abi", "none"]
            tags = [f"manylinux_2_{minor}" for minor in range(36, 4, -1)] + ["manylinux2014", "manylinux2010", "manylinux1"]
            for tag in tags:
                command += ["--platform", f"{tag}_{machine}"]
        subprocess.run(command, check=True, env=env)
        report = json.loads(pathlib.Path(folder, "report.json").read_text())
    return [(re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(), item["metadata"]["version"],
             item["download_info"]["archive_info"]["hash"].replace("=", ":")) for item in report["install"]]


def write_lock(path, purpose, pins):
    """One requirement a package, with the hashes of the wheels of every supported system that has one."""
    hashes = {pin: set() for pin in pins}
    for machine in MACHINES:
        for python in PYTHONS:
            for pin in pins:
                name, version = pin
                try:
                    found = pip_report([f"{name}=={version}"], python, machine, with_deps=False)
                except subprocess.CalledProcessError:
                    print(f"{name} {version}: no wheel for Python {python} on {machine}", file=sys.stderr)
                    continue
                hashes[pin].add(found[0][2])
    lines = [HEADER.format(purpose)]
    for name, version in pins:
        digests = sorted(hashes[name, version]) + ([TORCH_CPU] if name == "torch" else [])
        lines.append(f"{name}=={version}" + "".join(f" \\\n    --hash={digest}" for digest in digests) + "\n")
    path.write_text("".join(lines))


def main():
    tools = pathlib.Path(__file__).parent
    light = sorted((name, version) for name, version, _ in pip_report(LIGHT))
    everything = pip_report(FULL + [f"{name}=={version}" for name, version in light])
    rest = sorted((name, version) for name, version, _ in everything if (name, version) not in light)
    cuda = [pin for pin in rest if pin[0].startswith(("nvidia-", "cuda-")) or pin[0] == "triton"]
    full = [pin for pin in rest if pin not in cuda]
    write_lock(tools / "requirements-oracle.txt", "what `./pithw test` compares with.", light)
    write_lock(tools / "requirements-oracle-full.txt", "what `./pithw test --oracles` adds.", full)
    write_lock(tools / "requirements-oracle-cuda.txt", "only where the index has no CPU build of torch.", cuda)


if __name__ == "__main__":
    main()
