#include "law/say.h"

#include <fmt/format.h>

namespace heng::law {

// -- names
// -----------------------------------------------------------------------------------------------------

Names::Names(const PackSet& packs) {
  const auto add = [&](Of of, const std::string& name, const Labels& labels) {
    if (!labels.zh.empty() || !labels.en.empty()) labels_.emplace(std::pair(of, name), labels);
  };
  for (const Pack& pack : packs.packs) {
    for (const File& file : pack.files) {
      for (const Decl& decl : file.declarations) {
        const DeclBase& base = std::visit([](const auto& d) -> const DeclBase& { return d; }, decl);
        const std::string full = base.part ? base.name.text + "." + base.part.text : base.name.text;
        if (std::holds_alternative<ActDecl>(decl)) {
          const auto& act = std::get<ActDecl>(decl);
          Labels labels = act.labels;
          if (labels.en.empty()) labels.en = act.named;
          add(Of::act, full, labels);
        } else if (std::holds_alternative<RoleDecl>(decl)) {
          add(Of::role, full, base.labels);
        } else if (std::holds_alternative<AgencyDecl>(decl) || std::holds_alternative<OfficeDecl>(decl)) {
          add(Of::agency, full, base.labels);
        } else if (std::holds_alternative<SourceDecl>(decl)) {
          add(Of::source, full, base.labels);
        } else if (std::holds_alternative<SubjectDecl>(decl)) {
          add(Of::subject, full, base.labels);
        } else if (std::holds_alternative<PeriodDecl>(decl)) {
          add(Of::unit, full, base.labels);
        } else if (std::holds_alternative<StateDecl>(decl) || std::holds_alternative<FactDecl>(decl) ||
                   std::holds_alternative<TableDecl>(decl) || std::holds_alternative<SettingDecl>(decl)) {
          add(Of::state, full, base.labels);
        } else {
          add(Of::rule, full, base.labels);
        }
      }
    }
  }
}

const std::string* Names::label(Of of, std::string_view name, Language language) const {
  const auto it = labels_.find(std::pair(of, std::string(name)));
  if (it == labels_.end()) return nullptr;
  const Labels& labels = it->second;
  const std::string& wanted = language == Language::chinese ? labels.zh : labels.en;
  const std::string& other = language == Language::chinese ? labels.en : labels.zh;
  return wanted.empty() ? &other : &wanted;
}

std::string chinese_numeral(int number) {
  if (number <= 0 || number > 9999) return std::to_string(number);
  static constexpr const char* kDigits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  static constexpr const char* kPlaces[] = {"千", "百", "十", ""};
  std::string out;
  bool gap = false;
  int place_value = 1000;
  for (int place = 0; place < 4; ++place, place_value /= 10) {
    const int digit = number / place_value % 10;
    if (digit == 0) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += kDigits[0];
    gap = false;
    if (!(digit == 1 && place == 2 && out.empty())) out += kDigits[digit];
    out += kPlaces[place];
  }
  return out;
}

// -- phrases
// ---------------------------------------------------------------------------------------------------

std::string Sayer::name(Names::Of of, const Name& name) const {
  const std::string* label = names_.label(of, name.text, language_);
  if (label == nullptr) return "`" + name.text + "`";
  return zh_ ? (of == Names::Of::act ? "“" + *label + "”" : *label)
             : (of == Names::Of::act ? "“" + *label + "”" : *label);
}

std::string Sayer::list(Names::Of of, const std::vector<Name>& names, const char* zh_join,
                        const char* en_join) const {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? zh_or_en(zh_join, en_join) : zh_or_en("、", ", ");
    out += name(of, names[i]);
  }
  return out;
}

namespace {

// "91(1-2).3" → 第九十一条第一至二款第三项; "204-2" → 第二百零四条之二; "221.10" → 第二百二十一条第十项
std::string chinese_article(std::string_view detail) {
  std::string out;
  size_t at = 0;
  const auto number = [&] {
    int value = 0;
    while (at < detail.size() && detail[at] >= '0' && detail[at] <= '9' && value < 100000)
      value = value * 10 + (detail[at++] - '0');
    return chinese_numeral(value);
  };
  out = "第" + number() + "条";
  if (at < detail.size() && detail[at] == '-') {
    ++at;
    out += "之" + number();
  }
  while (at < detail.size()) {
    const char sign = detail[at++];
    if (sign == ')') continue;
    if (sign != '(' && sign != '.') break;
    out += "第" + number();
    if (at < detail.size() && detail[at] == '-') {
      ++at;
      out += "至" + number();
    }
    out += sign == '(' ? "款" : "项";
  }
  return out;
}

}  // namespace

