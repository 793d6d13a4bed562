#include "law/diagnostics.h"

#include <gtest/gtest.h>

#include "law/test_support.h"

namespace heng::law {
namespace {

using testing::Parsed;
using testing::read_file;

TEST(Diagnostics, CodesAreTheirNamesWithHyphens) {
  EXPECT_EQ(code_of(Kind::bad_date), "law-bad-date");
  EXPECT_EQ(kind_of("law-bad-date"), Kind::bad_date);
  EXPECT_EQ(kind_of("law-nothing"), std::nullopt);
  for (const Kind kind : all_kinds()) EXPECT_EQ(kind_of(code_of(kind)), kind);
}

// A kind without an explanation helps nobody; a kind that no test provokes may be unreachable.
TEST(Diagnostics, EveryKindHasAPageAndATest) {
  const std::filesystem::path root = HENG_SOURCE_DIR;
  std::string tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "src")) {
    if (entry.path().filename().string().ends_with("_test.cc")) tests += read_file(entry.path());
  }
  for (const Kind kind : all_kinds()) {
    const std::string code(code_of(kind));
    const std::string page = read_file(root / "docs" / "explain" / (code + ".md"));
    EXPECT_TRUE(page.starts_with("# " + code + "\n"))
        << code << " has no page docs/explain/" << code << ".md";
    EXPECT_NE(page.find("**Mend.**"), std::string::npos) << code;
    EXPECT_NE(tests.find("\"" + code + "\""), std::string::npos) << "no test provokes " << code;
  }
}

TEST(Diagnostics, CaretsCountDisplayColumns) {
  const Parsed parsed("rule 拘留 \"一\" \"b\"\n  on        拘留执行 = 3\n  require   a = 1\n");
  EXPECT_EQ(render(parsed.diagnostics, parsed.sources),
            "error[law-syntax]: expected the end of the line, found `=`\n"
            " --> x.law:2:18\n"
            "  |\n"
            "2 |   on        拘留执行 = 3\n"
            "  |                      ^\n"
            "\n1 error\n");
}

TEST(Diagnostics, SecondLabelsAndHelp) {
  const Parsed parsed("rule a \"一\" \"b\"\n  on        x\n  require   a = 1\n\n  on        y\n");
  EXPECT_EQ(render(parsed.diagnostics, parsed.sources),
            "error[law-duplicate-clause]: `on` is given twice\n"
            " --> x.law:5:3\n"
            "  |\n"
            "2 |   on        x\n"
            "  |   -- first given here\n"
            "...\n"
            "5 |   on        y\n"
            "  |   ^^ again here\n"
            "  help: put both under one `on`, one a line\n"
            "\n1 error\n");
}

TEST(Diagnostics, JsonIsOneObjectALine) {
  const Parsed parsed("rul x\nact y z\n");
  const std::string out = render(parsed.diagnostics, parsed.sources, {DiagnosticFormat::json, false, 0});
  EXPECT_EQ(
      out,
      "{\"code\":\"law-unknown-declaration\",\"severity\":\"error\",\"message\":\"no declaration begins with "
      "`rul`\",\"file\":\"x.law\",\"line\":1,\"column\":1,\"end_line\":1,\"end_column\":4,\"help\":\"did you "
      "mean "
      "`rule`?\"}\n"
      "{\"code\":\"law-syntax\",\"severity\":\"error\",\"message\":\"expected the end of the line, found "
      "`z`\",\"file\":\"x.law\",\"line\":2,\"column\":7,\"end_line\":2,\"end_column\":8}\n");
}

TEST(Diagnostics, GnuForEditors) {
  const Parsed parsed("rul x\n");
  EXPECT_EQ(parsed.messages(),
            "x.law:1:1: error: no declaration begins with `rul` [law-unknown-declaration]\n");
}

TEST(Diagnostics, ManyAreCountedAndFewShown) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "nonsense\n";
  const Parsed parsed(text);
  EXPECT_EQ(parsed.diagnostics.errors(), 3000u);
  EXPECT_EQ(parsed.diagnostics.all().size(), Diagnostics::kKept);
  const std::string out = render(parsed.diagnostics, parsed.sources);
  EXPECT_TRUE(out.ends_with("\n3000 errors (2980 more not shown)\n")) << out.substr(out.size() - 60);
}

TEST(Diagnostics, NoErrorHidesBehindWarnings) {
  Diagnostics diagnostics;
  for (size_t i = 0; i < Diagnostics::kKept + 5; ++i) diagnostics.add(Kind::full_width, Span{}, "w");
  diagnostics.add(Kind::syntax, Span{}, "e");
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kKept);
  EXPECT_EQ(diagnostics.all().back().message, "e");
  for (size_t i = 0; i < 2 * Diagnostics::kKept; ++i) diagnostics.add(Kind::syntax, Span{}, "more");
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kKept);
  EXPECT_EQ(diagnostics.all().front().message, "e");
  EXPECT_EQ(diagnostics.errors() + diagnostics.warnings(), 3 * Diagnostics::kKept + 6);
  EXPECT_EQ(diagnostics.dropped(), 2 * Diagnostics::kKept + 6);
}

TEST(Diagnostics, SortsByTheEndOfThePlace) {
  Diagnostics diagnostics;
  diagnostics.add(Kind::syntax, Span{1, 0, 5}, "third");
  diagnostics.add(Kind::syntax, Span{0, 8, 9}, "second");
  diagnostics.add(Kind::syntax, Span{0, 0, 4}, "first");
  diagnostics.add_without_place(Kind::pack_not_found, "before all");
  diagnostics.sort();
  std::string order;
  for (const Diagnostic& d : diagnostics.all()) order += d.message + ",";
  EXPECT_EQ(order, "before all,first,second,third,");
}

TEST(Diagnostics, LongLinesAreCutAroundThePlace) {
  const Parsed parsed("act " + std::string(400, 'a') + " !\n");
  const std::string out = render(parsed.diagnostics, parsed.sources);
  EXPECT_NE(out.find("^"), std::string::npos);
  size_t longest = 0;
  for (size_t at = 0; at < out.size();) {
    const size_t end = out.find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  EXPECT_LT(longest, 200u);
}

}  // namespace
}  // namespace heng::law
