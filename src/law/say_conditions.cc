// Conditions and clauses in plain words.
#include <fmt/format.h>

#include "law/say.h"

namespace heng::law {
namespace {

const char* compare_sign(Atom::Compare compare) {
  static constexpr const char* kSigns[] = {"=", "≠", "<", "≤", ">", "≥"};
  return kSigns[static_cast<size_t>(compare)];
}

}  // namespace

std::string Sayer::count(const Count& count) const {
  std::string numbers;
  for (size_t i = 0; i < count.numbers.size(); ++i) {
    numbers += (i > 0 ? zh_or_en(" 或 ", " or ") : "") + std::to_string(count.numbers[i]);
  }
  switch (count.kind) {
    case Count::Kind::none:
      return zh_or_en("没有", "no");
    case Count::Kind::at_least:
      return zh_or_en("至少 ", "at least ") + numbers;
    case Count::Kind::at_most:
      return zh_or_en("至多 ", "at most ") + numbers;
    case Count::Kind::exactly:
      return zh_or_en("恰好 ", "exactly ") + numbers;
    case Count::Kind::odd:
      return zh_or_en("奇数", "an odd number of");
  }
  return {};
}

std::string Sayer::earlier(const Atom& atom) const {
  const std::string acts = say(*atom.pattern);
  std::string window;
  if (atom.window) {
    const Window& w = *atom.window;
    if (w.kind == Window::Kind::in_this) {
      static constexpr const char* kChinese[] = {"小时", "日", "月", "年"};
      static constexpr const char* kEnglish[] = {"hour", "day", "month", "year"};
      const auto base = static_cast<size_t>(w.period);
      window = zh_ ? "本" + std::string(w.quarter ? "季度" : kChinese[base]) + "内"
                   : " in this " + std::string(w.quarter ? "quarter" : kEnglish[base]);
    } else if (w.kind == Window::Kind::within) {
      window = zh_ ? "前 " + say(w.quantity) + "以内" : " within " + say(w.quantity) + " before";
    } else {
      window = zh_ ? "至少 " + say(w.quantity) + "之前" : " at least " + say(w.quantity) + " before";
    }
  }
  std::string since;
  if (atom.since)
    since = zh_ ? "自最近一次" + say(*atom.since) + "以来" : " since the last " + say(*atom.since);
  const std::string where = atom.in_case ? zh_or_en("（全案）", " anywhere in the case") : "";
  if (zh_) {
    const std::string when = since + window;
    if (!atom.count) return (when.empty() ? "此前" : when) + "已有" + acts + where;
    if (atom.count->kind == Count::Kind::none) return (when.empty() ? "此前" : when) + "没有" + acts + where;
    return (when.empty() ? "此前" : when) + acts + count(*atom.count) + " 次" + where;
  }
  if (!atom.count) return "an earlier " + acts + since + window + where;
  return count(*atom.count) + " earlier " + acts + since + window + where;
}

// “at least 2 investigators among those who did it”; what is no list of people holds things.
std::string Sayer::counted(const Atom& atom) const {
  std::string who;
  bool roles = true;
  for (size_t i = 0; i < atom.names.size(); ++i) {
    roles = roles && names_->label(Names::Of::role, atom.names[i].text, language_) != nullptr;
    who += (i == 0 ? "" : i + 1 == atom.names.size() ? zh_or_en("或", " or ") : zh_or_en("、", ", ")) +
           code(atom.names[i].text, atom.left);
  }
  const std::string number = atom.count ? count(*atom.count) : "";
  if (!zh_) return (number.empty() ? "" : number + " ") + (who.empty() ? "" : who + " ") + "among " + say(atom.left);
  const auto field = read_field(atom.left);
  const bool people = !field || field->first == "by" || field->first == "on" || names_->people(field->first);
  const bool none = atom.count && atom.count->kind == Count::Kind::none;
  const char* measure = none ? "" : !who.empty() && roles ? " 名" : who.empty() && people ? " 人" : " 项";
  return say(atom.left) + (none ? "中" : number.empty() ? "中有" : "中") + number + measure + who;
}

std::string Sayer::say(const Atom& atom) const {
  const auto left = [&] { return say(atom.left); };
  const auto right = [&] { return say(atom.right); };
  switch (atom.kind) {
    case Atom::Kind::earlier:
      return earlier(atom);
    case Atom::Kind::count_in:
      return counted(atom);
    case Atom::Kind::document:
      if (zh_) return (atom.negated ? "没有文书：" : "附有文书：") + field(atom.names.front().text);
      return (atom.negated ? "no document: " : "a document: ") + field(atom.names.front().text);
    case Atom::Kind::named: {
      const std::string state = name(Names::Of::state, atom.names.front());
      if (zh_) return (atom.negated ? "并非“" : "处于“") + state + "”";
      return (atom.negated ? "not “" : "“") + state + "”";
    }
    case Atom::Kind::compare:
      return left() + " " + compare_sign(atom.compare) + " " +
             (atom.right.factors.size() == 1 ? code(atom.right.factors.front(), atom.left) : right());
    case Atom::Kind::in: {
      std::string values;
      for (size_t i = 0; i < atom.values.size(); ++i)
        values += (i > 0 ? zh_or_en("、", ", ") : "") + code(atom.values[i], atom.left);
      if (atom.values.empty()) values = right();
      return left() +
             (atom.negated ? zh_or_en(" 不属于 ", " is none of ") : zh_or_en(" 属于 ", " is one of ")) +
             values;
    }
    case Atom::Kind::is_given:
      return left() + zh_or_en(" 已载明", " is given");
    case Atom::Kind::is_blank:
      return left() + zh_or_en(" 为空", " is blank");
    case Atom::Kind::among: {
      const std::string what = atom.left.factors.size() == 1 && atom.left.factors.front().kind == Factor::Kind::text
                                   ? code(atom.left.factors.front(), atom.right)
                                   : say(atom.left);
      if (zh_) return what + (atom.negated ? " 不在" : atom.all ? " 全部在" : " 在") + right() + "之列";
      return what + (atom.negated ? " not" : atom.all ? " all" : "") + " among " + right();
    }
    case Atom::Kind::disjoint:
      return left() + zh_or_en(" 与", " share nobody with ") + right() + zh_or_en("没有同一人", "");
    case Atom::Kind::same_as:
      return left() + zh_or_en(" 与 ", " the same as ") + right() + zh_or_en(" 相同", "");
    case Atom::Kind::covers:
      return left() + zh_or_en(" 覆盖 ", " covers ") + right();
    case Atom::Kind::overlaps:
      return left() + zh_or_en(" 与 ", " overlaps ") + right() + zh_or_en(" 重叠", "");
    case Atom::Kind::distance: {
      static constexpr const char* kEnglish[] = {"within", "at least", "more than", "less than"};
      static constexpr const char* kChinese[] = {"", "至少 ", "超过 ", "不足 "};
      const auto kind = static_cast<size_t>(atom.distance);
      if (!zh_) {
        return left() + " " + kEnglish[kind] + " " + say(atom.quantity) +
               (atom.after ? " after " : " before ") + right();
      }
      return left() + "在" + right() + (atom.after ? "之后 " : "之前 ") + kChinese[kind] +
             say(atom.quantity) + (atom.distance == Atom::Distance::within ? "以内" : "");
    }
    case Atom::Kind::order:
      if (zh_) return left() + "在" + right() + (atom.after ? "之后" : "之前");
      return left() + (atom.after ? " after " : " before ") + right();
  }
  return {};
}

std::string Sayer::say(const Condition& condition) const {
  std::string out;
  for (size_t i = 0; i < condition.atoms.size(); ++i) {
    if (i > 0)
      out += condition.join == Condition::Join::any ? zh_or_en("，或者", ", or ") : zh_or_en("，且", " and ");
    out += say(condition.atoms[i]);
  }
  if (!condition.only_if.empty())
    out += zh_or_en("（限于", " (if ") + all_of(condition.only_if) + zh_or_en("时）", ")");
  return out + cites_suffix(condition.cites);
}

namespace {

// Collects the clauses of one declaration.
class Clauses {
 public:
  Clauses(const Sayer& sayer, bool zh) : sayer_(sayer), zh_(zh) {}
  std::vector<SaidClause> out;

