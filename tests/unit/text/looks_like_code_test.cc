#include "text/structure/looks_like_code.h"

#include <gtest/gtest.h>

namespace pith {
namespace {

TEST(LooksLikeCodeTest, KnowsSourceFromProse) {
  EXPECT_TRUE(looks_like_code("import os\n\ndef main():\n    x = os.getcwd()\n    print(x)\n    return x\n\nmain()\n"));
  EXPECT_TRUE(looks_like_code("#include <cstdio>\nint main() {\n  printf(\"hi\");\n  return 0;\n}\n"));
  EXPECT_TRUE(looks_like_code("function f(a) {\n  const b = a + 1;\n  return b;\n}\nexport default f;\n"));
  EXPECT_FALSE(
      looks_like_code("Dear all,\nthe meeting is on Monday.\nPlease come (all of you).\nFrom the office.\nBob"));
  EXPECT_FALSE(looks_like_code("# Title\n\n- first item\n- second item\n\nuse this, not that\nlet it be\n"));
  EXPECT_FALSE(looks_like_code("Some text\n```\nint x;\nint y;\nint z;\nint w;\n```\n"));
  EXPECT_FALSE(looks_like_code("name: x\nvalue: 3\nlist:\n  - a\n  - b\n"));
  EXPECT_FALSE(looks_like_code(""));
}

}  // namespace
}  // namespace pith
