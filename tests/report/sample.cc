#include "sample.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace heng::report::sample {
namespace {

using watch::ActView;
using watch::CaseView;
using watch::ClockState;
using watch::ClockView;
using watch::Finding;
using watch::Kind;
using watch::Severity;
using watch::Why;

OffsetTime at(std::string_view text) {
  auto time = parse_rfc3339(std::string(text) + "+08:00");
  HENG_ASSERT(time.ok());
  return *time;
}

OffsetTime plus(OffsetTime time, int64_t us) {
  time.instant.us += us;
  return time;
}

Why why(std::string step, Text text, std::optional<OffsetTime> when, std::string act = "",
        std::string cite = "") {
  return {std::move(step), std::move(act), when, std::move(cite), std::move(text)};
}

ActView act(std::string id, std::string type, Text label, OffsetTime when, std::string agency,
            std::string kind, std::string person, std::string role) {
  return {std::move(id),
          std::move(type),
          std::move(label),
          when,
          std::move(agency),
          std::move(kind),
          {{std::move(person), std::move(role)}},
          ""};
}

const Text kFamilyLabel{"拘留后二十四小时内通知家属", "Family told within 24 hours of detention"};
const Text kRequestLabel{"提请批准逮捕期限", "Request arrest or release in time"};
const Text kReviewLabel{"审查起诉期限", "Review for prosecution in time"};
const Text kSearchLabel{"搜查须经批准并出示搜查证", "A search needs approval and a warrant"};

std::vector<Why> family_sum() {
  return {
      why("start", {"拘留开始，开始的时不计算在内", "detained; the hour it begins in is not counted"},
          at("2026-03-03T15:00:00"), "QA-0001-002", "CPL 105(2)"),
      why("base", {"二十四小时", "24 hours"}, at("2026-03-04T15:00:00"), "", "CPL 85(2)"),
      why("pause", {"未记载有碍侦查的情形，不停止计算", "no obstruction on record: nothing to leave out"},
          std::nullopt, "", "CPL 85(2)"),
      why("end", {"届满", "time is up"}, at("2026-03-04T15:00:00")),
      why("met", {"已通知家属", "the family was told"}, at("2026-03-05T16:30:00"), "QA-0001-006",
          "CPL 85(2)"),
  };
}

std::vector<Why> request_sum() {
  return {
      why("start", {"拘留次日起算", "counted from the day after detention"}, at("2026-03-04T00:00:00"),
          "QA-0001-002", "CPL 105(2)"),
      why("base", {"三日", "3 days"}, at("2026-03-07T00:00:00"), "", "CPL 91(1)"),
      why("extension", {"延长至七日（流窜作案）", "extended to 7 days (roaming offender)"},
          at("2026-03-11T00:00:00"), "QA-0001-005", "CPL 91(1)"),
      why("ignored",
          {"延长至三十日的批准晚于届满，不计", "extension to 30 days came after the end: not counted"},
          std::nullopt, "QA-0001-008", "CPL 91(2)"),
      why("roll", {"在押期间不因节假日顺延", "in custody: never rolled past holidays"},
          at("2026-03-11T00:00:00"), "", "CPL 105(4)"),
      why("end", {"届满", "time is up"}, at("2026-03-11T00:00:00")),
  };
}

std::vector<Why> review_sum() {
  return {
      why("start", {"收到移送次日起算", "counted from the day after receipt"}, at("2026-03-21T00:00:00"),
          "QA-0001-011", "CPL 172(1)"),
      why("base", {"一个月", "1 month"}, at("2026-04-21T00:00:00"), "", "CPL 172(1)"),
      why("pause", {"鉴定期间 6 日不计", "6 days of psychiatric examination left out"},
          at("2026-04-27T00:00:00"), "QA-0001-012", "CPL 149"),
      why("provisional", {"所涉年度的节假日安排尚未公布", "the holidays of that year are not published yet"},
          std::nullopt),
      why("end", {"届满", "time is up"}, at("2026-04-27T00:00:00")),
  };
}

CaseView first_case() {
  CaseView view{.case_id = "QA-0001", .acts = {}, .clocks = {}};
  auto& acts = view.acts;
  const auto add = [&](int n, const char* type, Text label, const char* when, const char* agency,
                       const char* kind, const char* person, const char* role) {
    std::string id = "QA-0001-" + std::string(n < 10 ? "00" : "0") + std::to_string(n);
    acts.push_back(act(std::move(id), type, std::move(label), at(when), agency, kind, person, role));
  };
  add(1, "case_filed", {"立案", "Case filed"}, "2026-03-02T10:00:00", "police-q", "police", "o1",
      "investigator");
  add(2, "detention_executed", {"执行拘留", "Detained"}, "2026-03-03T14:25:00", "police-q", "police", "o1",
      "investigator");
  add(3, "interrogation_held", {"讯问", "Interrogation"}, "2026-03-03T18:40:00", "police-q", "police", "o2",
      "investigator");
  add(4, "detention_centre_admitted", {"看守所收押", "Admitted to the detention centre"},
      "2026-03-04T09:10:00", "centre-q", "detention_centre", "g1", "officer");
  add(5, "detention_extended", {"延长拘留期限", "Detention extended"}, "2026-03-05T11:00:00", "police-q",
      "police", "h1", "county_head");
  add(6, "family_notified", {"通知家属", "Family told"}, "2026-03-05T16:30:00", "police-q", "police", "o1",
      "investigator");
  add(7, "search_executed", {"搜查", "Search"}, "2026-03-06T20:15:00", "police-q", "police", "o2",
      "investigator");
  add(8, "detention_extended", {"延长拘留期限", "Detention extended"}, "2026-03-12T09:00:00", "police-q",
      "police", "h1", "county_head");
  add(9, "arrest_requested", {"提请批准逮捕", "Arrest requested"}, "2026-03-12T10:05:00", "police-q",
      "police", "h1", "county_head");
  add(10, "arrest_decided", {"批准逮捕", "Arrest approved"}, "2026-03-18T16:40:00", "procuratorate-q",
      "procuratorate", "r1", "prosecutor");
  add(11, "prosecution_review_received", {"收到移送起诉", "Received for prosecution"}, "2026-03-20T09:00:00",
      "procuratorate-q", "procuratorate", "c1", "case_manager");
  add(12, "psychiatric_exam_begun", {"送交精神病鉴定", "Psychiatric examination begun"},
      "2026-03-25T09:00:00", "procuratorate-q", "procuratorate", "r1", "prosecutor");
  acts[7].note = "corrected by QA-0001-013";

  ClockView family{.rule = "cn.criminal/detention_family_notice_24h",
                   .label = kFamilyLabel,
                   .key = {{"person", "s1"}},
                   .start_act = "QA-0001-002",
                   .start = at("2026-03-03T14:25:00"),
                   .end = at("2026-03-04T15:00:00"),
                   .over_at = at("2026-03-05T16:30:00"),
                   .state = ClockState::late,
                   .sum = family_sum()};
  ClockView request = family;
  request.rule = "cn.criminal/arrest_request_limit";
  request.label = kRequestLabel;
  request.end = at("2026-03-11T00:00:00");
  request.over_at = std::nullopt;
  request.state = ClockState::breached;
  request.sum = request_sum();
  ClockView handover = family;
  handover.rule = "cn.criminal/detention_handover_24h";
  handover.label = {"拘留后二十四小时内送看守所", "Hand-over to the detention centre within 24 hours"};
  handover.over_at = at("2026-03-04T09:10:00");
  handover.state = ClockState::met;
  handover.sum.resize(2);
  ClockView review = family;
  review.rule = "cn.criminal/review_prosecution_1m";
  review.label = kReviewLabel;
  review.start_act = "QA-0001-011";
  review.start = at("2026-03-20T09:00:00");
  review.end = at("2026-04-27T00:00:00");
  review.over_at = std::nullopt;
  review.state = ClockState::warned;
  review.provisional = true;
  review.sum = review_sum();
  ClockView exam = review;
  exam.rule = "cn.criminal/custody_exam";
  exam.label = {"鉴定期间的羁押", "Custody while the examination lasts"};
  exam.end = std::nullopt;
  exam.state = ClockState::paused;
  exam.provisional = false;
  exam.start = at("2026-03-25T09:00:00");
  exam.start_act = "QA-0001-012";
  exam.sum.resize(1);
  ClockView appeal = review;
  appeal.rule = "cn.criminal/objection_period";
  appeal.label = {"申请复议的权利", "The right to ask for reconsideration"};
  appeal.start = at("2026-03-18T16:40:00");
  appeal.start_act = "QA-0001-010";
  appeal.end = at("2026-03-24T00:00:00");
  appeal.over_at = at("2026-03-24T00:00:00");
  appeal.state = ClockState::lapsed;
  appeal.right = true;
  appeal.provisional = false;
  appeal.sum.clear();
  view.clocks = {family, handover, request, appeal, review, exam};
  return view;
}

std::vector<Finding> first_findings() {
  Finding family{
      .id = "5f0c1d6e9a7b3c42",
      .rule = "cn.criminal/detention_family_notice_24h",
      .part = "",
      .kind = Kind::late,
      .severity = Severity::high,
      .case_id = "QA-0001",
      .key = {{"person", "s1"}},
      .at = at("2026-03-04T15:00:00"),
      .due = at("2026-03-04T15:00:00"),
      .late_by_us = 25 * kHour + 30 * kMinute,
      .acts = {"QA-0001-002", "QA-0001-006"},
      .cites = {"CPL 85(2)", "MPS 127", "SPP 123"},
      .missing = {},
      .label = kFamilyLabel,
      .message = {"拘留（2026-03-03 14:25）后最迟应于 2026-03-04 15:00 通知家属；实际 2026-03-05 16:30，"
                  "超出 25 小时 30 分。",
                  "After the detention of 2026-03-03 14:25 the family had to be told by 2026-03-04 15:00; "
                  "it was told on 2026-03-05 16:30, 25 h 30 min late."},
      .why = family_sum()};
  Finding warned = family;
  warned.id = "5f0c1d6e9a7b3c43";
  warned.kind = Kind::warn;
  warned.at = at("2026-03-04T14:25:00");
  warned.late_by_us = std::nullopt;
  warned.acts = {"QA-0001-002"};
  warned.message = {"通知家属的期限将于 2026-03-04 15:00 届满（从严解释：14:25）。",
                    "The time to tell the family ends on 2026-03-04 15:00 (strictly read: 14:25)."};
  warned.why.resize(4);
  warned.why.push_back(why("strict", {"自拘留时起整二十四小时", "exactly 24 hours from the detention"},
                           at("2026-03-04T14:25:00"), "QA-0001-002", "CPL 85(2)"));
  Finding request = family;
  request.id = "a1b2c3d4e5f60718";
  request.rule = "cn.criminal/arrest_request_limit";
  request.kind = Kind::breach;
  request.severity = Severity::critical;
  request.at = request.due.emplace(at("2026-03-11T00:00:00"));
  request.late_by_us = std::nullopt;
  request.acts = {"QA-0001-002", "QA-0001-005", "QA-0001-008"};
  request.cites = {"CPL 91(1-2)", "MPS 129"};
  request.label = kRequestLabel;
  request.message = {
      "拘留后最迟应于 2026-03-10 24:00 提请批准逮捕或者释放；至今没有记录。",
      "After the detention an arrest had to be requested, or the person released, by 2026-03-10 24:00; "
      "nothing is on record."};
  request.why = request_sum();
  Finding search = family;
  search.id = "0d9e8f7a6b5c4d3e";
  search.rule = "cn.criminal/search_approval_warrant";
  search.part = "warrant";
  search.kind = Kind::breach;
  search.severity = Severity::medium;
  search.key.clear();
  search.at = at("2026-03-06T20:15:00");
  search.due = std::nullopt;
  search.late_by_us = std::nullopt;
  search.acts = {"QA-0001-007"};
  search.cites = {"CPL 138", "MPS 222"};
  search.label = kSearchLabel;
  search.message = {"搜查时没有出示搜查证，也没有紧急情况的记载。",
                    "No warrant was shown at the search, and no emergency is on record."};
  search.why = {
      why("condition", {"没有在先的搜查批准", "no earlier approval of the search"}, std::nullopt, "",
          "CPL 138"),
      why("value", {"出示搜查证：否", "warrant shown: no"}, std::nullopt, "QA-0001-007"),
      why("excuse", {"没有紧急情况", "no emergency ground given"}, std::nullopt, "QA-0001-007", "CPL 138")};
  Finding review = warned;
  review.id = "7788990011223344";
  review.rule = "cn.criminal/review_prosecution_1m";
  review.severity = Severity::high;
  review.at = at("2026-04-20T00:00:00");
  review.due = at("2026-04-27T00:00:00");
  review.provisional = true;
  review.acts = {"QA-0001-011", "QA-0001-012"};
  review.cites = {"CPL 172(1)"};
  review.label = kReviewLabel;
  review.message = {"审查起诉期限将于 2026-04-26 24:00 届满，剩 7 天。",
                    "The time to review for prosecution ends on 2026-04-26 24:00, in 7 days."};
  review.why = review_sum();
  return {warned, family, search, request, review};
}

Report frame() {
  Report report;
  report.packs = {{"cn.criminal",
                   {"刑事诉讼", "Criminal procedure"},
                   false,
                   "9f3ab2c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80"},
                  {"cn.common",
                   {"共同规定", "Common provisions"},
                   true,
                   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}};
  report.calendar = "cn 2019–2026";
  report.now = at("2026-04-20T08:30:00");
  return report;
}

uint64_t next(uint64_t& state) {  // xorshift, so that the large report is the same everywhere
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

CaseView small_case(const std::string& id, OffsetTime start, size_t acts) {
  const std::array<std::pair<const char*, const char*>, 3> agencies{
      {{"police-q", "police"}, {"procuratorate-q", "procuratorate"}, {"court-q", "court"}}};
  const std::array<Text, 4> labels{{{"执行拘留", "Detained"},
                                    {"讯问", "Interrogation"},
                                    {"通知家属", "Family told"},
                                    {"提请批准逮捕", "Arrest requested"}}};
  CaseView view{.case_id = id, .acts = {}, .clocks = {}};
  for (size_t i = 0; i < acts; ++i) {
    const auto& [agency, kind] = agencies.at(i % 3);
    view.acts.push_back(act(id + "-" + std::to_string(i + 1), "act_" + std::to_string(i % 4),
                            labels.at(i % 4), plus(start, static_cast<int64_t>(i * i) * 5 * kHour), agency,
                            kind, "o" + std::to_string(i % 3), "investigator"));
  }
  return view;
}

}  // namespace

Report empty_report() {
  Report report = frame();
  report.case_count = 57;
  report.act_count = 1204;
  return report;
}

Report small_report() {
  Report report = frame();
  report.case_count = 57;
  report.act_count = 1204;
  report.refused_count = 2;
  report.notes = {"2 lines were refused (no offset in `at`): lines 18, 402",
                  "notice_impossible_recorded was never seen in this history"};
  report.cases.push_back(first_case());
  report.findings = first_findings();
  CaseView second = small_case("QA-0002", at("2026-04-01T09:00:00"), 6);
  Finding missing = report.findings[2];
  missing.id = "1020304050607080";
  missing.rule = "cn.criminal/arrest_request_30d_ground";
  missing.part.clear();
  missing.kind = Kind::missing;
  missing.severity = Severity::low;
  missing.case_id = "QA-0002";
  missing.at = at("2026-04-01T14:00:00");
  missing.acts = {"QA-0002-2"};
  missing.missing = {"act_count", "ground"};
  missing.cites = {"CPL 91(2)"};
  missing.label = {"延长至三十日的理由", "Grounds for an extension to 30 days"};
  missing.message = {"不能判断：没有记载作案次数和延长的理由。",
                     "Cannot be decided: neither the number of offences nor the ground is on record."};
  missing.why = {
      why("missing", {"作案次数（act_count）", "number of offences (act_count)"}, std::nullopt, "QA-0002-2"),
      why("missing", {"延长的理由（ground）", "ground of the extension (ground)"}, std::nullopt,
          "QA-0002-2")};
  Finding flag = missing;
  flag.id = "1020304050607081";
  flag.rule = "cn.supervision/approval_pairing";
  flag.kind = Kind::flag;
  flag.severity = Severity::none;
  flag.key = {{"agency", "police-q"}, {"quarter", "2026-Q1"}};
  flag.missing.clear();
  flag.label = {"批准人与承办人固定搭配", "The same approver for the same investigator"};
  flag.message = {"本季度 92% 的延长由同一人批准（n = 48，同类 61%）。这是统计信号，不是违反。",
                  "92% of this quarter's extensions were approved by one person (n = 48, peers 61%). "
                  "A statistical signal, not a breach."};
  flag.why = {why("value", {"48 件中 44 件", "44 of 48"}, std::nullopt)};
  report.findings.push_back(missing);
  report.findings.push_back(flag);
  report.cases.push_back(second);
  std::ranges::sort(report.findings, [](const Finding& a, const Finding& b) {
    return std::pair(a.at.instant, a.id) < std::pair(b.at.instant, b.id);
  });
  return report;
}

Report hostile_report() {
  Report report = small_report();
  std::string long_zh;
  std::string long_en;
  for (int i = 0; i < 12; ++i) {
    long_zh += "对于流窜作案、多次作案、结伙作案的重大嫌疑分子";
    long_en += "where the suspect is gravely suspected of roaming, repeated or joint offences ";
  }
  Finding& first = report.findings[0];
  first.label = {long_zh, long_en};
  first.message = {"</script><script>document.title='broken'</script><!-- <b>" + long_zh,
                   "<img src=x onerror=\"document.title='broken'\"> & \" ' ` " + long_en};
  first.why[0].text = {long_zh, "<svg onload=document.title='broken'>"};
  first.case_id = "（二〇二六）某区某某检刑诉第" + std::string(60, '8') + "号";
  first.key = {{"person", "𠮷田\xE2\x80\xAEnosrep" + std::string(90, 'x')}};
  first.acts.push_back(std::string(160, 'a'));
  report.findings[1].message = {"坏字节：\xFF\xC0", "bad bytes: \xFF\xC0"};
  CaseView view = report.cases[0];
  view.case_id = first.case_id;
  for (size_t i = 0; i < view.acts.size(); ++i) {
    if (i % 3 == 0) view.acts[i].label = {long_zh.substr(0, 120), long_en.substr(0, 90)};
    if (i % 4 == 1)
      view.acts[i].agency = "某某市某某区人民检察院第一检察部派驻看守所检察室-" + std::to_string(i % 2);
  }
  view.clocks[0].label = {long_zh, long_en};
  report.cases.push_back(std::move(view));
  CaseView crowded = small_case("QA-0003", at("2026-01-05T09:00:00"), 120);
  for (size_t i = 0; i < 40; ++i)
    crowded.acts[i].at = plus(crowded.acts[0].at, static_cast<int64_t>(i) * kMinute);
  report.findings[2].case_id = crowded.case_id;
  report.cases.push_back(std::move(crowded));
  report.notes.push_back(long_zh);
  report.packs[0].title = {long_zh, long_en};
  return report;
}

Report large_report(size_t findings) {
  Report report = frame();
  report.case_count = findings / 2;
  report.act_count = findings * 12;
  const std::vector<Finding> models = small_report().findings;
  const CaseView model_case = first_case();
  uint64_t state = 20260420;
  const OffsetTime start = at("2025-01-06T09:00:00");
  report.findings.reserve(findings);
  for (size_t i = 0; i < findings; ++i) {
    Finding finding = models[next(state) % models.size()];
    const size_t number = i / 3;
    finding.case_id = "QB-" + std::to_string(10000 + number);
    finding.id = std::to_string(1000000 + i) + "abcdef";
    finding.rule += i % 40 == 0 ? "_" + std::to_string(next(state) % 60) : "";
    finding.at = plus(start, static_cast<int64_t>(i) * 61 * kMinute);
    if (finding.due) finding.due = finding.at;
    finding.key = {{"person", "s" + std::to_string(number)}};
    report.findings.push_back(std::move(finding));
    if (i % 3 == 0 && number < 200) {
      CaseView view = model_case;
      view.case_id = "QB-" + std::to_string(10000 + number);
      report.cases.push_back(std::move(view));
    }
  }
  return report;
}

}  // namespace heng::report::sample
