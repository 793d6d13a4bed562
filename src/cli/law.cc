#include "cli/law.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/explain_pages.h"
#include "cli/history_options.h"
#include "law/book.h"
#include "law/explain.h"
#include "law/format.h"
#include "law/lexer.h"
#include "law/parser.h"

namespace heng {
namespace {

namespace fs = std::filesystem;

constexpr int kFine = 0;
constexpr int kNo = 1;
constexpr int kBadInput = 3;
constexpr int kNotFound = 5;
constexpr int kInternal = 70;

void complain(const std::string& what, const std::string& help = {}) {
  fmt::print(stderr, "heng: {}\n", what);
  if (!help.empty()) fmt::print(stderr, "  help: {}\n", help);
}

// True if everything reached the file; `-` is standard output.
bool write_whole(const std::string& path, const std::string& text) {
  if (path == "-")
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  const std::string temporary = path + ".heng-new";
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) return false;
  bool good = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  good = std::fclose(file) == 0 && good;
  std::error_code error;
  if (good) {
    const fs::perms permissions = fs::status(path, error).permissions();
    if (!error) fs::permissions(temporary, permissions, error);
    error.clear();
    fs::rename(temporary, path, error);
  }
  if (!good || error) std::remove(temporary.c_str());
  return good && !error;
}

std::optional<std::string> read_whole(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return std::nullopt;
  std::string text;
  char buffer[65536];
  size_t size = 0;
  while ((size = std::fread(buffer, 1, sizeof buffer, file)) != 0 && text.size() <= law::kMaxFileBytes) {
    text.append(buffer, size);
  }
  const bool good = std::ferror(file) == 0;
  if (file != stdin) std::fclose(file);
  return good ? std::optional(text) : std::nullopt;
}

// -- law list

int list(const std::string& format, const LawOptions& options) {
  const std::vector<law::PackInfo> packs = law::list_packs(pack_roots(options));
  if (format == "json") {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const law::PackInfo& pack : packs) {
      out.push_back({{"name", pack.name},
                     {"title", pack.title_zh.empty() ? pack.title_en : pack.title_zh},
                     {"title_en", pack.title_en},
                     {"rules", pack.rules},
                     {"path", pack.path}});
    }
    fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return kFine;
  }
  size_t name_width = 0;
  size_t title_width = 0;
  for (const law::PackInfo& pack : packs) {
    name_width = std::max(name_width, display_width(pack.name));
    title_width = std::max(title_width, display_width(pack.title_zh));
  }
  for (const law::PackInfo& pack : packs) {
    fmt::print("{}  {}  {} rules  {}\n", pad_right(pack.name, name_width),
               pad_right(pack.title_zh, title_width), pad_left(std::to_string(pack.rules), 4), pack.title_en);
  }
  if (packs.empty()) complain("no pack is found", "set HENG_PACKS to the folder that holds the packs");
  return kFine;
}

// -- law fmt

void collect(const std::string& path, std::vector<std::string>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return;
  }
  std::vector<std::string> found;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".law") found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

int fmt_file(const std::string& path, law::Words words, bool check) {
  std::optional<std::string> text = read_whole(path);
  if (!text) {
    complain("`" + printable(path) + "` cannot be read");
    return kNotFound;
  }
  const std::vector<law::SourceFile> sources = {{path == "-" ? "<stdin>" : path, std::move(*text)}};
  const Result<std::string> formatted = law::format(sources[0], words);
  if (!formatted.ok()) {
    law::Diagnostics diagnostics;
    law::parse(sources[0], 0, diagnostics);
    diagnostics.sort();
    return print_diagnostics(diagnostics, sources);
  }
  const bool same = formatted.value() == sources[0].text;
  if (check) {
    if (!same) fmt::print("{}\n", path);
    return same ? kFine : kNo;
  }
  if (same && path != "-") return kFine;
  if (write_whole(path, formatted.value())) return kFine;
  complain("`" + printable(path) + "` cannot be written");
  return kInternal;
}

