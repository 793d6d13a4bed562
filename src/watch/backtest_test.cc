#include "watch/backtest.h"

#include <gtest/gtest.h>

#include "law/diagnostics.h"
#include "watch/law_changes.h"

namespace heng::watch {
namespace {

Finding finding(const std::string& id, const std::string& case_id, int64_t hour, Kind kind = Kind::breach) {
  Finding out;
  out.id = id;
  out.rule = "x.y/r";
  out.kind = kind;
  out.case_id = case_id;
  out.at = {Instant{hour * kHour}, 480};
  out.due = out.at;
  return out;
}

TEST(Backtest, PairsFindingsByTheirId) {
  const std::vector<Finding> before = {finding("aa", "C1", 1), finding("bb", "C1", 2), finding("cc", "C2", 3),
                                       finding("dd", "C3", 4)};
  std::vector<Finding> after = {finding("dd", "C3", 4, Kind::late), finding("ee", "C4", 1), finding("cc", "C2", 5),
                                finding("aa", "C1", 1)};
  after[3].message.en = "worded otherwise";
  const Backtest test = compare_findings(before, after);
  EXPECT_EQ(test.same, 1U);  // aa: words alone do not count
  EXPECT_EQ(test.cases, 4U);
  ASSERT_EQ(test.changes.size(), 4U);
  EXPECT_EQ(test.changes[0].change, FindingChange::appeared);
  EXPECT_EQ(test.changes[0].after->id, "ee");
  EXPECT_EQ(test.changes[0].before, nullptr);
  EXPECT_EQ(test.changes[1].change, FindingChange::vanished);
  EXPECT_EQ(test.changes[1].before->id, "bb");
  EXPECT_EQ(test.changes[2].shown().id, "dd");  // moved, in output order: 4 h before 5 h
  EXPECT_EQ(test.changes[3].shown().id, "cc");
  ASSERT_EQ(test.rules.size(), 1U);
  EXPECT_EQ(test.rules[0].before, 4U);
  EXPECT_EQ(test.rules[0].after, 4U);
  EXPECT_EQ(test.rules[0].moved, 2U);
}

TEST(Backtest, SeesAnotherEndAndAnotherSeverity) {
  const std::vector<Finding> before = {finding("aa", "C1", 1), finding("bb", "C1", 1), finding("cc", "C1", 1)};
  std::vector<Finding> after = before;
  after[0].due->instant.us += kHour;
  after[1].severity = Severity::critical;
  after[2].at.offset_minutes = 0;  // the same instant on another clock
  const Backtest test = compare_findings(before, after);
  EXPECT_EQ(test.count(FindingChange::moved), 2U);
  EXPECT_EQ(test.same, 1U);
}

TEST(Backtest, OfNothingIsNothing) {
  const Backtest test = compare_findings({}, {});
  EXPECT_TRUE(test.changes.empty());
  EXPECT_TRUE(test.rules.empty());
}

constexpr const char* kPack = R"(pack x.y "某" "some"
  zone  "Asia/Shanghai"

act begun "始" "begun"
  on  person

act done "毕" "done"
  on  person

subject person "人" "person" is on.person
setting patience "耐心" "patience" is 3 days

clock soon "速" "soon"
  for       each person
  starts    on begun
  allows    patience
  met by    done

clock soon.twin "另" "the twin"
  for       each person
  starts    on begun
  allows    24 hours
  met by    done
)";

law::PackSet read(std::string text) {
  law::Diagnostics diagnostics;
  law::PackSet out = law::load_text("x.law", text, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << law::render(diagnostics, out.sources, {});
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(LawChanges, CommentsAndLayoutAreNoChange) {
  std::string text = replaced(kPack, "clock soon \"", "# a remark\nclock soon \"");
  text = replaced(text, "  allows    24 hours\n", "  allows   24 hours   # a day\n  # and a line\n");
  EXPECT_TRUE(compare_law(read(kPack), read(text)).declarations.empty());
}

TEST(LawChanges, TellsAddedRemovedAndChanged) {
  std::string text = replaced(kPack, "24 hours", "12 hours");
  text = replaced(text, "act done ", "act finished ");
  text = replaced(text, "met by    done", "met by    finished");
  text = replaced(text, "met by    done", "met by    finished");
  const LawChanges changes = compare_law(read(kPack), read(text));
  ASSERT_EQ(changes.declarations.size(), 4U);
  EXPECT_EQ(changes.declarations[0].change, DeclarationChange::added);
  EXPECT_EQ(changes.declarations[0].name, "finished");
  EXPECT_EQ(changes.declarations[0].where, "x.law:7");
  EXPECT_EQ(changes.declarations[1].name, "soon");
  EXPECT_EQ(changes.declarations[2].name, "soon.twin");
  EXPECT_EQ(changes.declarations[2].kind, "clock");
  EXPECT_NE(line_difference(changes.declarations[2].before, changes.declarations[2].after)
                .find("-   allows    24 hours\n-   met by    done\n+   allows    12 hours\n"),
            std::string::npos)
      << line_difference(changes.declarations[2].before, changes.declarations[2].after);
  EXPECT_EQ(changes.declarations[3].change, DeclarationChange::removed);
  EXPECT_EQ(changes.declarations[3].name, "done");
}

TEST(LawChanges, FollowsARuleToWhatItNames) {
  const LawChanges changes = compare_law(read(kPack), read(replaced(kPack, "patience\" is 3 days", "patience\" is 2 days")));
  ASSERT_EQ(changes.declarations.size(), 1U);
  EXPECT_EQ(changes.causes_of("x.y/soon"), std::vector<size_t>{0});
  EXPECT_TRUE(changes.causes_of("x.y/soon.twin").empty());  // it names no setting, and its id is no mention of `soon`
}

TEST(LawChanges, PairsTwoPacksOfOtherNames) {
  const LawChanges changes = compare_law(read(kPack), read(replaced(replaced(kPack, "x.y", "x.z"), "24 hours", "25 hours")));
  ASSERT_EQ(changes.renamed.size(), 1U);
  EXPECT_EQ(changes.renamed[0].first, "x.y");
  EXPECT_EQ(changes.renamed[0].second, "x.z");
  ASSERT_EQ(changes.declarations.size(), 1U);  // the name alone is none
  EXPECT_EQ(changes.declarations[0].name, "soon.twin");
  EXPECT_EQ(changes.declarations[0].pack, "x.y");
}

TEST(LawChanges, VersionsOfARuleArePairedByTheirText) {
  const std::string twice = std::string(kPack) + R"(
clock soon "速" "soon"
  for       each person
  in force  from 2027-01-01
  starts    on begun
  allows    2 days
  met by    done
)";
  const LawChanges changes = compare_law(read(kPack), read(twice));
  ASSERT_EQ(changes.declarations.size(), 1U);
  EXPECT_EQ(changes.declarations[0].change, DeclarationChange::added);
  EXPECT_NE(changes.declarations[0].after.find("2027"), std::string::npos);
}

TEST(LineDifference, KeepsWhatIsCommon) {
  EXPECT_EQ(line_difference("a\nb\nc\n", "a\nc\nd\n"), "  a\n- b\n  c\n+ d\n");
  EXPECT_EQ(line_difference("", "a\n"), "+ a\n");
  EXPECT_EQ(line_difference("a\n", ""), "- a\n");
}

}  // namespace
}  // namespace heng::watch