std::string Sayer::say(const Cite& cite) const {
  const std::string* title = names_.label(Names::Of::source, cite.source.text, language_);
  if (zh_) {
    const std::string source = title == nullptr ? cite.source.text : "《" + *title + "》";
    return cite.detail.empty() ? source : source + chinese_article(cite.detail);
  }
  const std::string source = title == nullptr ? cite.source.text : *title;
  return cite.detail.empty() ? source : source + ", art. " + cite.detail;
}

std::string Sayer::unit(const Unit& unit, bool one) const {
  static constexpr const char* kMany[] = {"hours", "days", "months", "years"};
  static constexpr const char* kOne[] = {"hour", "day", "month", "year"};
  static constexpr const char* kChinese[] = {"小时", "日", "个月", "年"};
  const auto base = static_cast<size_t>(unit.base);
  if (!zh_) return (unit.qualifier.empty() ? "" : unit.qualifier + " ") + (one ? kOne : kMany)[base];
  if (unit.qualifier.empty()) return kChinese[base];
  const std::string* label = names_.label(Names::Of::unit, unit.qualifier + " " + kMany[base], language_);
  return kChinese[base] + ("（" + (label == nullptr ? unit.qualifier : *label) + "）");
}

std::string Sayer::say(const Quantity& quantity) const {
  std::string out;
  if (quantity.number) out = quantity.number->text();
  if (quantity.path) {
    const std::string* label =
        quantity.path->call ? nullptr : names_.label(Names::Of::state, quantity.path->head.text, language_);
    out = label != nullptr && quantity.path->rest.empty() ? *label : path(*quantity.path);
  }
  if (quantity.unit) out += " " + unit(*quantity.unit, quantity.number && *quantity.number == Decimal::of(1));
  if (quantity.plus && quantity.plus_unit) {
    out += zh_or_en("加 ", " plus ") + quantity.plus->text() + " " +
           unit(*quantity.plus_unit, *quantity.plus == Decimal::of(1));
  }
  return out;
}

std::string Sayer::path(const Path& path) const {
  if (path.head.text == "this" && path.rest.empty() && !path.call) return zh_or_en("本行为", "this act");
  std::string out;
  if (path.call) {
    const std::string* table = names_.label(Names::Of::state, path.head.text, language_);
    out = table != nullptr ? zh_or_en("表“", "table “") + *table + "”" : "`" + path.head.text + "`";
    out += zh_or_en("（", " (");
    for (size_t i = 0; i < path.arguments.size(); ++i)
      out += (i > 0 ? zh_or_en("、", ", ") : "") + say(path.arguments[i]);
    out += zh_or_en("）", ")");
    for (const Name& rest : path.rest) out += zh_or_en("之 `", " › `") + rest.text + "`";
    return out;
  }
  if (path.rest.empty()) {
    const std::string& word = path.head.text;
    if (word == "by") return zh_or_en("办理人员", "those who did it");
    if (word == "at") return zh_or_en("行为时间", "its time");
    if (word == "entered") return zh_or_en("录入时间", "the time of its entry");
    if (word == "agency") return zh_or_en("办理机关", "the agency");
  }
  out = "`" + path.head.text;
  for (const Name& rest : path.rest) out += "." + rest.text;
  return out + "`";
}

std::string Sayer::code(const Factor& factor) const {
  if (factor.kind == Factor::Kind::path && !factor.path->call && factor.path->rest.empty())
    for (const Names::Of of : {Names::Of::agency, Names::Of::role})
      if (const std::string* label = names_.label(of, factor.path->head.text, language_)) return *label;
  return this->factor(factor);
}