int fmt_files(const std::vector<std::string>& paths, const std::string& words, bool check) {
  std::vector<std::string> files;
  for (const std::string& path : paths) collect(path, files);
  int worst = kFine;
  const law::Words turned = words == "zh"   ? law::Words::chinese
                            : words == "en" ? law::Words::english
                                            : law::Words::as_written;
  for (const std::string& file : files) worst = std::max(worst, fmt_file(file, turned, check));
  return worst;
}

// -- explain

int explain_code(const std::string& code) {
  std::vector<std::string> codes;
  for (const ExplainPage& page : explain_pages()) {
    if (page.code == code) {
      fmt::print("{}", page.text);
      return kFine;
    }
    codes.emplace_back(page.code);
  }
  const auto near = suggest(code, codes);
  complain("no diagnostic is called `" + printable(code) + "`",
           near.empty() ? "" : "did you mean `" + near.front() + "`?");
  return kNotFound;
}

std::vector<std::string> every_pack(const LawOptions& options) {
  return law::pack_names(pack_roots(options));
}

law::Language language_of(const std::string& wanted) {
  return terminal_language(wanted) == report::Language::zh ? law::Language::chinese : law::Language::english;
}

int explain_rule(const std::string& name, const std::string& pack, const std::string& language,
                 const LawOptions& options) {
  if (law::kind_of(name)) return explain_code(name);
  law::Diagnostics diagnostics;
  const size_t slash = name.find('/');
  std::vector<std::string> wanted = {pack};
  if (pack.empty())
    wanted = slash == std::string::npos ? every_pack(options) : std::vector{name.substr(0, slash)};
  const law::PackSet packs = law::load_packs(wanted, pack_roots(options), diagnostics);
  const std::vector<law::Found> found = law::find_rules(packs, name);
  if (found.empty()) {
    if (!diagnostics.ok()) return print_diagnostics(diagnostics, packs.sources);
    const auto near = suggest(name, law::rule_names(packs), 3);
    std::string help;
    for (const std::string& candidate : near)
      help += (help.empty() ? "did you mean `" : ", `") + candidate + "`";
    complain("no rule is called `" + printable(name) + "`", help.empty() ? "" : help + "?");
    return kNotFound;
  }
  const law::Names names(packs);
  for (size_t i = 0; i < found.size(); ++i) {
    fmt::print("{}{}", i == 0 ? "" : "\n",
               printable(law::explain(found[i], packs, names, language_of(language))));
  }
  return kFine;
}

// -- law docs

int docs(const std::string& pack, const std::string& out, const LawOptions& options) {
  law::Diagnostics diagnostics;
  const law::PackSet packs = law::load_packs({pack}, pack_roots(options), diagnostics);
  if (!diagnostics.ok()) {
    const int code = print_diagnostics(diagnostics, packs.sources);
    return packs.packs.empty() ? kNotFound : code;
  }
  const law::Pack* found = packs.find(pack);
  if (found == nullptr && !packs.packs.empty()) found = &packs.packs.back();  // named by its path
  if (found == nullptr) {
    complain("no pack lies at `" + printable(pack) + "`");
    return kNotFound;
  }
  if (write_whole(out, law::book_html(*found, packs))) return kFine;
  complain("`" + printable(out) + "` cannot be written");
  return kInternal;
}

}  // namespace

int print_diagnostics(const law::Diagnostics& diagnostics, const std::vector<law::SourceFile>& sources,
                      law::DiagnosticFormat format) {
  const bool human = format == law::DiagnosticFormat::human;
  std::FILE* to = human ? stderr : stdout;
  law::RenderOptions options;
  options.format = format;
  options.colour = human && isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  const std::string text = law::render(diagnostics, sources, options);
  std::fwrite(text.data(), 1, text.size(), to);
  for (const law::Diagnostic& each : diagnostics.all()) {
    if (!human || each.severity != law::Level::error) continue;
    fmt::print(to, "help: `heng explain {}` says how it is mended\n", each.code());
    break;
  }
  return diagnostics.ok() ? kFine : kBadInput;
}

