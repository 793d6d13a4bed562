// Tests: stories may only speak of what exists, with values of the fields' types.
#include <algorithm>
#include <map>
#include <set>

#include "law/check_parts.h"

namespace heng::law {
namespace {

const char* wanted(const Type& type) {
  switch (type.kind) {
    case Type::Kind::number:
    case Type::Kind::money:
      return "a number, as `12` or `1.5`";
    case Type::Kind::text:
      return "a word or a string";
    case Type::Kind::date:
      return "a date, as `2026-03-01`";
    case Type::Kind::time:
      return "a date and a clock time, as `2026-03-01 14:25`";
    case Type::Kind::clock_time:
      return "a clock time, as `14:25`";
    case Type::Kind::level:
      return "one of the pack's levels";
    case Type::Kind::yes_no:
      return "`yes` or `no`";
    case Type::Kind::people:
      return "ids, as `(J1, J2)`";
    case Type::Kind::one_of:
      return "one of its values";
    case Type::Kind::list:
      return "a list, as `(a, b)`";
  }
  return "a value";
}

bool fits(Type::Kind kind, const Factor& value) {
  switch (kind) {
    case Type::Kind::number:
    case Type::Kind::money:
      return value.kind == Factor::Kind::number && !value.unit;
    case Type::Kind::text:
    case Type::Kind::one_of:
      return value.kind == Factor::Kind::path || value.kind == Factor::Kind::text;
    case Type::Kind::date:
    case Type::Kind::time:
      return value.kind == Factor::Kind::date;
    case Type::Kind::clock_time:
      return value.kind == Factor::Kind::clock;
    case Type::Kind::level:
      return value.kind == Factor::Kind::path;
    case Type::Kind::yes_no:
      return value.kind == Factor::Kind::yes_no;
    case Type::Kind::people:
      return value.kind == Factor::Kind::path || value.kind == Factor::Kind::text ||
             value.kind == Factor::Kind::number;
    case Type::Kind::list:
      return true;
  }
  return true;
}

std::optional<Type::Kind> element_kind(const Type& list) {
  if (list.element.text == "number" || list.element.text == "money") return Type::Kind::number;
  if (list.element.text == "text") return Type::Kind::text;
  if (list.element.text == "date") return Type::Kind::date;
  if (list.element.text == "level") return Type::Kind::level;
  return std::nullopt;
}

class Stories {
 public:
  Stories(CheckContext& context, uint32_t pack, bool watch) : context_(context), pack_(pack), watch_(watch) { scope_.pack = pack; }

  void run(const TestDecl& test) {
    std::vector<Name> common;
    bool common_date = false;
    for (const Story& story : test.stories) {
      if (!story.given) continue;
      common_date = one(story, common, common_date) || common_date;
    }
    for (const Story& story : test.stories) {
      if (story.given) continue;
      std::vector<Name> aliases = common;
      one(story, aliases, common_date);
      for (const Statement& statement : story.statements) fits_rule(statement);
      if (std::none_of(story.statements.begin(), story.statements.end(), is_outcome)) {
        Diagnostic& said =
            context_.out().add(Kind::test_outcome, story.span, "a story says what follows", "no outcome");
        said.help = watch_ ? "end it with `holds` or `flag … at …`"
                           : "end it with `holds`, `breach at …`, `late at …`, `warn at …` or `unknown FIELD`";
      }
    }
  }

 private:
  static bool is_outcome(const Statement& statement) {
    return statement.kind == Statement::Kind::holds || statement.kind == Statement::Kind::unknown ||
           statement.kind == Statement::Kind::breach || statement.kind == Statement::Kind::warn ||
           statement.kind == Statement::Kind::late || statement.kind == Statement::Kind::flag;
  }

  // A watch flags, everything else is broken.
  void fits_rule(const Statement& statement) {
    if (!is_outcome(statement) || statement.kind == Statement::Kind::holds) return;
    if ((statement.kind == Statement::Kind::flag) == watch_) return;
    Diagnostic& said = context_.out().add(Kind::test_outcome, statement.span,
                                          watch_ ? "a watch only flags" : "only a watch flags", "never comes");
    said.help = watch_ ? "write `flag … at …` or `holds`" : "write `breach at …`, `late at …`, `warn at …` or `holds`";
  }

  // Whether a date is known after it. `aliases` gains the names the story gives to acts.
  bool one(const Story& story, std::vector<Name>& aliases, bool dated) {
    std::vector<std::pair<std::string, const ActInfo*>> acts;
    for (const Statement& statement : story.statements) {
      dated = time(statement, dated);
      switch (statement.kind) {
        case Statement::Kind::act:
          act(statement, aliases);
          break;
        case Statement::Kind::annul:
        case Statement::Kind::correct:
          known_act(statement, aliases);
          break;
        case Statement::Kind::unknown: {
          ActSet any;
          any.any = true;
          field(any, statement.field);
          break;
        }
        case Statement::Kind::cases:
          cases(statement);
          break;
        default:
          break;
      }
    }
    return dated;
  }

  bool time(const Statement& statement, bool dated) {
    if (statement.kind == Statement::Kind::holds || statement.kind == Statement::Kind::unknown ||
        statement.kind == Statement::Kind::cases)
      return dated;
    if (statement.when.kind == When::Kind::date) return true;
    if (dated) return true;
    Diagnostic& said = context_.out().add(Kind::test_time, statement.when.span,
                                          "the first act of a story needs a date", "counted from nothing");
    said.help = "write the day, as `2026-03-01 14:25`";
    return true;
  }

  void cases(const Statement& statement) {
    if (statement.count >= 1 && statement.count <= kMostCases) return;
    context_.out().add(Kind::test_value, statement.span, "a story tells of 1 to " + std::to_string(kMostCases) + " cases at once");
  }