std::string Sayer::factor(const Factor& factor) const {
  switch (factor.kind) {
    case Factor::Kind::number:
      return factor.number.text() +
             (factor.unit ? " " + unit(*factor.unit, factor.number == Decimal::of(1)) : "");
    case Factor::Kind::text:
      return "\"" + factor.text + "\"";
    case Factor::Kind::date:
      return format_date(factor.date);
    case Factor::Kind::clock:
      return fmt::format("{:02}:{:02}", factor.clock_minutes / 60, factor.clock_minutes % 60);
    case Factor::Kind::yes_no:
      return factor.yes ? zh_or_en("是", "yes") : zh_or_en("否", "no");
    case Factor::Kind::path:
      return path(*factor.path);
    case Factor::Kind::end_of:
      return zh_ ? name(Names::Of::rule, factor.name) + "期满"
                 : "the end of " + name(Names::Of::rule, factor.name);
    case Factor::Kind::latest:
      return zh_ ? "最近所载 `" + factor.name.text + "`" : "the latest `" + factor.name.text + "`";
    case Factor::Kind::acting_as:
      return zh_ ? "曾任" + list(Names::Of::role, factor.names, "、", " or ") + "者"
                 : "those who acted as " + list(Names::Of::role, factor.names, "、", " or ");
    case Factor::Kind::who_did:
      return zh_ ? "曾办理" + list(Names::Of::act, factor.names, "、", " or ") + "者"
                 : "those who did " + list(Names::Of::act, factor.names, "、", " or ");
    case Factor::Kind::total_of:
      return zh_ ? "此前各" + list(Names::Of::act, factor.names, "、", " or ") + "的 `" + factor.name.text +
                       "` 合计"
                 : "the total of `" + factor.name.text + "` in earlier " +
                       list(Names::Of::act, factor.names, "、", " or ");
  }
  return {};
}

std::string Sayer::say(const Operand& operand) const {
  std::string out;
  for (size_t i = 0; i < operand.factors.size(); ++i) {
    if (i > 0)
      out += fmt::format(" {} ", operand.operators[i - 1] == '*'   ? "×"
                                 : operand.operators[i - 1] == '-' ? "−"
                                                                   : "+");
    out += factor(operand.factors[i]);
  }
  return out;
}

std::string Sayer::cites_suffix(const std::vector<Cite>& cites) const {
  if (cites.empty()) return {};
  std::string out = zh_or_en("（", " (");
  for (size_t i = 0; i < cites.size(); ++i) out += (i > 0 ? zh_or_en("、", "; ") : "") + say(cites[i]);
  return out + zh_or_en("）", ")");
}

std::string Sayer::all_of(const std::vector<Atom>& atoms) const {
  std::string out;
  for (size_t i = 0; i < atoms.size(); ++i) out += (i > 0 ? zh_or_en("，且", " and ") : "") + say(atoms[i]);
  return out;
}

std::string Sayer::say(const Pattern& pattern) const {
  std::string out =
      pattern.any_act ? zh_or_en("任何行为", "any act") : list(Names::Of::act, pattern.acts, "或", " or ");
  if (!pattern.roles.empty()) {
    out = zh_ ? "由" + list(Names::Of::role, pattern.roles, "或", " or ") + "作出的" + out
              : out + " by " + list(Names::Of::role, pattern.roles, "或", " or ");
  }
  if (pattern.key)
    out += zh_ ? "（对象取 `" + pattern.key.text + "`）" : " (for its `" + pattern.key.text + "`)";
  if (!pattern.where.empty()) out += zh_or_en("（", " where ") + all_of(pattern.where) + zh_or_en("）", "");
  if (pattern.alias)
    out += zh_ ? "（称 `" + pattern.alias.text + "`）" : " (called `" + pattern.alias.text + "`)";
  return out;
}

