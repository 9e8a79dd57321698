"""The command line driven as a process: exit codes, stdout and stderr verbatim.

PITH_FAKE_BIN  the program with the fake engine (tests/cli/pith_fake.cc; words are tokens, the longest are kept)
PITH_BIN       the real program
Python's standard library only. Run: ctest -R cli_process, or PITH_FAKE_BIN=... PITH_BIN=... python3 cli_test.py
"""

import errno
import json
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

FAKE = os.environ["PITH_FAKE_BIN"]
REAL = os.environ["PITH_BIN"]
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "meeting.txt")
TIMEOUT_S = 60
MIB = 1 << 20


def run(*args, stdin=b"", program=FAKE, cwd=None, env=None):
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    environment.update(env or {})
    return subprocess.run([program, *args], input=stdin, capture_output=True, timeout=TIMEOUT_S, cwd=cwd, env=environment)


def run_on_terminal(*args, cwd=None, env=None):
    """stdout and stderr on a pseudo terminal; returns (exit code, bytes)."""
    main, child = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environment.update({"TERM": "xterm-256color"} | (env or {}))
    process = subprocess.Popen([FAKE, *args], stdin=subprocess.DEVNULL, stdout=child, stderr=child, cwd=cwd, env=environment)
    os.close(child)
    out = b""
    while True:
        try:
            block = os.read(main, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            break
        if not block:
            break
        out += block
    os.close(main)
    return process.wait(timeout=TIMEOUT_S), out


class CliCase(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.dir = self._folder.name
        self.addCleanup(self._folder.cleanup)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_here(self, *args, **kwargs):
        return run(*args, cwd=self.dir, **kwargs)

    def check(self, done, code, stdout=b"", stderr=b""):
        as_bytes = lambda text: text if isinstance(text, bytes) else text.encode()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (code, as_bytes(stdout), as_bytes(stderr)))


class CompressTest(CliCase):
    def test_writes_the_text_byte_for_byte_without_a_newline(self):
        self.check(self.run_here("compress", "-r", "0.5", stdin=b"one two three four\n"), 0, b"three four")

    def test_empty_input_gives_empty_output(self):
        self.check(self.run_here("compress"), 0, b"")

    def test_one_word_is_kept(self):
        self.check(self.run_here("compress", "--rate", "0.1", stdin=b"word"), 0, b"word")

    def test_rate_one_keeps_nul_and_broken_utf8(self):
        data = b"a\x00b \xff\xfe \xc3( end\r\n\n"
        self.check(self.run_here("compress", "--rate", "1", stdin=data), 0, data)

    def test_json_is_valid_whatever_the_bytes(self):
        done = self.run_here("compress", "--rate", "1", "--json", stdin=b"a\x00b \xff\xfe\xe2\x82 end")
        self.assertEqual(done.stderr, b"")
        response = json.loads(done.stdout)
        self.assertEqual(response["compressed_prompt"], "a\0b \ufffd\ufffd\ufffd end")
        self.assertEqual(response["warnings"], ["the text has bytes that are not UTF-8; they are written as U+FFFD in "
                                                "JSON, and kept in plain text output"])
        self.assertEqual(list(response), ["id", "compressed_prompt", "compressed_prompt_list", "origin_tokens",
                                          "compressed_tokens", "ratio", "rate", "saving", "tokenizer", "kept_context_ids",
                                          "spans", "timings_ms", "warnings"])

    def test_several_files_are_several_contexts(self):
        self.write("a.txt", "alpha b")
        self.write("b.txt", "c delta")
        self.check(self.run_here("compress", "-r", "0.5", "a.txt", "b.txt"), 0, b"alpha\n\ndelta")
        self.check(self.run_here("compress", "-r", "0.5", "a.txt", "-", stdin=b"x gamma"), 0, b"alpha\n\ngamma")

    def test_output_goes_to_a_file(self):
        self.check(self.run_here("compress", "-r", "0.5", "-o", "out.txt", stdin=b"one three"), 0)
        self.assertEqual(self.read("out.txt"), b"three")

    def test_names_that_look_like_flags_come_after_two_dashes(self):
        self.write("--rate", "one three")
        self.check(self.run_here("compress", "-r", "0.5", "--", "--rate"), 0, b"three")

    def test_stats_go_to_stderr(self):
        done = self.run_here("compress", "--stats", "-r", "0.5", stdin=b"one three")
        self.assertEqual(done.stdout, b"three")
        self.assertRegex(done.stderr.decode(), re.compile(
            r"\Atokens  2 -> 1 \(o200k_base\), 50\.0 % kept\nbytes   9 -> 5\ntime    \d+\.\d ms: segment .*\n"
            r"model   fake model default; loaded in \d+\.\d ms\n\Z"))

    def test_refusals(self):
        os.mkdir(self.path("folder"))
        self.write("a.txt", "text")
        rate = "outside (0, 1]: give the share of tokens to keep, e.g. 0.33"
        for args, code, message in [
            (["--rate", "0"], 2, f"rate is 0, {rate}"),
            (["--rate", "-1"], 2, f"rate is -1, {rate}"),
            (["--rate", "1e300"], 2, f"rate is 1e+300, {rate}"),
            (["--rate", "nan"], 2, f"rate is nan, {rate}"),
            (["--rate=-inf"], 2, f"rate is -inf, {rate}"),
            (["--rate", "half"], 2, '--rate: "half" is not a number'),
            (["--rate", "33%"], 2, '--rate: "33%" is not a number; write 33% as 0.33'),
            (["--rate", ""], 2, '--rate: "" is not a number'),
            (["--target-token", "0"], 2, "target_token is 0: give a positive number of tokens to keep"),
            (["--target-token", "1.5"], 2, '--target-token: "1.5" is not a whole number'),
            (["--target-token", "99999999999999999999"], 2, '--target-token: "99999999999999999999" is out of range'),
            (["--rate", "0.5", "-t", "9"], 2, "rate (0.5) and target_token (9) are both given: give one of them"),
            (["--force-token", "\\q"], 2,
             '--force-token: "\\q": a backslash must be followed by n, t, r, 0, xHH or another backslash'),
            (["--force-token", ""], 2, "force_tokens[0] is an empty string: remove it or give the text to look for"),
            (["--force-context", "1"], 2,
             "force_context_ids[0] is 1: contexts are counted from 0, and the last of the 1 given is 0"),
            (["--precision", "in8"], 2, '--precision: unknown value "in8"; did you mean "int8"?'),
            (["--tokenizer", "gpt2"], 2, '--tokenizer: unknown value "gpt2"; use o200k_base, cl100k_base or a path such as ./gpt2'),
            (["--method", "llmlingua3"], 2, 'unknown method "llmlingua3"; did you mean "llmlingua2"?'),
            (["--method", "longllmlingua"], 2,
             'rank_method longllmlingua ranks contexts by a question, and there is none: give question, or use '
             'rank_method llmlingua'),
            (["--raet", "0.5"], 2, 'compress: unknown flag "--raet"; did you mean "--rate"?'),
            (["--zzzz"], 2, 'compress: unknown flag "--zzzz"; `pith compress --help` lists them'),
            (["--json", "--show"], 2,
             "--json and --show both write to standard output: give -o FILE for the JSON"),
            (["--reference", "--show"], 2,
             "--show needs the places of the kept words, which --reference does not have: leave one of them out"),
            (["nofile.txt"], 4,
             'nofile.txt: no such file: check the path, or give "-" to read standard input'),
            (["folder"], 5, "folder: is a folder: give the files in it"),
            (["a.txt", "-o", "no/such/out.txt"], 4, "no/such/out.txt: no such folder: create it first"),
            (["--model", "missing"], 4, 'model "missing" is not there'),
            (["--model", "broken"], 4, "broken/model.safetensors: truncated"),
        ]:
            with self.subTest(args=args):
                self.check(self.run_here("compress", *args, stdin=b"text"), code, b"", f"pith: error: {message}\n")

    def test_a_large_file_is_refused_without_being_read(self):
        with open(self.path("big.txt"), "wb") as file:
            file.truncate(50 * MIB)
        self.check(self.run_here("compress", "big.txt"), 3, b"",
                   "pith: error: big.txt: 52428800 bytes, more than the limit of 33554432 bytes (32 MiB) for one request: "
                   "split it into several\n")

    def test_a_large_pipe_is_refused(self):
        self.check(self.run_here("compress", stdin=b"x" * (33 * MIB)), 3, b"",
                   "pith: error: standard input: over 33554432 bytes, more than the limit of 33554432 bytes (32 MiB) for one "
                   "request: split it into several\n")

    def test_many_files_are_refused_together(self):
        for name in ("a", "b"):
            with open(self.path(name), "wb") as file:
                file.truncate(17 * MIB)
        self.check(self.run_here("compress", "a", "b"), 3, b"",
                   "pith: error: b: with it the texts have more than the limit of 33554432 bytes (32 MiB): give fewer files "
                   "at a time\n")

    def test_an_engine_that_throws_is_an_internal_error(self):
        self.check(self.run_here("compress", stdin=b"fail-internal"), 70, b"",
                   "pith: error: internal error: a fake failure; please report it\n")

    def test_interrupt_stops_with_130_and_sigterm_with_143(self):
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            process = subprocess.Popen([FAKE, "compress"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, cwd=self.dir)
            process.stdin.write(b"slow")  # and never closed: it waits for the rest
            process.stdin.flush()
            time.sleep(0.2)
            process.send_signal(number)
            out, err = b"", process.stderr.read()
            self.assertEqual((process.wait(TIMEOUT_S), out, err), (code, b"", b"pith: error: interrupted\n"))
            process.stdin.close()
            process.stdout.close()
            process.stderr.close()

    def test_a_closed_pipe_ends_it_quietly(self):
        self.write("a.txt", b"word " * 100000)
        read_end, write_end = os.pipe()
        os.close(read_end)
        process = subprocess.Popen([FAKE, "compress", "-r", "1", "a.txt"], stdout=write_end, stderr=subprocess.PIPE, cwd=self.dir)
        os.close(write_end)
        _, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual((process.returncode, err), (141, b""))


class ShowTest(CliCase):
    TEXT = "The committee agreed\nthat a\n  budget\n"
    LEGEND = b"kept  [-dropped-]\n6 -> 3 tokens (o200k_base), 50.0 % kept\n"

    def test_without_a_terminal_dropped_runs_are_bracketed(self):
        self.check(self.run_here("compress", "--show", "-r", "0.5", stdin=self.TEXT.encode()), 0,
                   "[-The-] committee agreed\n[-that a-]\n  budget\n", self.LEGEND)

    def test_colour_on_request(self):
        done = self.run_here("compress", "--show", "-r", "0.5", "--color", "always", stdin=self.TEXT.encode())
        self.assertEqual(done.stdout, b"\x1b[9;38;5;131mThe\x1b[0m committee agreed\n\x1b[9;38;5;167mthat "
                                      b"\x1b[0m\x1b[9;38;5;95ma\x1b[0m\n  budget\n")

    def test_colour_on_a_terminal_unless_told_otherwise(self):
        self.write("a.txt", self.TEXT)
        for args, env, colored in [([], {}, True), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False),
                                   (["--color=never"], {}, False), (["--color=always"], {"NO_COLOR": "1"}, True)]:
            code, out = run_on_terminal("compress", "--show", "a.txt", *args, cwd=self.dir, env=env)
            with self.subTest(args=args, env=env):
                self.assertEqual((code, b"\x1b[" in out, b"[-" in out), (0, colored, not colored))

    def test_control_characters_cannot_steer_the_terminal(self):
        done = self.run_here("compress", "--show", "--color", "always", "-r", "1",
                             stdin=b"a\x1b[2J b\x07 \xc2\x9b31m \xff d\x7f\r\n\te")
        self.assertEqual(done.stdout.decode(), "a\u241b[2J b\u2407 \ufffd31m \ufffd d\u2421\n\te\n")

    def test_several_files_have_headings(self):
        self.write("a.txt", "one three")
        self.write("b.txt", "two seven")
        done = self.run_here("compress", "--show", "-r", "0.5", "a.txt", "b.txt")
        self.assertEqual(done.stdout, b"=== a.txt ===\n[-one-] three\n\n=== b.txt ===\n[-two-] seven\n")

    def test_the_text_can_go_to_a_file_meanwhile(self):
        done = self.run_here("compress", "--show", "-r", "0.5", "-o", "out.txt", stdin=b"one three")
        self.assertEqual((done.stdout, self.read("out.txt")), (b"[-one-] three\n", b"three"))

    def test_a_terminal_gets_a_final_newline_with_plain_text(self):
        self.write("a.txt", "one three")
        self.assertEqual(run_on_terminal("compress", "-r", "0.5", "a.txt", cwd=self.dir), (0, b"three\r\n"))


class CountTest(CliCase):
    def setUp(self):
        super().setUp()
        self.write("a.txt", "hello world")
        self.write("b.txt", "hello")

    def test_one_input_gives_the_number_alone(self):
        self.check(self.run_here("count", "a.txt", program=REAL), 0, b"2\n")
        self.check(self.run_here("count", stdin=b"hello world", program=REAL), 0, b"2\n")

    def test_several_inputs_are_listed_with_their_total(self):
        self.check(self.run_here("count", "a.txt", "b.txt", program=REAL), 0, b"2 a.txt\n1 b.txt\n3 total\n")

    def test_json(self):
        done = self.run_here("count", "--json", "--tokenizer", "cl100k_base", "a.txt", "b.txt", program=REAL)
        self.assertEqual(json.loads(done.stdout), {"tokenizer": "cl100k_base", "tokens": 3, "files": [
            {"name": "a.txt", "tokens": 2, "bytes": 11}, {"name": "b.txt", "tokens": 1, "bytes": 5}]})

    def test_a_missing_file_is_named(self):
        self.check(self.run_here("count", "c.txt", program=REAL), 4, b"",
                   'pith: error: c.txt: no such file: check the path, or give "-" to read standard input\n')


class MinifyTest(CliCase):
    def test_writes_what_is_left_and_nothing_else(self):
        self.write("a.json", '{ "a": [1, 2] }\n')
        self.check(self.run_here("minify", "a.json", program=REAL), 0, b'{"a":[1,2]}')
        self.check(self.run_here("minify", stdin=b"\x1b[31mred\x1b[0m  \n\n\n\nend\xff", program=REAL), 0, b"red\n\nend\xff")
        self.check(self.run_here("minify", "-", stdin=b"", program=REAL), 0)

    def test_stats_go_to_stderr(self):
        self.check(self.run_here("minify", "--stats", stdin=b"10%\r99%\n \nhello", program=REAL), 0, b"99%\n\nhello",
                   b"pith: 7 -> 3 tokens, 15 -> 10 bytes (overwritten 4, trailing_blanks 1)\n")

    def test_json_has_the_spans_of_the_input(self):
        done = self.run_here("minify", "--json", "--tokenizer", "cl100k_base", stdin=b"a \nb", program=REAL)
        result = json.loads(done.stdout)
        self.assertEqual((result["text"], result["spans"], result["tokenizer"]), ("a\nb", [[0, 1], [2, 4]], "cl100k_base"))
        self.assertEqual({name: n for name, n in result["saved_bytes"].items() if n}, {"trailing_blanks": 1})

    def test_a_missing_file_is_named(self):
        self.check(self.run_here("minify", "c.txt", program=REAL), 4, b"",
                   'pith: error: c.txt: no such file: check the path, or give "-" to read standard input\n')


class DefaultModelTest(CliCase):
    """The real engine with the model that ships with Pith."""

    def setUp(self):
        super().setUp()
        with open(EXAMPLE, "rb") as file:
            self.text = file.read()

    def test_rate_one_is_the_text(self):
        self.check(run("compress", EXAMPLE, "--rate", "1", program=REAL), 0, self.text)

    def test_a_token_budget_is_kept_as_count_counts(self):
        for n_tokens in (20, 100, 250):
            short = run("compress", EXAMPLE, "--target-token", str(n_tokens), program=REAL)
            self.assertEqual((short.returncode, short.stderr), (0, b""))
            n_kept = int(run("count", program=REAL, stdin=short.stdout).stdout)
            self.assertTrue(n_tokens - 12 <= n_kept <= n_tokens, (n_tokens, n_kept))

    def test_compress_batch_and_json_give_the_same_bytes(self):
        short = run("compress", EXAMPLE, "--rate", "0.33", program=REAL).stdout
        response = json.loads(run("compress", EXAMPLE, "--rate", "0.33", "--json", program=REAL).stdout)
        line = json.dumps({"id": 1, "context": self.text.decode(), "rate": 0.33}).encode()
        batch = json.loads(run("batch", "-", "-o", "-", program=REAL, stdin=line).stdout)
        self.assertEqual(response["compressed_prompt"].encode(), short)
        self.assertEqual(batch["compressed_prompt"].encode(), short)
        self.assertEqual(batch["spans"], response["spans"])
        for begin, end in response["spans"][0]:
            self.assertIn(self.text[begin:end], short)

    def test_show_marks_what_compress_drops(self):
        shown = run("compress", EXAMPLE, "--rate", "0.5", "--show", program=REAL).stdout.decode()
        short = run("compress", EXAMPLE, "--rate", "0.5", program=REAL).stdout.decode()
        self.assertEqual(re.sub(r"\[-|-\]", "", shown).strip(), self.text.decode().strip())
        kept = re.sub(r"\[-.*?-\]", " ", shown)
        self.assertEqual("".join(kept.split()), "".join(short.split()))

    def test_a_model_that_is_not_there_says_what_is(self):
        done = run("compress", EXAMPLE, "--model", "defualt", program=REAL)
        self.assertEqual((done.returncode, done.stdout), (4, b""))
        self.assertIn(b'did you mean "default"?', done.stderr)
        os.mkdir(self.path("empty"))
        done = run("compress", EXAMPLE, "--model", self.path("empty"), program=REAL)
        self.assertEqual((done.returncode, done.stdout), (4, b""))
        self.assertIn(b"config.json", done.stderr)

    def test_a_damaged_model_is_refused(self):
        os.mkdir(self.path("damaged"))
        self.write("damaged/config.json", "{")
        done = run("compress", EXAMPLE, "--model", self.path("damaged"), program=REAL)
        self.assertEqual((done.returncode, done.stdout), (4, b""))
        self.assertTrue(done.stderr.startswith(b"pith: error: ") and done.stderr.count(b"\n") == 1, done.stderr)


class UsageTest(CliCase):
    def test_help_and_version(self):
        done = run("--version", program=REAL)
        self.assertRegex(done.stdout.decode(), r"\Apith \d+\.\d+\.\d+\n\Z")
        for args in [["--help"], ["help"], ["compress", "--help"], ["help", "compress"], ["batch", "-h"], ["count", "--help"], ["minify", "--help"],
                     ["models", "--help"], ["models", "list", "--help"], ["models", "show", "--help"],
                     ["models", "pull", "--help"], ["models", "rm", "--help"],
                     ["convert", "--help"], ["completion", "--help"]]:
            with self.subTest(args=args):
                done = run(*args, program=REAL)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                words = [word for word in args if not word.startswith("-") and word != "help"]
                self.assertTrue(done.stdout.decode().startswith(" ".join(["pith", *words]) + ": "))
                self.assertIn(b"\nUsage: pith", done.stdout)
                # Examples may be longer: they are there to be pasted.
                prose = done.stdout.decode().split("\nExamples:\n")[0]
                self.assertLessEqual(max(map(len, prose.splitlines())), 80)

    def test_every_command_has_an_example(self):
        for command in ["compress", "batch", "count", "minify", "convert", "completion"]:
            with self.subTest(command=command):
                self.assertIn(b"\nExamples:\n  pith " if command != "completion" else b"\nExamples:\n  source ",
                              run(command, "--help", program=REAL).stdout)

    def test_exit_codes_are_in_the_help(self):
        out = run("--help", program=REAL).stdout.decode()
        for code in [0, 2, 3, 4, 5, 6, 7, 70, 130]:
            self.assertRegex(out, rf"(?m)^  {code} +\w")

    def test_no_command_prints_the_help_to_stderr(self):
        done = run(program=REAL)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"Usage: pith COMMAND", done.stderr)

    def test_slips(self):
        for args, message in [
            (["comprss"], 'unknown command "comprss"; did you mean "compress"?'),
            (["zzzzzz"], 'unknown command "zzzzzz"; `pith --help` lists them'),
            (["--versoin"], 'unknown flag "--versoin"; did you mean "--version"?'),
            (["--rate", "1", "compress"],
             'unknown flag "--rate" before the command: flags go after it, as in `pith compress --rate`'),
            (["count", "--json=perhaps"], None),
            (["compress", "--rate"], None),
            (["completion"], "completion: SHELL is missing; usage: pith completion bash|zsh|fish"),
            (["completion", "bsh"], 'completion: unknown shell "bsh"; did you mean "bash"?'),
            (["completion", "bash", "zsh"], 'completion: unexpected argument "zsh"; usage: pith completion bash|zsh|fish'),
            (["models", "lst"], 'models: unknown command "lst"; did you mean "list"?'),
            (["batch"], "batch: IN.jsonl is missing; usage: pith batch IN.jsonl"),
            (["batch", "x"], "batch: no output given: add -o OUT.jsonl, or -o - for standard output"),
        ]:
            with self.subTest(args=args):
                done = run(*args, program=REAL)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                if message is None:  # CLI11's own words, which differ between its versions
                    self.assertRegex(done.stderr.decode(), rf"\Apith: error: {args[0]}: .*; see `pith {args[0]} --help`\n\Z")
                else:
                    self.assertEqual(done.stderr.decode(), f"pith: error: {message}\n")