  void field(const ActSet& acts, const Name& name) {
    if (!name || is_envelope(name.text)) return;
    const std::vector<const ActInfo*>& all = acts.any ? context_.symbols().acts(pack_) : acts.acts;
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const ActInfo* info) { return info->field(name.text) != nullptr; });
    if (!known) context_.unknown_field(scope_, acts, name, acts.any);
  }

  void known_act(const Statement& statement, const std::vector<Name>& aliases) {
    const auto found = std::find_if(aliases.begin(), aliases.end(),
                                    [&](const Name& name) { return name.text == statement.act.text; });
    if (found == aliases.end()) {
      std::vector<std::string> names;
      for (const Name& name : aliases) names.push_back(name.text);
      Diagnostic& said = context_.out().add(Kind::unknown_alias, statement.act.span,
                                            "no act of this story is called " + quoted(statement.act.text));
      const std::string near = nearest_name(statement.act.text, names);
      said.help = near.empty() ? "name the act where it stands: `… as " + statement.act.text + "`"
                               : "did you mean " + quoted(near) + "?";
      return;
    }
    const auto info = named_.find(found->span.begin);
    if (info == named_.end() || info->second == nullptr) return;
    for (const Datum& datum : statement.data) this->datum(*info->second, datum);
  }

  void act(const Statement& statement, std::vector<Name>& aliases) {
    const ActInfo* info = context_.act(pack_, statement.act);
    if (statement.alias) {
      aliases.push_back(statement.alias);
      named_[statement.alias.span.begin] = info;
    }
    for (const Statement::By& by : statement.by) context_.look_up(pack_, Space::role, by.role);
    agency(statement.agency);
    if (info == nullptr) return;
    if (!statement.subjects.empty() && info->decl->on.empty()) {
      Diagnostic& said = context_.out().add(
          Kind::test_subject, statement.subjects.front().span,
          quoted(info->decl->name.text) + " concerns nobody: its type has no `on`", "carried by nothing");
      said.secondary.push_back(Label{info->decl->name.span, "declared here"});
      said.help = "write the id as a field with `with`, or add `on SUBJECT` to the act type";
    }
    std::set<std::string> seen;
    for (const Datum& datum : statement.data) {
      if (!seen.insert(datum.field.text).second) {
        context_.out().add(Kind::test_value, datum.field.span, quoted(datum.field.text) + " is given twice");
      }
      this->datum(*info, datum);
    }
  }

  void agency(const Name& id) {
    if (!id || !context_.symbols().agency_kind(pack_, id.text).empty()) return;
    Diagnostic& said = context_.out().add(Kind::agency_kind, id.span,
                                          "no kind of agency begins " + quoted(id.text), "of unknown kind");
    const std::string head = id.text.substr(0, id.text.find('-'));
    const std::string near = context_.symbols().nearest(pack_, Space::agency, head);
    if (!near.empty()) said.help = "did you mean " + quoted(near + id.text.substr(head.size())) + "?";
  }

  void datum(const ActInfo& info, const Datum& datum) {
    const Field* field = info.field(datum.field.text);
    if (field == nullptr) {
      // A subject's own name stands for the field it is kept in.
      const SubjectDecl* subject = context_.symbols().subject(pack_, datum.field.text);
      if (subject != nullptr && info.carries(*subject)) return;
      ActSet acts;
      acts.acts.push_back(&info);
      context_.unknown_field(scope_, acts, datum.field, false);
      return;
    }
    const Type& type = field->type;
    const bool list = type.kind == Type::Kind::list || type.kind == Type::Kind::people;
    if (datum.list && !list) {
      malformed(datum.span, *field, "a list is given where one value is meant");
      return;
    }
    if (type.kind == Type::Kind::time && datum.values.size() == 2) {
      if (datum.values[0].kind == Factor::Kind::date && datum.values[1].kind == Factor::Kind::clock) return;
    }
    for (const Factor& value : datum.values) {
      const Name* word = bare_word(value);
      if (word != nullptr && (word->text == "blank" || word->text == "null")) continue;
      const std::optional<Type::Kind> kind = type.kind == Type::Kind::list ? element_kind(type) : type.kind;
      if (!kind) continue;
      if (!fits(*kind, value)) {
        malformed(value.span, *field, quoted(field->name) + " takes " + wanted(type));
        return;
      }
      if (word != nullptr && (*kind == Type::Kind::one_of || *kind == Type::Kind::level)) {
        context_.word(*word, type_of(Type{*kind, type.codes, type.and_more, {}, type.span}), scope_);
      }
    }
    if (datum.values.size() > 1 && !list)
      malformed(datum.span, *field, quoted(field->name) + " takes " + wanted(type));
  }

  void malformed(Span at, const Field& field, std::string message) {
    Diagnostic& said = context_.out().add(Kind::test_value, at, std::move(message));
    said.secondary.push_back(Label{field.span, "the field is declared here"});
  }

  CheckContext& context_;
  uint32_t pack_;
  bool watch_;  // the test is of a watch
  Scope scope_;
  std::map<uint32_t, const ActInfo*> named_;  // by the place of the alias
};

}  // namespace

void check_test(CheckContext& context, uint32_t pack, const TestDecl& test) {
  Name id = test.name;
  id.text = rule_id(test);
  const Symbol* rule = context.look_up(pack, Space::rule, id);
  if (rule != nullptr && rule->pack != pack && !context.symbols().sees(pack, rule->pack)) return;
  Stories(context, pack, rule != nullptr && rule->as<WatchDecl>() != nullptr).run(test);
}

}  // namespace heng::law
