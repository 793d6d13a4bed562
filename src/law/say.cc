#include "law/say.h"

#include <fmt/format.h>

#include <algorithm>

namespace heng::law {

// -- names
// -----------------------------------------------------------------------------------------------------

namespace {

const std::string* pick(const Labels& labels, Language language) {
  const std::string& wanted = language == Language::chinese ? labels.zh : labels.en;
  const std::string& other = language == Language::chinese ? labels.en : labels.zh;
  if (!wanted.empty()) return &wanted;
  return other.empty() ? nullptr : &other;
}

}  // namespace

Names::Names(const PackSet& packs) {
  for (const Pack& pack : packs.packs) {
    packs_.insert(packs_.begin(), pack.name);
    for (size_t i = 0; i < pack.decl.levels.size() && i < pack.decl.level_labels.size(); ++i)
      add(Of::level, pack.decl.levels[i].text, pack.decl.level_labels[i]);
    for (const File& file : pack.files) {
      for (const Decl& decl : file.declarations) {
        const DeclBase& base = std::visit([](const auto& d) -> const DeclBase& { return d; }, decl);
        const std::string full = base.part ? base.name.text + "." + base.part.text : base.name.text;
        if (std::holds_alternative<ActDecl>(decl)) {
          add_act(pack, std::get<ActDecl>(decl));
        } else if (const auto* field = std::get_if<FieldNameDecl>(&decl)) {
          Field& named = declared_[pack.name][full];
          named.labels = field->labels;
          for (const FieldNameDecl::Code& code : field->codes) named.codes.emplace(code.name.text, code.labels);
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

void Names::add(Of of, const std::string& name, const Labels& labels) {
  if (!labels.zh.empty() || !labels.en.empty()) labels_.emplace(std::pair(of, name), labels);
}

void Names::add_act(const Pack& pack, const ActDecl& act) {
  Labels labels = act.labels;
  if (labels.en.empty()) labels.en = act.named;
  add(Of::act, act.name.text, labels);
  std::vector<std::string>& sees = visible_[act.name.text];
  if (sees.empty()) {
    sees.push_back(pack.name);
    sees.insert(sees.end(), pack.uses.begin(), pack.uses.end());
  }
  for (const SpanDecl& span : act.spans)
    if (pick(span.labels, Language::chinese) != nullptr) own_[act.name.text][span.name.text].labels = span.labels;
  for (const FieldDecl& field : act.fields) {
    if (field.type.kind == Type::Kind::people) people_.insert(field.name.text);
    if (pick(field.labels, Language::chinese) == nullptr && field.type.codes.empty()) continue;
    Field& named = own_[act.name.text][field.name.text];
    named.labels = field.labels;
    for (size_t i = 0; i < field.type.codes.size() && i < field.type.code_labels.size(); ++i)
      if (pick(field.type.code_labels[i], Language::chinese) != nullptr)
        named.codes.emplace(field.type.codes[i].text, field.type.code_labels[i]);
  }
}

const std::string* Names::label(Of of, std::string_view name, Language language) const {
  const auto it = labels_.find(std::pair(of, std::string(name)));
  return it == labels_.end() ? nullptr : pick(it->second, language);
}

const Names::Field* Names::own(std::string_view act, std::string_view field) const {
  const auto fields = own_.find(act);
  if (fields == own_.end()) return nullptr;
  const auto it = fields->second.find(field);
  return it == fields->second.end() ? nullptr : &it->second;
}

const Names::Field* Names::declared(const ActNames& acts, std::string_view field) const {
  const auto seen = acts.empty() ? visible_.end() : visible_.find(acts.front());
  for (const std::string& pack : seen == visible_.end() ? packs_ : seen->second)
    if (const auto fields = declared_.find(pack); fields != declared_.end())
      if (const auto it = fields->second.find(field); it != fields->second.end()) return &it->second;
  return nullptr;
}

const std::string* Names::field(const ActNames& acts, std::string_view name, Language language) const {
  const std::string* said = nullptr;
  bool differ = false;
  for (const std::string_view act : acts) {
    const Field* field = own(act, name);
    const std::string* one = field == nullptr ? nullptr : pick(field->labels, language);
    differ = differ || (said != nullptr && (one == nullptr || *one != *said)) || (one != nullptr && act != acts.front() && said == nullptr);
    if (one != nullptr) said = one;
  }
  if (said != nullptr && !differ) return said;
  const Field* field = declared(acts, name);
  const std::string* of_all = field == nullptr ? nullptr : pick(field->labels, language);
  return of_all != nullptr ? of_all : said;
}

std::map<std::string, Labels, std::less<>> Names::codes(const ActNames& acts, std::string_view field) const {
  std::map<std::string, Labels, std::less<>> out;
  for (const std::string_view act : acts)
    if (const Field* found = own(act, field)) out.insert(found->codes.begin(), found->codes.end());
  if (const Field* found = declared(acts, field)) out.insert(found->codes.begin(), found->codes.end());
  return out;
}

const std::string* Names::code(const ActNames& acts, std::string_view field, std::string_view code,
                               Language language) const {
  const auto in = [&](const Field* found) -> const std::string* {
    if (found == nullptr) return nullptr;
    const auto it = found->codes.find(code);
    return it == found->codes.end() ? nullptr : pick(it->second, language);
  };
  for (const std::string_view act : acts)
    if (const std::string* said = in(own(act, field))) return said;
  return in(declared(acts, field));
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
  const std::string* label = names_->label(of, name.text, language_);
  if (label == nullptr) return "`" + name.text + "`";
  return of == Names::Of::act ? "“" + *label + "”" : *label;
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
  const std::string* title = names_->label(Names::Of::source, cite.source.text, language_);
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
  const std::string* label = names_->label(Names::Of::unit, unit.qualifier + " " + kMany[base], language_);
  return kChinese[base] + ("（" + (label == nullptr ? unit.qualifier : *label) + "）");
}

std::string Sayer::say(const Quantity& quantity) const {
  std::string out;
  if (quantity.number) out = quantity.number->text();
  if (quantity.path) {
    const std::string* label =
        quantity.path->call ? nullptr : names_->label(Names::Of::state, quantity.path->head.text, language_);
    out = label != nullptr && quantity.path->rest.empty() ? *label : path(*quantity.path);
  }
  if (quantity.unit) out += " " + unit(*quantity.unit, quantity.number && *quantity.number == Decimal::of(1));
  if (quantity.plus && quantity.plus_unit) {
    out += zh_or_en("加 ", " plus ") + quantity.plus->text() + " " +
           unit(*quantity.plus_unit, *quantity.plus == Decimal::of(1));
  }
  return out;
}

namespace {

ActNames acts_of(const Pattern& pattern) {
  ActNames out;
  for (const Name& act : pattern.acts) out.push_back(act.text);
  return out;
}

}  // namespace

Sayer Sayer::about(ActNames acts) const {
  Sayer out = *this;
  out.judged_ = acts;
  out.acts_ = std::move(acts);
  return out;
}

Sayer Sayer::inside(const Pattern& pattern) const {
  Sayer out = naming(pattern);
  out.acts_ = acts_of(pattern);
  return out;
}

Sayer Sayer::about(const Decl& decl) const {
  ActNames acts;
  const auto add = [&](const Pattern& pattern) {
    for (const Name& act : pattern.acts) acts.push_back(act.text);
  };
  if (const auto* rule = std::get_if<RuleDecl>(&decl)) {
    for (const RuleDecl::On& on : rule->on) add(on.pattern);
    Sayer out = about(std::move(acts));
    for (const RuleDecl::On& on : rule->on) out = out.naming(on.pattern);
    for (const Given& given : rule->given) out = out.naming(given);
    return out;
  }
  if (const auto* clock = std::get_if<ClockDecl>(&decl)) {
    for (const Event& start : clock->starts) add(start.pattern);
    Sayer out = about(std::move(acts));
    for (const Event& start : clock->starts) out = out.naming(start.pattern);
    for (const Step& step : clock->allows)
      if (step.after) out = out.naming(*step.after);
    return out;
  }
  if (const auto* power = std::get_if<PowerDecl>(&decl)) {
    add(power->pattern);
  } else if (const auto* consequence = std::get_if<ConsequenceDecl>(&decl)) {
    add(consequence->on.pattern);
  } else if (const auto* watch = std::get_if<WatchDecl>(&decl)) {
    for (const Pattern& on : watch->on) add(on);
  }
  return about(std::move(acts));
}

Sayer Sayer::naming(const Given& given) const {
  const std::string act = list(Names::Of::act, given.pattern.acts, "或", " or ");
  const Alias* before = given.before ? alias(given.before.text) : nullptr;
  std::string text = zh_ ? std::string(given.first ? "最早一次" : "最近一次") + act
                         : std::string(given.first ? "the first " : "the last ") + act;
  if (before != nullptr) text = zh_ ? before->text + "之前" + text : text + " before " + before->text;
  Sayer out = *this;
  out.aliases_.push_back({given.alias.text, std::move(text), acts_of(given.pattern)});
  return out;
}

Sayer Sayer::naming(const Pattern& pattern) const {
  Sayer out = *this;
  if (pattern.alias)
    out.aliases_.push_back({pattern.alias.text, zh_or_en("该次", "that ") + list(Names::Of::act, pattern.acts, "或", " or "),
                            acts_of(pattern)});
  return out;
}

const Sayer::Alias* Sayer::alias(std::string_view word) const {
  const auto it = std::find_if(aliases_.rbegin(), aliases_.rend(), [&](const Alias& one) { return one.word == word; });
  return it == aliases_.rend() ? nullptr : &*it;
}

std::string Sayer::field(std::string_view name) const {
  if (name == "by") return zh_or_en("办理人员", "those who did it");
  if (name == "on") return zh_or_en("对象", "those it concerns");
  if (name == "at") return zh_or_en("行为时间", "its time");
  if (name == "entered") return zh_or_en("录入时间", "the time of its entry");
  if (name == "agency") return zh_or_en("办理机关", "the agency");
  if (name == "case") return zh_or_en("案件", "the case");
  if (const std::string* said = names_->field(acts_, name, language_)) return *said;
  if (const std::string* said = names_->label(Names::Of::subject, name, language_)) return *said;
  if (const std::string* said = names_->label(Names::Of::state, name, language_)) return *said;  // a setting
  return "`" + std::string(name) + "`";
}

std::map<std::string, Labels, std::less<>> Sayer::codes(const Operand& operand) const {
  const auto field = read_field(operand);
  if (!field) return {};
  return names_->codes(*field->second, field->first);
}

std::optional<std::pair<std::string_view, const ActNames*>> Sayer::read_field(const Operand& operand) const {
  if (operand.factors.size() != 1) return std::nullopt;
  const Factor& factor = operand.factors.front();
  if (factor.kind == Factor::Kind::latest) return std::pair(std::string_view(factor.name.text), &acts_);
  if (factor.kind != Factor::Kind::path || factor.path->call) return std::nullopt;
  const Path& path = *factor.path;
  if (path.rest.empty()) return std::pair(std::string_view(path.head.text), &acts_);
  if (path.rest.size() != 1) return std::nullopt;
  const Alias* named = alias(path.head.text);
  return std::pair(std::string_view(path.rest.front().text), named != nullptr ? &named->acts
                                                             : path.head.text == "this" ? &judged_ : &acts_);
}

std::string Sayer::path(const Path& path) const {
  if (path.head.text == "this" && path.rest.empty() && !path.call) return zh_or_en("本行为", "this act");
  std::string out;
  if (path.call && path.head.text == "age" && path.arguments.size() == 1)
    return zh_ ? "按" + say(path.arguments.front()) + "计算的年龄" : "the age by " + say(path.arguments.front());
  if (path.call) {
    const std::string* table = names_->label(Names::Of::state, path.head.text, language_);
    out = table != nullptr ? zh_or_en("表“", "table “") + *table + "”" : "`" + path.head.text + "`";
    out += zh_or_en("（", " (");
    for (size_t i = 0; i < path.arguments.size(); ++i)
      out += (i > 0 ? zh_or_en("、", ", ") : "") + say(path.arguments[i]);
    out += zh_or_en("）", ")");
    for (const Name& rest : path.rest) out += zh_or_en("之", " › ") + field(rest.text);
    return out;
  }
  const Alias* named = alias(path.head.text);
  if (path.rest.empty()) return named != nullptr ? named->text : field(path.head.text);
  const std::string last =
      about(named != nullptr ? named->acts : path.head.text == "this" ? judged_ : acts_).field(path.rest.back().text);
  if (path.head.text == "this" && path.rest.size() == 1) return zh_ ? "本行为的" + last : last + " of this act";
  if (named != nullptr && path.rest.size() == 1) return zh_ ? named->text + "的" + last : last + " of " + named->text;
  if (path.head.text == "data" && path.rest.size() == 1) return last;
  if ((path.head.text == "by" || path.head.text == "on") && path.rest.size() == 1) return name(Names::Of::role, path.rest.front());
  out = "`" + path.head.text;
  for (const Name& rest : path.rest) out += "." + rest.text;
  return out + "`";
}

std::string Sayer::code(const Factor& factor, const Operand& left) const {
  const bool word = factor.kind == Factor::Kind::path && !factor.path->call && factor.path->rest.empty() &&
                    alias(factor.path->head.text) == nullptr && factor.path->head.text != "this";
  if (!word && factor.kind != Factor::Kind::text) return this->factor(factor);
  return code(word ? factor.path->head.text : factor.text, left);
}

std::string Sayer::code(const std::string& text, const Operand& left) const {
  if (const auto field = read_field(left))
    if (const std::string* label = names_->code(*field->second, field->first, text, language_)) return *label;
  for (const Names::Of of : {Names::Of::agency, Names::Of::role, Names::Of::level, Names::Of::state})
    if (const std::string* label = names_->label(of, text, language_)) return *label;
  return "`" + text + "`";
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
      return zh_or_en("最近所载", "the latest ") + field(factor.name.text);
    case Factor::Kind::acting_as:
      return zh_ ? "曾任" + list(Names::Of::role, factor.names, "、", " or ") + "者"
                 : "those who acted as " + list(Names::Of::role, factor.names, "、", " or ");
    case Factor::Kind::who_did:
      return zh_ ? "曾办理" + list(Names::Of::act, factor.names, "、", " or ") + "者"
                 : "those who did " + list(Names::Of::act, factor.names, "、", " or ");
    case Factor::Kind::total_of:
      return zh_ ? "此前各" + list(Names::Of::act, factor.names, "、", " or ") + "的" + field(factor.name.text) + "合计"
                 : "the total of " + field(factor.name.text) + " in earlier " +
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
    out += zh_ ? "（以" + inside(pattern).field(pattern.key.text) + "为对象）" : " (for its " + inside(pattern).field(pattern.key.text) + ")";
  if (!pattern.where.empty())
    out += zh_or_en("（", " where ") + inside(pattern).all_of(pattern.where) + zh_or_en("）", "");
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
  if (event.from) {
    const std::string from = inside(event.pattern).field(event.from.text);
    out += zh_ ? "，自其" + from + "起" : ", from its " + from;
  }
  if (event.at_most)
    out += zh_ ? fmt::format("（至多 {} 次）", *event.at_most)
               : fmt::format(" (at most {} times)", *event.at_most);
  return out + cites_suffix(event.cites);
}

std::string Sayer::say(const Step& step) const {
  if (step.after && step.after->alias && alias(step.after->alias.text) == nullptr) return naming(*step.after).say(step);
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
    if (holder.level) out += name(Names::Of::level, holder.level) + (holder.or_above ? "以上" : "");
    if (holder.agency) out += name(Names::Of::agency, holder.agency);
    out += (out.empty() ? "" : "的") + role;
  } else {
    out = role;
    if (holder.agency) out += " of " + name(Names::Of::agency, holder.agency);
    if (holder.level) out += " at " + name(Names::Of::level, holder.level) + " level" + (holder.or_above ? " or above" : "");
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
