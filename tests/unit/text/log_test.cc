#include <algorithm>
#include <set>

#include "line_format_cases.h"
#include "text/structure/log_lines.h"
#include "text/structure/log_templates.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::split_lines;
using testing::structure_of;

std::string server_log() {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    const std::string stamp = "2024-05-01 10:00:" + std::to_string(10 + i % 50) + ",123 ";
    text += stamp + "INFO Rolled new segment for 'test-" + std::to_string(i) + "' in 3 ms\n";
    if (i == 20) text += stamp + "ERROR Connection to node 4 lost\n";
    if (i == 40) text += stamp + "INFO Leader elected\n";
    if (i % 3 == 0) text += stamp + "DEBUG heartbeat\n";
  }
  return text;
}

float importance_of(const Structure& structure, std::string_view text, std::string_view part) {
  for (const Node& node : structure.nodes) {
    if (node.kind == Kind::kLogLine && node.span.of(text).find(part) != std::string_view::npos) return node.importance;
  }
  return -1;
}

TEST(LogTest, ErrorsAndRareLinesOutliveWhatRepeats) {
  const std::string text = server_log();
  const auto structure = structure_of(add_log, text);
  ASSERT_TRUE(structure.has_value());
  EXPECT_GT(importance_of(*structure, text, "ERROR"), 0.95F);
  EXPECT_GT(importance_of(*structure, text, "elected"), 0.9F);
  EXPECT_GT(importance_of(*structure, text, "test-0'"), 0.9F);
  EXPECT_GT(importance_of(*structure, text, "test-59'"), 0.9F);
  std::size_t n_low = 0;
  for (const Node& node : structure->nodes) {
    const bool is_heartbeat = node.span.of(text).ends_with("heartbeat");
    n_low += is_heartbeat && node.kind == Kind::kLogLine && node.importance < 0.25F ? 1U : 0U;
  }
  EXPECT_GE(n_low, 17U);
  EXPECT_GT(importance_of(*structure_of(add_log, text, "what about test-33?"), text, "test-33'"), 0.95F);
}

TEST(LogTest, KnowsLogsByTheirLines) {
  for (const std::string_view text : {
           "[2016-12-19 17:01:53,614] TRACE a b\n[2016-12-19 17:01:53,615] DEBUG c\n[2016-12-19 17:01:53,616] INFO d\n",
           "May  1 10:00:00 host sshd[12]: ok\nMay  1 10:00:01 host cron[3]: run\nMay 11 10:00:02 host kernel: x\n",
           "<34>1 2003-10-11T22:14:15.003Z h su - a\n<34>1 2003-10-11T22:14:15.003Z h su - b\n"
           "<34>1 2003-10-11T22:14:16.003Z h su - c\n",
           "1.2.3.4 - - [19/May/2015:00:05:10 +0000] \"GET / HTTP/1.1\" 200 1\n"
           "1.2.3.4 - - [19/May/2015:00:05:11 +0000] \"GET /a HTTP/1.1\" 500 1\n"
           "1.2.3.5 - - [19/May/2015:00:05:12 +0000] \"GET /b HTTP/1.1\" 200 1\n",
           "level=info msg=\"a b\" n=1\nlevel=info msg=c n=2\nlevel=error msg=d n=3\n",
           "WARNING: old flag\nERROR: no file\nINFO: done\n",
           "[    0.000000] Linux version\n[    0.004000] x86\n[    1.250000] done\n",
           "I0501 10:00:00.123 1 a.cc:3] x\nW0501 10:00:01.123 1 a.cc:4] y\nE0501 10:00:02.123 1 a.cc:5] z\n",
           "test_a (m.T.test_a) ... ok\ntest_b (m.T.test_b) ... ok\ntest_c (m.T.test_c) ... FAIL\n"
           "test_d (m.T.test_d) ... ok\ntest_e (m.T.test_e) ... ok\ntest_f (m.T.test_f) ... ok\n"
           "test_g (m.T.test_g) ... ok\ntest_h (m.T.test_h) ... ok\ntest_i (m.T.test_i) ... ok\n",
       }) {
    EXPECT_TRUE(structure_of(add_log, text).has_value()) << text;
  }
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_log, text).has_value()) << text;
}

