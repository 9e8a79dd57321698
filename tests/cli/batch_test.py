"""`pith batch` driven as a process, with the fake engine: order, failures in place, resuming after a kill, pipes."""

import json
import os
import signal
import subprocess
import time
import unittest

from cli_test import FAKE, MIB, TIMEOUT_S, CliCase, run_on_terminal


def lines_of(data):
    return [json.loads(line) for line in data.decode().splitlines()]


class BatchCase(CliCase):
    def batch(self, *args, **kwargs):
        return self.run_here("batch", *args, **kwargs)

    def requests(self, n, text="one three"):
        return "".join(json.dumps({"id": i, "context": f"{text} {i}", "rate": 0.5}) + "\n" for i in range(n))


class BatchTest(BatchCase):
    def test_results_come_in_the_order_of_the_input(self):
        # Every third line is slow, so that later ones overtake it.
        text = "".join(json.dumps({"id": i, "context": ("slow " if i % 3 == 0 else "") + "abc"}) + "\n" for i in range(12))
        self.write("in.jsonl", text)
        self.check(self.batch("in.jsonl", "-o", "out.jsonl", "--jobs", "4"), 0)
        self.assertEqual([line["id"] for line in lines_of(self.read("out.jsonl"))], list(range(12)))
        self.assertEqual(sorted(os.listdir(self.dir)), ["in.jsonl", "out.jsonl"])

    def test_ids_come_back_as_they_were(self):
        text = '{"id": "a\\u0000", "context": "x"}\n{"id": 7, "context": "x"}\n{"context": "x"}\n{"id": null, "context": "x"}\n'
        done = self.batch("-", "-o", "-", stdin=text.encode())
        self.assertEqual([line["id"] for line in lines_of(done.stdout)], ["a\0", 7, None, None])

    def test_flags_are_defaults_for_lines(self):
        text = ('{"context": "a bb ccc dddd"}\n{"context": "a bb ccc dddd", "rate": 0.25}\n'
                '{"context": "a bb ccc dddd", "target_token": 3}\n{"context": "a bb ccc dddd", "target_token": -1}\n')
        done = self.batch("-", "-o", "-", "--rate", "0.5", stdin=text.encode())
        self.assertEqual([line["compressed_prompt"] for line in lines_of(done.stdout)],
                         ["ccc dddd", "dddd", "bb ccc dddd", "ccc dddd"])

    def test_failed_lines_stand_in_their_place(self):
        text = ('{"id": 1, "context": "one three"}\n'
                '{"id": 2, "context": \n'
                '\n'
                '{"id": "x", "context": "a", "raet": 1}\n'
                '[1]\n'
                '{"id": 5, "context": "fail-internal"}\n'
                '{"id": 6, "context": "a", "rate": 2}\n'
                '{"id": 7, "context": "a", "model": "missing"}\n'
                '{"id": 8, "context": "one three", "iterative_size": 100}')
        self.write("in.jsonl", text)
        done = self.batch("in.jsonl", "-o", "out.jsonl")
        self.check(done, 7, b"", "pith: error: 6 of 9 lines failed; the first: line 2: in.jsonl:2:22: not valid JSON: "
                                 "incomplete JSON\n")
        out = lines_of(self.read("out.jsonl"))
        self.assertEqual(out[0]["compressed_prompt"], "three")
        self.assertEqual(out[1:7], [
            {"id": None, "line": 2,
             "error": {"code": "bad_input", "message": "in.jsonl:2:22: not valid JSON: incomplete JSON"}},
            {"id": "x", "line": 4,
             "error": {"code": "unknown_field", "message": 'unknown field "raet"; did you mean "rate"?'}},
            {"id": None, "line": 5,
             "error": {"code": "bad_input", "message": "in.jsonl:5: expected a JSON object, found a list"}},
            {"id": 5, "line": 6, "error": {"code": "internal", "message": "internal error: a fake failure"}},
            {"id": 6, "line": 7, "error": {
                "code": "invalid_argument",
                "message": "rate is 2, outside (0, 1]: give the share of tokens to keep, e.g. 0.33"}},
            {"id": 7, "line": 8, "error": {"code": "not_found", "message": 'model "missing" is not there'}},
        ])
        self.assertEqual(out[7]["warnings"], ["iterative_size has no effect with method llmlingua2"])

    def test_a_line_that_is_too_long_is_passed_over(self):
        text = b'{"id": 1, "context": "one three"}\n{"context": "' + b"x" * (65 * MIB) + b'"}\n{"id": 3, "context": "a"}\n'
        done = self.batch("-", "-o", "-", stdin=text)
        out = lines_of(done.stdout)
        self.assertEqual((done.returncode, out[0]["id"], out[2]["id"]), (7, 1, 3))
        self.assertEqual(out[1]["error"]["message"],
                         f"standard input:2: the line has {65 * MIB + 16} bytes, more than the limit of 67108864 (64 MiB): "
                         "split the request")

    def test_the_model_of_the_command_line_must_load(self):
        self.write("in.jsonl", self.requests(3))
        self.check(self.batch("in.jsonl", "-o", "-", "--model", "missing"), 4, b"",
                   'pith: error: model "missing" is not there\n')
        self.batch("in.jsonl", "-o", "out.jsonl", "--model", "missing")
        self.assertEqual(os.listdir(self.dir), ["in.jsonl"])  # nothing to continue is left behind

    def test_lines_may_name_models_and_precisions(self):
        text = "".join(json.dumps({"context": "a", "model": f"m{i % 7}", "precision": "f32"}) + "\n" for i in range(30))
        done = self.batch("-", "-o", "-", stdin=text.encode())
        self.assertEqual((done.returncode, len(lines_of(done.stdout))), (0, 30))

    def test_an_empty_input_gives_an_empty_output(self):
        self.write("in.jsonl", "\n\n")
        self.check(self.batch("in.jsonl", "-o", "out.jsonl"), 0)
        self.assertEqual(self.read("out.jsonl"), b"")

    def test_windows_line_ends_are_accepted(self):
        done = self.batch("-", "-o", "-", stdin=b'{"context": "a"}\r\n\r\n{"context": "b"}\r\n')
        self.assertEqual([line["compressed_prompt"] for line in lines_of(done.stdout)], ["a", "b"])

    def test_times_are_left_out_unless_asked_for(self):
        line = b'{"context": "a"}\n'
        self.assertNotIn("timings_ms", lines_of(self.batch("-", "-o", "-", stdin=line).stdout)[0])
        self.assertIn("timings_ms", lines_of(self.batch("-", "-o", "-", "--timings", stdin=line).stdout)[0])

    def test_refusals(self):
        self.write("in.jsonl", self.requests(1))
        os.mkdir(self.path("folder"))
        for args, code, message in [
            (["none.jsonl", "-o", "-"], 4, 'none.jsonl: no such file: check the path, or give "-" to read standard input'),
            (["folder", "-o", "-"], 5, "folder: is a folder: give the files in it"),
            (["in.jsonl", "-o", "in.jsonl"], 2, "in.jsonl: is the input file: give another -o"),
            (["in.jsonl", "-o", "folder"], 5, "folder: is a folder: give a file in it"),
            (["in.jsonl", "-o", "no/out"], 4, "no/out.part: no such folder: create it first"),
            (["in.jsonl", "-o", "-", "--jobs", "0"], 2, "--jobs: 0 is outside 1 to 256"),
            (["in.jsonl", "b", "-o", "-"], 2, 'batch: unexpected argument "b"; usage: pith batch IN.jsonl'),
        ]:
            with self.subTest(args=args):
                self.check(self.batch(*args), code, b"", f"pith: error: {message}\n")

    def test_answers_come_as_soon_as_they_can(self):
        """A program that sends one line and waits for its answer is not left waiting."""
        with subprocess.Popen([FAKE, "batch", "-", "-o", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for i in range(3):
                process.stdin.write(json.dumps({"id": i, "context": "a"}).encode() + b"\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["id"], i)
            process.stdin.close()
            self.assertEqual(process.wait(TIMEOUT_S), 0)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        self.write("in.jsonl", self.requests(20000))
        with subprocess.Popen([FAKE, "batch", "in.jsonl", "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              cwd=self.dir) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual((process.wait(TIMEOUT_S), process.stderr.read()), (141, b""))

    def test_a_device_can_be_the_output(self):
        self.write("in.jsonl", self.requests(2))
        self.check(self.batch("in.jsonl", "-o", "/dev/null"), 0)

    def test_a_terminal_gets_a_progress_bar_after_a_second_and_a_clean_line_at_the_end(self):
        self.write("in.jsonl", self.requests(14, "slow"))
        code, out = run_on_terminal("batch", "in.jsonl", "-o", "out.jsonl", "-j", "1", cwd=self.dir)
        self.assertEqual(code, 0)
        self.assertRegex(out, rb"\[#+-+\]  \d\d %  \d+ lines, \d\.\d/s  ETA 0:0\d")
        self.assertTrue(out.endswith(b"\r\x1b[K"))
        self.assertEqual(run_on_terminal("batch", "in.jsonl", "-o", "out.jsonl", "-j", "1", "--no-progress", cwd=self.dir),
                         (0, b""))


class ResumeTest(BatchCase):
    N = 60

    def setUp(self):
        super().setUp()
        text = "".join(json.dumps({"id": i, "context": f"brisk {'x' * i} {i}"}) + ("\n\n" if i % 10 == 0 else "\n")
                       for i in range(self.N - 1))
        self.write("in.jsonl", text + "broken\n")
        self.assertEqual(self.batch("in.jsonl", "-o", "whole.jsonl", "-j", "8").returncode, 7)
        self.whole = self.read("whole.jsonl")

    def stop_in_the_middle(self, number):
        process = subprocess.Popen([FAKE, "batch", "in.jsonl", "-o", "out.jsonl"], cwd=self.dir, stderr=subprocess.PIPE)
        deadline = time.monotonic() + TIMEOUT_S
        while not os.path.exists(self.path("out.jsonl.part")) or self.read("out.jsonl.part").count(b"\n") < 5:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        process.send_signal(number)
        err = process.stderr.read().decode()
        process.stderr.close()
        code = process.wait(TIMEOUT_S)
        self.assertFalse(os.path.exists(self.path("out.jsonl")))
        return code, err

    def finish(self, *args):
        done = self.batch("in.jsonl", "-o", "out.jsonl", "-j", "8", *args)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual(self.read("out.jsonl"), self.whole)
        self.assertEqual(sorted(os.listdir(self.dir)), ["in.jsonl", "out.jsonl", "whole.jsonl"])
        return done.stderr.decode()

    def test_a_killed_run_goes_on_where_it_stopped(self):
        self.assertEqual(self.stop_in_the_middle(signal.SIGKILL), (-signal.SIGKILL, ""))
        self.assertRegex(self.finish(), r"\Apith: continuing out.jsonl.part after line \d+\n"
                                        rf"pith: error: 1 of {self.N + 6} lines failed; the first: line {self.N + 6}: ")

    def test_an_interrupted_run_goes_on_where_it_stopped(self):
        code, err = self.stop_in_the_middle(signal.SIGINT)
        self.assertEqual(code, 130)
        self.assertRegex(err, r"\Apith: error: interrupted after \d+ lines; run the same command again to go on\n\Z")
        self.assertIn("continuing", self.finish())

    def test_half_written_ends_are_cut_off(self):
        for part_tail, journal_tail in [(b'{"id":99', b""), (b"", b"line=99 by"), (b'{"id":99}\n', b"line=99 bytes=1"),
                                        (b"", b"line=50 bytes=99999999 failed=0 input=0000000000000000\n"), (b"x", b"\0\0\0\n")]:
            with self.subTest(part=part_tail, journal=journal_tail):
                self.stop_in_the_middle(signal.SIGKILL)
                for name, tail in [("out.jsonl.part", part_tail), ("out.jsonl.part.journal", journal_tail)]:
                    with open(self.path(name), "ab") as file:
                        file.write(tail)
                self.assertIn("continuing", self.finish())
                os.unlink(self.path("out.jsonl"))

    def test_restart_begins_again(self):
        self.stop_in_the_middle(signal.SIGKILL)
        self.assertNotIn("continuing", self.finish("--restart"))

    def test_another_input_is_not_continued(self):
        self.stop_in_the_middle(signal.SIGKILL)
        part = self.read("out.jsonl.part")
        self.write("in.jsonl", self.read("in.jsonl").replace(b'"brisk', b'"briskly', 1))
        done = self.batch("in.jsonl", "-o", "out.jsonl")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr.decode(),
                         r"\Apith: error: out.jsonl.part: cannot be continued: the first \d+ lines of in.jsonl are not those "
                         r"of the earlier run: give --restart to begin again, or another -o\n\Z")
        self.assertEqual(self.read("out.jsonl.part"), part)

    def test_other_settings_are_not_continued(self):
        self.stop_in_the_middle(signal.SIGKILL)
        part = self.read("out.jsonl.part")
        self.check(self.batch("in.jsonl", "-o", "out.jsonl", "--rate", "0.9"), 2, b"",
                   "pith: error: out.jsonl.part: cannot be continued: an earlier run had other settings or another version of "
                   "Pith: give --restart to begin again, or another -o\n")
        self.assertEqual(self.read("out.jsonl.part"), part)
        self.finish()

    def test_a_part_without_its_journal_is_not_continued(self):
        self.stop_in_the_middle(signal.SIGKILL)
        os.unlink(self.path("out.jsonl.part.journal"))
        self.assertIn(b"cannot be continued: it has no journal", self.batch("in.jsonl", "-o", "out.jsonl").stderr)

    def test_two_runs_cannot_write_the_same_file(self):
        with subprocess.Popen([FAKE, "batch", "-", "-o", "out.jsonl"], stdin=subprocess.PIPE, cwd=self.dir) as first:
            deadline = time.monotonic() + TIMEOUT_S
            while not os.path.exists(self.path("out.jsonl.part.journal")):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            self.check(self.batch("in.jsonl", "-o", "out.jsonl"), 2, b"",
                       "pith: error: out.jsonl.part: another pith batch is writing it: wait for it, or give another -o\n")
            first.stdin.close()
            self.assertEqual(first.wait(TIMEOUT_S), 0)

    def test_standard_input_can_be_continued_too(self):
        self.stop_in_the_middle(signal.SIGKILL)
        done = self.batch("-", "-o", "out.jsonl", "-j", "8", stdin=self.read("in.jsonl"))
        self.assertIn(b"continuing", done.stderr)
        # The one difference: the broken line's message names the input.
        self.assertEqual(self.read("out.jsonl"), self.whole.replace(b"in.jsonl:", b"standard input:"))


if __name__ == "__main__":
    unittest.main()
