#include "sim/score.h"

#include <simdjson.h>

#include <fstream>
#include <string_view>

#include "base/time.h"

namespace heng::sim {
namespace {

using Counts = std::map<std::string, int64_t>;  // `case rule kind at` → truths less findings

// Calls `take(rule, key)` for each line of kind breach or late.
template <typename Take>
Result<void> read_lines(const std::string& path, Take&& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Error{ErrorKind::not_found, "file-open", "`" + path + "` cannot be read", "",
                 "check the path and its permissions"};
  simdjson::ondemand::parser parser;
  std::string line;
  uint64_t number = 0;
  while (std::getline(file, line)) {
    ++number;
    if (line.empty()) continue;
    const auto bad = [&](std::string_view what) {
      return Error{ErrorKind::bad_input, "score-line", std::string(what), path + ":" + std::to_string(number),
                   "truth comes from `heng sim --truth`, findings from `heng check --format ndjson`"};
    };
    line.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::document document;
    if (parser.iterate(line).get(document) != simdjson::SUCCESS) return bad("the line is no JSON object");
    const auto text = [&](std::string_view name, std::string* out) {
      std::string_view value;
      if (document.find_field_unordered(name).get_string().get(value) != simdjson::SUCCESS) return false;
      *out = value;
      return true;
    };
    std::string case_id;
    std::string rule;
    std::string kind;
    std::string at;
    std::string part;
    if (!text("rule", &rule) || !text("kind", &kind)) return bad("the line lacks `rule` or `kind`");
    if (kind != "breach" && kind != "late") continue;
    if (!text("case", &case_id) || !text("at", &at)) return bad("the line lacks `case` or `at`");
    if (text("part", &part) && !part.empty()) rule += "." + part;
    const auto time = parse_rfc3339(at);
    if (!time.ok()) return bad("`at` is no time");
    take(rule, case_id + " " + rule + " " + kind + " " + format_rfc3339({time->instant, 8 * 60}));
  }
  return {};
}

}  // namespace

double Score::recall() const {
  const uint64_t all = total.found + total.missed;
  return all == 0 ? 1.0 : static_cast<double>(total.found) / static_cast<double>(all);
}

double Score::precision() const {
  const uint64_t all = total.found + total.false_alarms;
  return all == 0 ? 1.0 : static_cast<double>(total.found) / static_cast<double>(all);
}

Result<Score> score_files(const std::string& truth_path, const std::string& findings_path) {
  Score score;
  Counts open;
  HENG_TRY_VOID(read_lines(truth_path, [&](const std::string& rule, const std::string& key) {
    ++open[key];
    ++score.rules[rule].missed;
    ++score.total.missed;
  }));
  HENG_TRY_VOID(read_lines(findings_path, [&](const std::string& rule, const std::string& key) {
    RuleScore& of_rule = score.rules[rule];
    const auto found = open.find(key);
    if (found != open.end() && found->second > 0) {
      --found->second;
      ++of_rule.found;
      --of_rule.missed;
      ++score.total.found;
      --score.total.missed;
      return;
    }
    ++of_rule.false_alarms;
    ++score.total.false_alarms;
    if (score.false_alarms.size() < Score::kMostTold) score.false_alarms.push_back(key);
  }));
  for (const auto& [key, count] : open)
    for (int64_t i = 0; i < count && score.missed.size() < Score::kMostTold; ++i) score.missed.push_back(key);
  return score;
}

}  // namespace heng::sim
