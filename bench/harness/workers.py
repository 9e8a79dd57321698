"""Worker processes that answer one JSON object a line: pith_worker and llmlingua_worker.py."""
import json
import os
import pathlib
import subprocess
import sys
import threading

BENCH = pathlib.Path(__file__).resolve().parents[1]


class WorkerError(RuntimeError):
    pass


class Worker:
    """A running worker; `hello` is what it said about itself. Use as a context manager."""

    def __init__(self, name, command, env=None):
        self.name = name
        self.stderr_tail = []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        encoding="utf-8", env=None if env is None else {**os.environ, **env})
        threading.Thread(target=self._read_stderr, daemon=True).start()
        self.hello = self._read()

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self._read()
        if "error" in answer:
            raise WorkerError(f"{self.name}: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(timeout=60)
            raise WorkerError(f"{self.name} ended with status {self.process.returncode}: " + "".join(self.stderr_tail))
        return json.loads(line)

    def _read_stderr(self):
        for line in self.process.stderr:
            self.stderr_tail = self.stderr_tail[-9:] + [line]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def pith(binary_dir, model, threads, precision="int8", **flags):
    command = [str(binary_dir / "pith_worker"), "--model", str(model), "--precision", precision, "--threads", str(threads)]
    for name, value in flags.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    return Worker(f"pith {precision}", command)


def llmlingua(model, threads, batch):
    return Worker("llmlingua", [sys.executable, str(BENCH / "llmlingua_worker.py"), "--model", str(model),
                                "--threads", str(threads), "--batch", str(batch)])
