#include "law/load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "law/test_support.h"

namespace heng::law {
namespace {

namespace fs = std::filesystem;

class LoadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("heng_load_" + std::to_string(getpid()));
    fs::remove_all(root_);
    write("cn/base/pack.law",
          "pack cn.base \"共用\" \"Shared\"\n  holidays  cn\nrole judge \"审判员\" \"Judge\"\n");
    write("cn/base/cn.holidays", "");
    write("cn/criminal/pack.law", "pack cn.criminal \"刑事\" \"Criminal\"\n  uses      cn.base\n");
    write("cn/criminal/b.law", "role b\n");
    write("cn/criminal/a.law",
          "rule x.one \"一\" \"e\"\n  on        y\n  require   z\nrule x.two \"一\" \"e\"\n  on        y\n  "
          "require   z\n");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  PackSet load(const std::vector<std::string>& names) {
    diagnostics_ = Diagnostics{};
    PackSet set = load_packs(names, {root_.string()}, diagnostics_);
    codes_.clear();
    for (const Diagnostic& d : diagnostics_.all())
      codes_ += (codes_.empty() ? "" : " ") + std::string(d.code());
    return set;
  }

  fs::path root_;
  Diagnostics diagnostics_;
  std::string codes_;
};

TEST_F(LoadTest, DependenciesStandFirst) {
  const PackSet set = load({"cn.criminal"});
  EXPECT_EQ(codes_, "");
  ASSERT_EQ(set.packs.size(), 2u);
  EXPECT_EQ(set.packs[0].name, "cn.base");
  EXPECT_EQ(set.packs[1].name, "cn.criminal");
  EXPECT_EQ(set.packs[1].uses, std::vector<std::string>{"cn.base"});
  ASSERT_EQ(set.packs[1].files.size(), 3u);  // pack.law, a.law, b.law
  EXPECT_EQ(set.packs[1].files[1].declarations.size(), 2u);
  EXPECT_EQ(set.packs[1].holidays_path, (root_ / "cn/base/cn.holidays").string());
  EXPECT_EQ(set.packs[1].hash.size(), 64u);
}

TEST_F(LoadTest, APathFindsWhatItUsesBesideIt) {
  Diagnostics diagnostics;
  const PackSet set = load_packs({(root_ / "cn/criminal").string()}, {}, diagnostics);
  EXPECT_TRUE(diagnostics.ok());
  EXPECT_EQ(set.packs.size(), 2u);
  EXPECT_EQ(load_packs({(root_ / "cn/criminal/a.law").string()}, {}, diagnostics).packs.size(), 2u);
  EXPECT_EQ(load_packs({root_.string()}, {}, diagnostics).packs.size(), 2u);
  EXPECT_TRUE(diagnostics.ok());
}

TEST_F(LoadTest, TheHashIsOfTheTextAndOfWhatItUses) {
  const std::string before = load({"cn.criminal"}).packs[1].hash;
  EXPECT_EQ(load({"cn.criminal"}).packs[1].hash, before);
  write("cn/base/pack.law", "pack cn.base \"共用\" \"Shared\"\n");
  EXPECT_NE(load({"cn.criminal"}).packs[1].hash, before);
}

TEST_F(LoadTest, OneFileHoldsSeveralPacks) {
  write("all.law", "pack a\nrole r\npack b\n  uses      a\nrole s\nrole t\n");
  const PackSet set = load({(root_ / "all.law").string()});
  EXPECT_EQ(codes_, "");
  ASSERT_EQ(set.packs.size(), 2u);
  EXPECT_EQ(set.packs[1].files.at(0).declarations.size(), 2u);
}

TEST_F(LoadTest, SaysWhatIsWrong) {
  EXPECT_EQ(load({"cn.crimnal"}).packs.size(), 0u);
  EXPECT_EQ(codes_, "law-pack-not-found");
  EXPECT_EQ(diagnostics_.all()[0].help, "did you mean `cn.criminal`?");
  load({"../etc"});
  EXPECT_EQ(codes_, "law-unreadable");
  load({(root_ / "none.law").string()});
  EXPECT_EQ(codes_, "law-unreadable");

  write("lone/x.law", "role r\n");
  load({(root_ / "lone/x.law").string()});
  EXPECT_EQ(codes_, "law-no-pack");

  write("two.law", "pack a\nrole r\npack a\nrole s\n");
  const PackSet twice = load({(root_ / "two.law").string()});
  EXPECT_EQ(codes_, "law-pack-twice");
  EXPECT_EQ(twice.packs.at(0).files.at(0).declarations.size(), 1u);

  write("ring.law", "pack a\n  uses      b\npack b\n  uses      a\n");
  EXPECT_EQ(load({(root_ / "ring.law").string()}).packs.size(), 2u);
  EXPECT_EQ(codes_, "law-pack-loop");

  write("u.law", "pack a\n  uses      nothing.here\n");
  EXPECT_EQ(load({(root_ / "u.law").string()}).packs.at(0).uses.size(), 0u);
  EXPECT_EQ(codes_, "law-pack-not-found");

  write("x/y/pack.law", "pack x.z\n");
  load({"x.y"});
  EXPECT_EQ(codes_, "law-pack-not-found");
}

TEST_F(LoadTest, SaysThatACalendarIsMissing) {
  write("cal/pack.law", "pack cal\n  holidays  cm\n");
  write("cal/cn.holidays", "");
  EXPECT_EQ(load({(root_ / "cal").string()}).packs.at(0).holidays_path, "");
  EXPECT_EQ(codes_, "law-holidays-missing");
  EXPECT_TRUE(diagnostics_.ok());
  EXPECT_EQ(diagnostics_.all()[0].help, "did you mean `cn`?");
  write("cal/pack.law", "pack cal\n  holidays  venice\n");
  load({(root_ / "cal").string()});
  EXPECT_TRUE(diagnostics_.all()[0].help.starts_with("put `venice.holidays`")) << diagnostics_.all()[0].help;
  // A pack that only uses another takes its calendar and says nothing of its own; a text at hand has no folder to look in.
  write("user/pack.law", "pack user\n  uses      cn.base\n");
  load({(root_ / "user").string()});
  EXPECT_EQ(codes_, "");
  Diagnostics quiet;
  load_text("x.law", "pack x\n  holidays  cn\n", quiet);
  EXPECT_EQ(quiet.all().size(), 0u);
}

TEST_F(LoadTest, Lists) {
  const auto packs = list_packs({root_.string()});
  ASSERT_EQ(packs.size(), 2u);
  EXPECT_EQ(packs[1].name, "cn.criminal");
  EXPECT_EQ(packs[1].title_zh, "刑事");
  EXPECT_EQ(packs[1].rules, 2u);
  EXPECT_TRUE(list_packs({"/nonexistent"}).empty());
}

TEST_F(LoadTest, Roots) {
  EXPECT_EQ(default_roots("/x", "/a:/b"), (std::vector<std::string>{"/a", "/b"}));
  fs::create_directories(root_ / "packs");
  fs::create_directories(root_ / "build/release");
  EXPECT_EQ(default_roots((root_ / "build/release").string(), nullptr),
            std::vector<std::string>{fs::weakly_canonical(root_ / "packs").string()});
}

TEST(Load, TheExamples) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  Diagnostics diagnostics;
  const PackSet set = load_text("examples.law", *text, diagnostics);
  EXPECT_TRUE(diagnostics.ok());
  std::string names;
  for (const Pack& pack : set.packs) names += pack.name + " ";
  EXPECT_EQ(names, "cn.base cn.criminal cn.administrative cn.civil cn.supervision it.traffic_fines ");
}

}  // namespace
}  // namespace heng::law