TEST(LogTest, WhatIsKeptAreWholeLinesInOrder) {
  const std::string text = server_log();
  const std::vector<std::string_view> all = split_lines(text);
  prune_at_random(add_log, text, [&](const std::string& kept) {
    auto at = all.begin();
    for (const std::string_view line : split_lines(kept)) {
      at = std::find(at, all.end(), line);
      ASSERT_NE(at, all.end()) << line;
      ++at;
    }
  });
}

TEST(LogTest, IndentedLinesAndTracesNeedTheirLine) {
  constexpr std::string_view kText =
      "2024-05-01 10:00:00 INFO start\n"
      "2024-05-01 10:00:01 WARN pool\n"
      "   used: 3\n"
      "   free: 1\n"
      "2024-05-01 10:00:02 ERROR request failed\n"
      "java.io.IOException: gone\n"
      "\tat a.B.c(B.java:1)\n"
      "\tat a.B.d(B.java:2)\n"
      "Caused by: java.lang.Error: x\n"
      "\tat a.B.e(B.java:3)\n"
      "\t... 23 more\n"
      "2024-05-01 10:00:03 INFO stop\n";
  prune_at_random(add_log, kText, [](const std::string& kept) {
    const auto has = [&](std::string_view part) { return kept.find(part) != std::string::npos; };
    EXPECT_TRUE((!has("used: 3") && !has("free: 1")) || has("WARN pool\n   ")) << kept;
    const bool has_trace = has("B.java") || has("23 more") || has("IOException") || has("Caused");
    EXPECT_TRUE(!has_trace || (has("ERROR request failed\njava.io.IOException: gone\n") && has("Caused by"))) << kept;
  });
}

TEST(LogTest, CommitsKeepTheirHeaderAndSubject) {
  constexpr std::string_view kText =
      "commit 78a352f\nDate: 2026-02-07\n\n    Internal change.\n\n    More of it here.\n\n a.cc | 4 ++--\n"
      " 1 file changed, 2 insertions(+)\n\ncommit 06188fd\nDate: 2026-02-08\n\n    Second.\n\n b.cc | 1 +\n"
      " 1 file changed, 1 insertion(+)\n";
  prune_at_random(add_log, kText, [](const std::string& kept) {
    const auto has = [&](std::string_view part) { return kept.find(part) != std::string::npos; };
    EXPECT_TRUE(!has("a.cc") || has("commit 78a352f\nDate: 2026-02-07\n\n    Internal change.")) << kept;
    EXPECT_TRUE(!has("b.cc") || has("commit 06188fd\nDate: 2026-02-08\n\n    Second.")) << kept;
  });
}

TEST(LogTest, TemplatesBlankWhatChanges) {
  LogTemplates templates;
  const std::uint32_t rolled = templates.add("Rolled segment for 'a-1' in 3 ms");
  EXPECT_EQ(templates.add("Rolled segment for 'b-2' in 14 ms"), rolled);
  EXPECT_NE(templates.add("Leader elected"), rolled);
  EXPECT_EQ(templates.n_lines(rolled), 2U);
  EXPECT_EQ(templates.n_fixed(rolled), 5U);
}

TEST(LogTest, TimestampsOfManyForms) {
  for (const std::string_view line : {"2024-05-01T10:00:00.123Z x", "[2024-05-01 10:00:00,123] x", "10:00:00 x",
                                      "May  1 10:00:00 x", "01/02/2024 10:00:00 x", "Thu May 11 10:00:00 x",
                                      "[   12.345678] x", "1714557600.123 x", "<13>May 11 10:00:00 x"}) {
    EXPECT_EQ(line.substr(timestamp_bytes(line)), " x") << line;
  }
  for (const std::string_view line : {"2024 was a year", "May I ask", "12 eggs", "1.5 litres", "[1] Smith"}) {
    EXPECT_EQ(timestamp_bytes(line), 0U) << line;
  }
}