  void line(const char* zh, const char* en, std::string text) {
    out.push_back({zh_ ? zh : en, SaidClause::Join::single, {std::move(text)}});
  }
  template <typename T>
  void lines(const char* zh, const char* en, SaidClause::Join join, const std::vector<T>& items) {
    if (items.empty()) return;
    SaidClause clause{zh_ ? zh : en, items.size() == 1 ? SaidClause::Join::single : join, {}};
    for (const T& item : items) clause.lines.push_back(sayer_.say(item));
    out.push_back(std::move(clause));
  }

 private:
  const Sayer& sayer_;
  bool zh_;
};

}  // namespace

std::vector<SaidClause> Sayer::clauses(const Decl& decl) const { return about(decl).clauses_of(decl); }

std::vector<SaidClause> Sayer::clauses_of(const Decl& decl) const {
  using Join = SaidClause::Join;
  Clauses c(*this, zh_);
  const auto key = [&](const std::optional<For>& each) {
    if (!each) return;
    const std::string subject = name(Names::Of::subject, each->subject);
    c.line("范围", "for",
           zh_ ? "每个" + subject + (each->across_cases ? "（跨案）" : "")
               : "each " + subject + (each->across_cases ? ", across cases" : ""));
  };
  const auto binds = [&](const Meta& meta) {
    std::string whom;  // kinds of agencies, or roles
    for (const Name& one : meta.binds) {
      const bool role = names_->label(Names::Of::agency, one.text, language_) == nullptr;
      whom += (whom.empty() ? "" : zh_or_en("、", ", ")) + name(role ? Names::Of::role : Names::Of::agency, one);
    }
    if (!whom.empty()) c.line("约束", "binds", std::move(whom));
  };
  const auto event = [&](const Event& e) { return say(e); };
  if (const auto* rule = std::get_if<RuleDecl>(&decl)) {
    binds(rule->meta);
    key(rule->key);
    SaidClause on{zh_or_en("遇有", "whenever"), rule->on.size() == 1 ? Join::single : Join::any, {}};
    for (const RuleDecl::On& item : rule->on)
      on.lines.push_back(say(item.pattern) + cites_suffix(item.cites));
    c.out.push_back(std::move(on));
    for (const Given& given : rule->given) {
      std::string text = (given.first ? zh_or_en("最早一次", "the first ") : zh_or_en("最近一次", "the last ")) + say(given.pattern);
      const Alias* before = given.before ? alias(given.before.text) : nullptr;
      if (before != nullptr) text = zh_ ? before->text + "之前" + text : text + " before " + before->text;
      c.line("对照", "compared with", std::move(text));
    }
    c.lines("当", "when", Join::all, rule->when);
    c.lines("例外", "unless", Join::any, rule->unless);
    if (rule->advise) {
      c.lines("宜", "should", Join::all, rule->require);
    } else {
      c.lines("要求", "requires", Join::all, rule->require);
    }
    if (rule->forbid) c.line("禁止", "forbidden", zh_or_en("不得为此行为", "the act may not be done"));
  } else if (const auto* clock = std::get_if<ClockDecl>(&decl)) {
    binds(clock->meta);
    key(clock->key);
    c.lines("起算", "starts on", Join::any, clock->starts);
    c.lines("当", "when", Join::all, clock->when);
    c.lines("例外", "unless", Join::any, clock->unless);
    c.lines("期限", "allows", Join::list, clock->allows);
    if (!clock->pauses.empty()) {
      SaidClause pauses{
          zh_or_en("期间不计入", "pauses while"), clock->pauses.size() == 1 ? Join::single : Join::any, {}};
      for (const Name& state : clock->pauses) pauses.lines.push_back(name(Names::Of::state, state));
      c.out.push_back(std::move(pauses));
    }
    c.lines("重新计算", "restarts on", Join::any, clock->restarts);
    c.lines(clock->may ? "可以" : "完成于", clock->may ? "may" : "met by", clock->may ? Join::any : Join::all,
            clock->met_by);
    c.lines("消灭于", "lapses on", Join::any, clock->lapses);
    c.lines("预警", "warns", Join::list, clock->warns);
  } else if (const auto* separation = std::get_if<SeparationDecl>(&decl)) {
    binds(separation->meta);
    key(separation->key);
    std::string apart;
    for (size_t i = 0; i < separation->apart.size(); ++i) {
      const Name& who = separation->apart[i];
      const bool act = names_->label(Names::Of::role, who.text, language_) == nullptr;
      apart += (i > 0 ? zh_or_en("、", ", ") : "") + name(act ? Names::Of::act : Names::Of::role, who);
    }
    c.line("不得兼为", "kept apart", std::move(apart));
    c.lines("例外", "unless", Join::any, separation->unless);
  } else if (const auto* power = std::get_if<PowerDecl>(&decl)) {
    binds(power->meta);
    std::string what = say(power->pattern);
    if (power->lets == PowerDecl::Lets::correcting) what = zh_ ? "更正" + what : "correcting " + what;
    if (power->lets == PowerDecl::Lets::annulling) what = zh_ ? "撤销" + what : "annulling " + what;
    c.line("职权", "power over", std::move(what));
    c.lines("归属", "held by", Join::any, power->held_by);
  } else if (const auto* consequence = std::get_if<ConsequenceDecl>(&decl)) {
    binds(consequence->meta);
    c.line("遇有", "on", event(consequence->on));
    c.line("使无效", "makes void",
           consequence->voids_this ? zh_or_en("该行为", "that act") : say(consequence->voids));
  } else if (const auto* counted = std::get_if<WatchDecl>(&decl)) {
    binds(counted->meta);
    key(counted->key);
    watch(*counted, c.out);
  } else if (const auto* state = std::get_if<StateDecl>(&decl)) {
    key(state->key);
    c.lines(state->day_after ? "开始于次日" : "开始于",
            state->day_after ? "begins the day after" : "begins on", Join::any, state->begins);
    c.lines("终止于", "ends on", Join::any, state->ends);
  } else if (const auto* fact = std::get_if<FactDecl>(&decl)) {
    key(fact->key);
    c.lines("当", "when", Join::all, fact->when);
  }
  return std::move(c.out);
}

}  // namespace heng::law
