#include "cli/law.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/history_options.h"

namespace heng {
namespace {

namespace fs = std::filesystem;

class LawCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("heng_cli_law_" + std::to_string(getpid()));
    fs::remove_all(root_);
    write(
        "a/pack.law",
        "pack a \"甲\" \"First\"\n  reviewed  no\n\nsource CPL \"刑事诉讼法\" \"Criminal Procedure Law\"\n\n"
        "period hours \"小时\" \"hours\"\n  cites     CPL 105\n  counts    hours\n  starts    at the act\n\n"
        "period months \"月\" \"months\"\n  cites     CPL 105\n  counts    months\n  starts    the day "
        "after\n");
    write("a/rules.law",
          "# Section one\n\nact x \"拘留\" \"Detention\"\n  data      a: number\n\n"
          "act y \"送看守所\" \"Handed over\"\n  data      b: yes or no\n\n"
          "# Why it is here.\nclock hand.over \"移送\" \"Hand over\"\n  cites     CPL 85(2)\n  severity  "
          "critical\n"
          "  starts    on x where a < 3\n  allows    24 hours\n            plus 1 month  after y where b = "
          "yes\n"
          "  met by    y\n  warns     at 75%\n\ntest hand.over\n  \"in <time>\"  2026-01-01 x; 2026-01-02 y; "
          "holds\n");
    setenv("HENG_PACKS", root_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("HENG_PACKS");
    fs::remove_all(root_);
  }
  std::string path(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(root_ / name);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  int run(std::vector<std::string> arguments) {
    CLI::App app;
    int code = 0;
    add_law_commands(app, code);
    std::reverse(arguments.begin(), arguments.end());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError&) {
      code = 2;
    }
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  fs::path root_;
  std::string out_;
  std::string err_;
};

TEST_F(LawCommands, List) {
  EXPECT_EQ(run({"law", "list", "--format", "json"}), 0);
  EXPECT_EQ(out_,
            "[\n  {\n    \"name\": \"a\",\n    \"title\": \"甲\",\n    \"title_en\": \"First\",\n    "
            "\"rules\": 1,\n    \"path\": \"" +
                path("a") + "\"\n  }\n]\n");
  EXPECT_EQ(run({"law", "list"}), 0);
  EXPECT_EQ(out_, "a  甲     1 rules  First\n");
  EXPECT_EQ(run({"law", "list", "--format", "xml"}), 2);
}

TEST_F(LawCommands, Fmt) {
  EXPECT_EQ(run({"law", "fmt", "--check", root_.string()}), 0);
  write("b.law", "rule r\n  on x\n  require y\n");
  EXPECT_EQ(run({"law", "fmt", "--check", path("b.law")}), 1);
  EXPECT_EQ(out_, path("b.law") + "\n");
  EXPECT_EQ(run({"law", "fmt", path("b.law")}), 0);
  EXPECT_EQ(read("b.law"), "rule r\n  on        x\n  require   y\n");
  EXPECT_EQ(run({"law", "fmt", "--words", "zh", path("b.law")}), 0);
  EXPECT_EQ(read("b.law"), "规则 r\n  于        x\n  应当      y\n");
  write("c.law", "rule r\n  on = x\n");
  EXPECT_EQ(run({"law", "fmt", path("c.law"), path("b.law")}), 3);
  EXPECT_NE(err_.find("error[law-syntax]"), std::string::npos);
  EXPECT_EQ(read("c.law"), "rule r\n  on = x\n");
  EXPECT_EQ(run({"law", "fmt", path("none.law")}), 5);
}

TEST_F(LawCommands, ExplainsARule) {
  EXPECT_EQ(run({"law", "explain", "hand.over", "--lang", "en"}), 0);
  EXPECT_EQ(
      out_,
      "Hand over\na/hand.over  severity: critical\nnot reviewed by a lawyer\n\nWhy it is here.\n\nrests on\n"
      "  Criminal Procedure Law, art. 85(2)\n\nstarts on\n  “Detention” where `a` < 3\nallows\n  24 hours\n"
      "  plus 1 month, after “Handed over” where `b` = yes\nmet by\n  “Handed over”\nwarns\n  at 75% of the "
      "time\n\n"
      "examples\n  \"in <time>\"\n    2026-01-01 x\n    2026-01-02 y\n    holds\n");
  EXPECT_EQ(run({"law", "explain", "a/hand", "--lang", "zh"}), 0);
  EXPECT_NE(out_.find("《刑事诉讼法》第八十五条第二款"), std::string::npos) << out_;
  EXPECT_NE(out_.find("再加 1 个月：在“送看守所”（`b` = 是）之后"), std::string::npos) << out_;
  EXPECT_EQ(run({"law", "explain", "hand.ower"}), 5);
  EXPECT_EQ(err_, "heng: no rule is called `hand.ower`\n  help: did you mean `hand.over`?\n");
}

TEST_F(LawCommands, ExplainsACode) {
  EXPECT_EQ(run({"explain", "law-bad-date"}), 0);
  EXPECT_TRUE(out_.starts_with("# law-bad-date\n")) << out_;
  EXPECT_EQ(run({"law", "explain", "law-bad-date"}), 0);
  EXPECT_EQ(run({"explain", "law-bad-dote"}), 5);
  EXPECT_EQ(err_, "heng: no diagnostic is called `law-bad-dote`\n  help: did you mean `law-bad-date`?\n");
}

TEST_F(LawCommands, Lint) {
  // The pack holds, but its step waits for the act that meets the clock, and no story breaks it.
  EXPECT_EQ(run({"law", "lint", "a", "--format", "gnu"}), 1);
  EXPECT_NE(out_.find("[law-not-reviewed]"), std::string::npos) << out_;
  EXPECT_NE(out_.find("[law-step-never]"), std::string::npos) << out_;
  EXPECT_EQ(run({"law", "lint", "a", "--fail-on", "error"}), 0);
  EXPECT_EQ(run({"law", "lint", "a", "--fail-on", "notes"}), 2);
  write("a/more.law",
        "rule r \"一\" \"e\"\n  cites     CPL 1\n  severity  low\n  on        xx\n  require   a = 1\n");
  EXPECT_EQ(run({"law", "lint", "a", "--format", "json"}), 3);
  EXPECT_NE(out_.find("\"code\":\"law-unknown-act\""), std::string::npos) << out_;
  EXPECT_EQ(run({"law", "lint", "b"}), 5);
}

// What another pack uses is used; what is wrong in another pack is not this one's affair.
TEST_F(LawCommands, LintLooksForUsesInAllPacks) {
  write("b/pack.law",
        "pack b \"乙\" \"Second\"\n\nrole guard \"看守\" \"Guard\"\n\nact z \"丙\" \"Third\"\n");
  write("c/pack.law",
        "pack c \"丙\" \"Third\"\n  uses      b\n\nsource S \"法\" \"Law\"\n\n"
        "rule r \"一\" \"e\"\n  cites     S 1\n  severity  low\n  on        z by guard\n  forbid\n");
  EXPECT_EQ(run({"law", "lint", "b"}), 0) << out_;
  EXPECT_EQ(run({"law", "lint", "c", "--format", "gnu"}), 1);
  EXPECT_NE(out_.find("[law-no-story]"), std::string::npos) << out_;
  write("a/more.law", "rule broken\n");
  EXPECT_EQ(run({"law", "lint", "b"}), 0) << out_;
}

// A pack named by its path is spoken of alone; what it uses has to be right, and is not its affair otherwise.
TEST_F(LawCommands, LintByPathSpeaksOfThatPack) {
  write("b/pack.law", "pack b \"乙\" \"Second\"\n\nsource OLD \"旧法\" \"Old\"\n\nact z \"丙\" \"Third\"\n");
  write("mine/pack.law", "pack mine \"我\" \"Mine\"\n  uses      b\n\nrole guard \"看守\" \"Guard\"\n\nsource S \"法\" \"Law\"\n\n"
        "rule r \"一\" \"e\"\n  cites     S 1\n  severity  low\n  on        z\n  forbid\n");
  EXPECT_EQ(run({"law", "lint", path("mine"), "--format", "gnu"}), 1);
  EXPECT_NE(out_.find("[law-no-story]"), std::string::npos) << out_;
  EXPECT_NE(out_.find("`guard`"), std::string::npos) << out_;
  EXPECT_EQ(out_.find("`OLD`"), std::string::npos) << out_;
  EXPECT_EQ(run({"law", "lint", path("mine/pack.law"), "--format", "gnu"}), 1);
  EXPECT_EQ(out_.find("`OLD`"), std::string::npos) << out_;
  write("b/more.law", "rule broken\n");
  EXPECT_EQ(run({"law", "lint", path("mine"), "--format", "gnu"}), 3);
  EXPECT_NE(out_.find("more.law"), std::string::npos) << out_;
}

TEST_F(LawCommands, LintReadsTheCalendar) {
  write("a/cn.holidays", "nonsense\n");
  write("a/pack.law", "pack a \"甲\" \"First\"\n  holidays  cn\n");
  EXPECT_EQ(run({"law", "lint", "a"}), 3);
  EXPECT_NE(err_.find("cn.holidays"), std::string::npos) << err_;
}

// Nothing is judged by a law with errors in it: a code that is not there is never true, and would look like a clean history.
TEST_F(LawCommands, JudgingChecksTheLawFirst) {
  write("bad/pack.law", "pack bad \"乙\" \"Bad\"\n\nsource S \"法\" \"Law\"\n\nact z \"丙\" \"Third\"\n  data      kind: one of red, blue\n\n"
        "rule r \"一\" \"e\"\n  cites     S 1\n  severity  low\n  on        z\n  require   kind = rde\n");
  LawOptions options;
  options.packs = {"bad"};
  ::testing::internal::CaptureStderr();
  const auto loaded = load_law(options);
  const std::string said = ::testing::internal::GetCapturedStderr();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, "law-errors");
  EXPECT_EQ(exit_code_of(loaded.error()), 3);
  for (const char* part : {"error[law-unknown-code]", "pack.law:12:20", "^^^", "did you mean `red`?"})
    EXPECT_NE(said.find(part), std::string::npos) << part << " in\n" << said;
  // Warnings are lint's; a calendar that is missing bears on what is judged.
  write("bad/pack.law", "pack bad\n  holidays  cn\n\nact z \"丙\"\n");
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(load_law(options).ok());
  const std::string warned = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(warned.find("warning[law-holidays-missing]"), std::string::npos) << warned;
  EXPECT_EQ(warned.find("law-one-language"), std::string::npos) << warned;
}

TEST_F(LawCommands, PrintsABook) {
  EXPECT_EQ(run({"law", "docs", "a", "-o", path("book.html")}), 0);
  const std::string book = read("book.html");
  EXPECT_TRUE(book.starts_with("<!doctype html>"));
  for (const char* part : {"reviewed: no", "<div class=\"timeline\"", "in &lt;time&gt;", "第八十五条第二款",
                           "Section one", "<code>a</code> &lt; 3", "<a href=\"#hand.over\">"}) {
    EXPECT_NE(book.find(part), std::string::npos) << part;
  }
  for (const char* part : {"http://", "https://", "src=", "<link"})
    EXPECT_EQ(book.find(part), std::string::npos) << part;
  EXPECT_EQ(run({"law", "docs", "nothing"}), 5);
}

}  // namespace
}  // namespace heng
