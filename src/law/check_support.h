// What the tests of the checks share: a small vocabulary, and what is said of a text written behind it. Not
// part of the library.
#pragma once

#include <string>

#include "law/check.h"
#include "law/lint.h"
#include "law/load.h"

namespace heng::law::testing {

inline constexpr const char* kVocabulary =
    "pack base \"共用\" \"Base\"\n"
    "  levels    station, county, city\n"
    "source CPL \"刑事诉讼法\" \"Criminal Procedure Law\" 2018-10-26\n"
    "source OLD \"旧法\" \"Old law\" until 2020-12-31\n"
    "role officer \"民警\" \"Officer\"\n"
    "role judge \"审判员\" \"Judge\"\n"
    "agency police \"公安机关\" \"Police\"\n"
    "subject person \"人\" \"Person\" is on.person, data.person\n"
    "subject item \"物品\" \"Item\" is each of data.items\n"
    "subject handler \"承办人\" \"Handler\" is each of by\n"
    "period days \"日\" \"days\"\n"
    "  counts    days\n"
    "  starts    the day after\n"
    "period custody days \"羁押日\" \"custody days\"\n"
    "  counts    days\n"
    "  starts    the day after\n"
    "setting gap \"间隔\" \"Gap\" is 3 days\n"
    "act search_executed \"搜查\" \"Search\"\n"
    "  by        officer\n"
    "  on        person\n"
    "  data      warrant_shown: yes or no\n"
    "            amount: number\n"
    "            form: one of oral, written\n"
    "            kind: text\n"
    "            level: level\n"
    "            panel: people\n"
    "            tags: list of text\n"
    "            found_at: date\n"
    "            start: clock time\n"
    "            end: clock time\n"
    "  span      session from start to end\n"
    "act search_approved \"批准\" \"Approved\"\n"
    "  by        officer\n"
    "  on        person\n"
    "  data      amount: number\n"
    "act seized \"扣押\" \"Seized\"\n"
    "  on        item\n"
    "act closed \"结束\" \"Closed\"\n";

struct Checked {
  Diagnostics diagnostics;
  PackSet packs;
  bool ok = false;

  Checked(const std::string& extra, bool with_lint, const LintOptions& options = {},
          const std::string& before = kVocabulary) {
    packs = load_text("x.law", before + extra, diagnostics);
    const Symbols symbols = Symbols::of(packs);
    ok = diagnostics.ok() && check(packs, symbols, diagnostics);
    if (with_lint && ok) lint(packs, symbols, diagnostics, options);
    diagnostics.sort();
  }

  // "law-unknown-role@judgge", one to a line, of everything said; of lint only what stands behind the
  // vocabulary.
  std::string said() const {
    std::string out;
    for (const Diagnostic& each : diagnostics.all()) {
      out += std::string(each.code()) + "@" + text(each.primary.span) + "\n";
    }
    return out;
  }
  const Diagnostic* first(std::string_view code) const {
    for (const Diagnostic& each : diagnostics.all()) {
      if (each.code() == code) return &each;
    }
    return nullptr;
  }
  std::string text(Span span) const {
    return packs.sources.at(span.file).text.substr(span.begin, span.end - span.begin);
  }
  std::string messages() const {
    return render(diagnostics, packs.sources, {DiagnosticFormat::human, false, 0});
  }
};

}  // namespace heng::law::testing
