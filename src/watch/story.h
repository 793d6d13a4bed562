// The tests of law files (docs/language.md, section 9): each story's acts are judged by its rule and the outcome is
// compared with what the story says; then again with the acts turned about, corrected and revived.
#pragma once

#include <string>
#include <vector>

#include "law/load.h"
#include "watch/plan.h"

namespace heng::watch {

struct StoryFailure {
  std::string pack;
  std::string rule;   // with part
  std::string story;
  std::string where;  // file:line
  std::string what;   // what was expected and what came instead, several lines
};

struct StoryReport {
  size_t tests = 0;
  size_t stories = 0;
  size_t runs = 0;  // stories and their variations
  std::vector<StoryFailure> failures;
  struct RuleCoverage {
    std::string rule;
    size_t branches = 0;
    size_t taken = 0;
    std::vector<std::string> untaken;  // as written
  };
  std::vector<RuleCoverage> coverage;  // of every rule and clock of the packs tested
  size_t branches() const;
  size_t taken() const;
};

// `only`: names of packs to test (all if empty); `rule`: one rule alone, by name (all if empty).
StoryReport run_stories(const law::PackSet& packs, Plan& plan, const std::vector<std::string>& only,
                        const std::string& rule);

}  // namespace heng::watch