TEST(LogTest, StandsBrokenBytes) { testing::mutate_at_random(add_log, server_log()); }

TEST(StackTraceTest, MessagesAreRequiredAndFramesAreWhole) {
  constexpr std::string_view kPython =
      "Traceback (most recent call last):\n"
      "  File \"a.py\", line 3, in <module>\n    main()\n    ~~~~^^\n"
      "  File \"/usr/lib/python3/site-packages/x.py\", line 9, in main\n    run()\n"
      "  File \"a.py\", line 5, in run\n    raise ValueError(1)\n"
      "ValueError: 1\n";
  constexpr std::string_view kGo =
      "panic: boom\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/src/a.go:10 +0x1d\nmain.main()\n\t/src/a.go:20 +0x2\n";
  constexpr std::string_view kRust =
      "thread 'main' panicked at src/main.rs:4:5:\nboom\nstack backtrace:\n"
      "   0: rust_begin_unwind\n             at /rustc/x/library/std/src/panicking.rs:652:5\n"
      "   1: app::main\n             at ./src/main.rs:4:5\nnote: run with `RUST_BACKTRACE=full`\n";
  constexpr std::string_view kScript =
      "Uncaught TypeError: x is not a function\n    at f (file.js:1:2)\n    at node:internal/main:3:1\n";
  constexpr std::string_view kSharp =
      "System.InvalidOperationException: bad\n ---> System.Exception: inner\n   at N.C.M() in c:\\f.cs:line 3\n"
      "   --- End of inner exception stack trace ---\n   at N.C.Main()\n";
  struct Case {
    std::string_view text;
    std::vector<std::string_view> required;
    std::vector<std::string_view> frames;  ///< all of each or nothing
  };
  for (const Case& c : {
           Case{kPython,
                {"Traceback (most recent call last):", "\nValueError: 1"},
                {"  File \"a.py\", line 3, in <module>\n    main()\n    ~~~~^^"}},
           Case{kGo, {"panic: boom", "goroutine 1 [running]:"}, {"main.f(0x1)\n\t/src/a.go:10 +0x1d"}},
           Case{kRust,
                {"thread 'main' panicked", "boom", "stack backtrace:"},
                {"   1: app::main\n             at ./src"}},
           Case{kScript, {"Uncaught TypeError: x is not a function"}, {"    at f (file.js:1:2)"}},
           Case{kSharp, {"InvalidOperationException: bad", "---> System.Exception: inner"}, {"   at N.C.Main()"}},
       }) {
    prune_at_random(add_stack_trace, c.text, [&](const std::string& kept) {
      if (kept.empty()) return;
      for (const std::string_view part : c.required) EXPECT_NE(kept.find(part), std::string::npos) << kept;
      for (const std::string_view frame : c.frames) {
        EXPECT_EQ(kept.find(frame) != std::string::npos,
                  kept.find(frame.substr(0, frame.find('\n'))) != std::string::npos)
            << kept;
      }
    });
    testing::mutate_at_random(add_stack_trace, c.text);
  }
  for (const std::string_view text : testing::prose()) {
    EXPECT_FALSE(structure_of(add_stack_trace, text).has_value()) << text;
  }
}

TEST(StackTraceTest, CausesWithoutFramesTakeLinearTime) {
  std::string text;
  while (text.size() < (1U << 20U)) text += "Caused by: x\n";
  EXPECT_FALSE(structure_of(add_stack_trace, text).has_value());
  EXPECT_TRUE(structure_of(add_log, text).has_value());
}

}  // namespace
}  // namespace pith