CLI::App& law_group(CLI::App& app) {
  const auto existing = app.get_subcommands([](const CLI::App* each) { return each->get_name() == "law"; });
  if (!existing.empty()) return *existing.front();
  CLI::App* law = app.add_subcommand("law", "works on packs of law");
  law->require_subcommand(1);
  return *law;
}

void add_law_commands(CLI::App& app, int& exit_code) {
  struct Arguments {
    LawOptions law;
    std::string format = "text";
    std::string words;
    bool check = false;
    std::vector<std::string> files;
    std::string name;
    std::string pack;
    std::string language;
    std::string out = "-";
    std::string code;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& law = law_group(app);

  CLI::App* list_command = law.add_subcommand("list", "names every pack that is found");
  list_command->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  list_command->footer("Examples:\n  heng law list\n  heng law list --format json");
  list_command->callback([arguments, &exit_code] { exit_code = list(arguments->format, arguments->law); });

  CLI::App* fmt_command = law.add_subcommand("fmt", "lays law files out; `-` reads standard input");
  fmt_command->add_flag("--check", arguments->check, "changes nothing, names the files that would change");
  fmt_command->add_option("--words", arguments->words, "turns the words of the language: zh or en")
      ->check(CLI::IsMember({"zh", "en"}));
  fmt_command->add_option("FILE", arguments->files, "law files or folders")->required();
  fmt_command->footer(
      "Examples:\n  heng law fmt my.law\n  heng law fmt --check draft/\n  heng law fmt --words zh draft/\n"
      "Exit codes: 0 laid out, 1 --check: a file would change, 3 a file does not parse, 5 no such file, 70 not written.");
  fmt_command->callback([arguments, &exit_code] {
    exit_code = fmt_files(arguments->files, arguments->words, arguments->check);
  });

  CLI::App* explain_command =
      law.add_subcommand("explain", "prints a rule for a reader: its articles, its terms, its examples");
  explain_command->add_option("NAME", arguments->name, "a rule (pack/rule.part), or the code of a diagnostic")
      ->required();
  explain_command->add_option("--pack", arguments->pack, "a pack's name or path; every pack if left out");
  explain_command->add_option("--lang", arguments->language, "zh or en")->check(CLI::IsMember({"zh", "en"}));
  explain_command->footer(
      "Examples:\n  heng law explain cn.criminal/detention_family_notice_24h\n  heng law explain custody_investigation_2m --lang zh\n"
      "Exit codes: 0 explained, 3 the pack has errors, 5 no such rule or pack.");
  explain_command->callback([arguments, &exit_code] {
    exit_code = explain_rule(arguments->name, arguments->pack, arguments->language, arguments->law);
  });

  CLI::App* docs_command = law.add_subcommand("docs", "prints a pack as a book, one HTML page");
  docs_command->add_option("PACK", arguments->pack, "a pack's name or path")->required();
  docs_command->add_option("-o,--out", arguments->out, "the file to write; standard output if left out");
  docs_command->footer("Example:\n  heng law docs cn.criminal -o criminal.html\nExit codes: 0 written, 3 the pack has errors, 5 no such pack, 70 not written.");
  docs_command->callback(
      [arguments, &exit_code] { exit_code = docs(arguments->pack, arguments->out, arguments->law); });

  for (CLI::App* command : {list_command, explain_command, docs_command}) {
    command->add_option("--packs", arguments->law.roots,
                        "a folder to look for packs in, before the usual ones");
  }
  add_law_lint(law, exit_code);
  add_law_diff(law, exit_code);

  CLI::App* code_command = app.add_subcommand("explain", "explains the code of a diagnostic");
  code_command->add_option("CODE", arguments->code, "such as law-bad-date")->required();
  code_command->footer("Example:\n  heng explain law-bad-date\nThe same pages: docs/explain/.");
  code_command->callback([arguments, &exit_code] { exit_code = explain_code(arguments->code); });
}

}  // namespace heng