class CompletionTest(CliCase):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = run("completion", "bash", program=REAL).stdout.decode()
        program = (script + "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _pith; "
                   "printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", program, "bash", "pith", *words], capture_output=True, timeout=TIMEOUT_S,
                              cwd=self.dir)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode().split()

    def test_bash_offers_commands_flags_choices_and_files(self):
        self.write("meeting.txt", "x")
        self.assertEqual(self.complete("comp"), ["compress", "completion"])
        self.assertEqual(self.complete("compress", "--rat"), ["--rate"])
        self.assertEqual(self.complete("compress", "--precision", ""), ["int8", "bf16", "f16", "f32"])
        self.assertEqual(self.complete("compress", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.complete("compress", "mee"), ["meeting.txt"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh", "fish"] + self.complete("completion", "-"))
        self.assertIn("list", self.complete("models", ""))
        self.assertIn("--json", self.complete("models", "list", "--"))
        self.assertEqual(self.complete("compress", "--rate", ""), [])

    def test_every_flag_of_every_command_is_in_every_script(self):
        scripts = {shell: run("completion", shell, program=REAL).stdout.decode() for shell in ("bash", "zsh", "fish")}
        for command in ["compress", "batch", "count", "minify", "models", "convert"]:
            flags = re.findall(r"(?m)^  (?:-\w, |    )--([a-z0-9-]+)", run(command, "--help", program=REAL).stdout.decode())
            self.assertTrue(flags)
            for flag in flags:
                for shell, script in scripts.items():
                    self.assertTrue((f"-l {flag} " if shell == "fish" else f"--{flag}") in script, (command, flag, shell))

    def test_scripts_parse_in_the_shells_that_are_there(self):
        for shell, check in [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])]:
            name = self.write(shell, run("completion", shell, program=REAL).stdout)
            try:
                done = subprocess.run([*check, name], cwd=self.dir, capture_output=True, timeout=TIMEOUT_S)
            except FileNotFoundError:
                continue
            self.assertEqual((done.returncode, done.stderr), (0, b""), shell)


if __name__ == "__main__":
    unittest.main()