std::string Sayer::say(const Event& event) const {
  std::string out;
  const auto clock = [&] { return name(Names::Of::rule, event.clock); };
  switch (event.kind) {
    case Event::Kind::pattern:
      out = say(event.pattern);
      break;
    case Event::Kind::before_end:
      out = zh_ ? clock() + "期满前 " + say(event.quantity)
                : say(event.quantity) + " before the end of " + clock();
      break;
    case Event::Kind::end_of:
      out = zh_ ? clock() + "期满而未办" : "the time of “" + clock() + "” running out";
      break;
    case Event::Kind::change_of:
      out = zh_ ? clock() + "的期限变更" : "a change of “" + clock() + "”";
      break;
    case Event::Kind::breach_of:
      out = zh_ ? "违反" + clock() : "a breach of “" + clock() + "”";
      break;
    case Event::Kind::end_of_every: {
      static const std::map<std::string, const char*, std::less<>> kChinese = {
          {"day", "日"}, {"week", "周"}, {"month", "月"}, {"quarter", "季度"}, {"year", "年"}};
      const auto it = kChinese.find(event.every);
      out = zh_ ? std::string("每") + (it == kChinese.end() ? "" : it->second) + "终了"
                : "the end of every " + event.every;
      break;
    }
  }
  if (event.from) out += zh_ ? "，自其 `" + event.from.text + "` 起" : ", from its `" + event.from.text + "`";
  if (event.at_most)
    out += zh_ ? fmt::format("（至多 {} 次）", *event.at_most)
               : fmt::format(" (at most {} times)", *event.at_most);
  return out + cites_suffix(event.cites);
}

std::string Sayer::say(const Step& step) const {
  std::string out;
  switch (step.kind) {
    case Step::Kind::total:
      out = say(step.quantity);
      break;
    case Step::Kind::plus:
      out = zh_or_en("再加 ", "plus ") + say(step.quantity);
      break;
    case Step::Kind::minus:
      out = zh_or_en("减去 ", "minus ") + say(step.quantity);
      break;
    case Step::Kind::until:
      out = zh_ ? "至" + say(step.until) : "until " + say(step.until);
      break;
    case Step::Kind::at_once:
      out = zh_or_en("立即", "at once");
      break;
  }
  if (step.up_to)
    out += zh_ ? fmt::format("（不明时按 {} 计）", *step.up_to)
               : fmt::format(" (counted as {} while unknown)", *step.up_to);
  if (step.after) out += zh_ ? "：在" + say(*step.after) + "之后" : ", after " + say(*step.after);
  if (!step.when.empty()) out += zh_or_en("：当", ", when ") + all_of(step.when);
  if (step.at_most)
    out += zh_ ? fmt::format("（至多 {} 次）", *step.at_most)
               : fmt::format(" (at most {} time{})", *step.at_most, *step.at_most == 1 ? "" : "s");
  if (step.from) out += zh_or_en("，自 ", ", from ") + format_date(*step.from);
  if (step.until_date) out += zh_or_en("，至 ", ", until ") + format_date(*step.until_date);
  return out + cites_suffix(step.cites);
}

std::string Sayer::say(const Warning& warning) const {
  switch (warning.kind) {
    case Warning::Kind::percent:
      return zh_ ? "用去 " + warning.percent.text() + "% 时"
                 : "at " + warning.percent.text() + "% of the time";
    case Warning::Kind::before:
      return zh_ ? "期满前 " + say(warning.quantity) : say(warning.quantity) + " before the end";
    case Warning::Kind::after:
      return zh_ ? "起算后 " + say(warning.quantity) : "after " + say(warning.quantity);
  }
  return {};
}

std::string Sayer::say(const PowerDecl::Holder& holder) const {
  const std::string role =
      holder.anybody ? zh_or_en("任何人员", "anybody") : name(Names::Of::role, holder.role);
  std::string out;
  if (zh_) {
    if (holder.level) out += "`" + holder.level.text + "` 级" + (holder.or_above ? "以上" : "");
    if (holder.agency) out += name(Names::Of::agency, holder.agency);
    out += (out.empty() ? "" : "的") + role;
  } else {
    out = role;
    if (holder.agency) out += " of " + name(Names::Of::agency, holder.agency);
    if (holder.level) out += " at `" + holder.level.text + "` level" + (holder.or_above ? " or above" : "");
  }
  if (!holder.when.empty()) out += zh_or_en("，当", ", when ") + all_of(holder.when);
  return out;
}

std::string Sayer::severity(Severity severity) const {
  static constexpr const char* kChinese[] = {"", "低", "中", "高", "重大"};
  static constexpr const char* kEnglish[] = {"", "low", "medium", "high", "critical"};
  return (zh_ ? kChinese : kEnglish)[static_cast<size_t>(severity)];
}

std::string Sayer::join_word(SaidClause::Join join) const {
  if (join == SaidClause::Join::all) return zh_or_en("同时符合", "all of");
  if (join == SaidClause::Join::any) return zh_or_en("之一", "any of");
  return {};
}

}  // namespace heng::law
