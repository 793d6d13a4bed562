// What watching the law over acts gives: findings, and the clocks and cases they arose in.
// Everything here is plain data; src/report turns it into text, JSON, SARIF, JUnit and HTML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace heng::watch {

enum class Kind : uint8_t { warn, breach, late, flag, missing };
enum class Severity : uint8_t { none, low, medium, high, critical };

const char* name_of(Kind kind);          // "warn", "breach", …
const char* name_of(Severity severity);  // "low", …; none prints as "medium"

struct Text {
  std::string zh;
  std::string en;
};

// One line of an explanation: of a clock's sum, or of a condition that failed, or of a value that was read.
struct Why {
  // start, base, extension, ignored, pause, restart, roll, provisional, end, met, lapsed, strict (clocks);
  // condition, excuse, value, missing, void (rules).
  std::string step;
  std::string act;                 // the act it rests on; empty if none
  std::optional<OffsetTime> at;    // the instant this line leads to
  std::string cite;                // "CPL 156"; empty if none
  Text text;
};

struct Finding {
  std::string id;          // hex; of rule, key and anchor only
  std::string rule;        // "cn.criminal/detention_family_notice_24h"
  std::string part;        // of `rule.part`; empty mostly
  Kind kind = Kind::breach;
  Severity severity = Severity::none;
  std::string case_id;
  std::vector<std::pair<std::string, std::string>> key;  // {"person","s1"}
  std::vector<Text> key_labels{};                          // what a reader calls each of them; fewer: by its name
  OffsetTime at;                                         // when it became true
  std::optional<OffsetTime> due;                         // clocks: when its time ran out
  std::optional<int64_t> late_by_us;                     // late: done so long after
  bool provisional = false;                              // rests on a calendar year not published
  std::vector<std::string> acts;                         // ids, the anchor first
  std::vector<std::string> cites;
  std::vector<std::string> missing;                      // missing: the fields that were needed
  Text label;                                            // the rule's label
  Text message;
  std::vector<Why> why;
};

// "pack/rule", or "pack/rule.part".
inline std::string full_name(const std::string& rule, const std::string& part) { return part.empty() ? rule : rule + "." + part; }
inline std::string full_name(const Finding& finding) { return full_name(finding.rule, finding.part); }

// Order of output: at, case, rule, part, kind, id.
bool before(const Finding& a, const Finding& b);

enum class ClockState : uint8_t { waiting, running, paused, warned, met, late, breached, lapsed, voided };
const char* name_of(ClockState state);

// One instance of a clock, for `case clocks` and the bars of the HTML report.
struct ClockView {
  std::string rule;
  Text label;
  std::vector<std::pair<std::string, std::string>> key;
  std::vector<Text> key_labels{};
  std::string start_act;
  OffsetTime start;
  std::optional<OffsetTime> end;      // absent while paused without end
  std::optional<OffsetTime> over_at;  // met or lapsed at
  ClockState state = ClockState::running;
  bool right = false;                 // `may`: its end breaches nothing
  bool provisional = false;
  std::vector<Why> sum;
};

struct ActView {
  std::string id;
  std::string type;
  Text label;
  OffsetTime at;
  std::string agency;
  std::string agency_kind;  // declared kind, empty if none
  std::vector<std::pair<std::string, std::string>> by;  // id, role
  std::string note;         // "corrected by …", "annulled by …"; empty for live acts
};

struct CaseView {
  std::string case_id;
  std::vector<ActView> acts;      // in timeline order
  std::vector<ClockView> clocks;  // by start
};

}  // namespace heng::watch
