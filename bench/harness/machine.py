"""What a result file says about where its numbers come from."""
import datetime
import os
import pathlib
import platform
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTRUCTION_SETS = ("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "amx_tile",
                    "amx_int8", "amx_bf16", "asimd", "asimddp", "i8mm", "bf16", "sve")


def output_of(*command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def commit():
    """{"commit": sha or None, "modified": files that differ from it}."""
    status = output_of("git", "status", "--porcelain", "--untracked-files=no")
    return {"commit": output_of("git", "rev-parse", "HEAD"), "modified": len(status.splitlines()) if status else 0}


def cpu():
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    flags = set((fields.get("flags") or fields.get("Features") or "").split())
    return {"model": fields.get("model name", platform.machine()), "cores": len(os.sched_getaffinity(0)),
            "instruction_sets": [name for name in INSTRUCTION_SETS if name in flags]}


def build(build_dir):
    """Compiler and flags of a CMake build folder."""
    cache = dict(re.findall(r"^(CMAKE_[A-Z_]+):[A-Z]+=(.*)$", (build_dir / "CMakeCache.txt").read_text(), re.M))
    compiler = cache.get("CMAKE_CXX_COMPILER", "c++")
    version = output_of(compiler, "--version")
    build_type = cache.get("CMAKE_BUILD_TYPE", "")
    flags = f"{cache.get('CMAKE_CXX_FLAGS', '')} {cache.get('CMAKE_CXX_FLAGS_' + build_type.upper(), '')}".strip()
    return {"compiler": version.splitlines()[0] if version else pathlib.Path(compiler).name, "type": build_type, "flags": flags}


def describe(build_dir, threads):
    return {"date": datetime.date.today().isoformat(), **commit(), "build": build(build_dir), "cpu": cpu(), "threads": threads,
            "kernel": platform.release(), "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "load_average_at_start": round(os.getloadavg()[0], 2)}


def one_line(machine):
    cpu = machine["cpu"]
    sets = ", ".join(name for name in cpu["instruction_sets"] if name.startswith(("avx512_", "amx", "avx_vnni", "i8mm")))
    commit = (machine["commit"] or "no commit")[:12] + (" with changes" if machine["modified"] else "")
    return (f"{cpu['model']}, {cpu['cores']} cores ({sets or 'no vector extensions'}), {machine['threads']} threads, "
            f"{machine['build']['compiler']} {machine['build']['type']}, {commit}, {machine['date']}")
