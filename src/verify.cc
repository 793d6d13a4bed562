// heng-verify: checks a proof, a redacted act, a dossier or a receipt offline. One static program, no network, no
// configuration.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "record/verdict.h"

namespace {

constexpr size_t kMaxFileBytes = 16u << 20;

constexpr char kUsage[] =
    "heng-verify --policy POLICY [--leaf LEAF] [--lang zh|en|both] FILE\n"
    "heng-verify --policy POLICY --compare ONE OTHER [--consistency PROOF]\n"
    "\n"
    "Checks a .tlog-proof, a redacted act, a dossier or a receipt against a trust policy, offline.\n"
    "离线核验证明文件、节录件、案卷或回执。\n"
    "Exit code: 0 holds, 2 usage, 3 no such file or format, 4 fails, 10 cannot be decided.\n";

// C streams: C++ ones would double the program's size.
std::optional<std::string> read_file(const std::string& path) {
  std::FILE* in = std::fopen(path.c_str(), "rb");
  if (in == nullptr) return std::nullopt;
  std::string out;
  char buffer[65536];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, in)) > 0 && out.size() <= kMaxFileBytes;)
    out.append(buffer, got);
  const bool failed = std::ferror(in) != 0;
  std::fclose(in);
  if (failed || out.size() > kMaxFileBytes) return std::nullopt;
  return out;
}

struct Options {
  std::string policy, leaf, consistency;
  std::vector<std::string> files;
  bool compare = false;
  heng::record::Language language = heng::record::Language::both;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&](std::string& out) {
      if (i + 1 >= argc) return false;
      out = argv[++i];
      return true;
    };
    std::string language;
    if (word == "--compare") {
      options.compare = true;
    } else if (word == "--policy") {
      if (!value(options.policy)) return std::nullopt;
    } else if (word == "--leaf") {
      if (!value(options.leaf)) return std::nullopt;
    } else if (word == "--consistency") {
      if (!value(options.consistency)) return std::nullopt;
    } else if (word == "--lang") {
      if (!value(language)) return std::nullopt;
      if (language == "zh") {
        options.language = heng::record::Language::zh;
      } else if (language == "en") {
        options.language = heng::record::Language::en;
      } else if (language != "both") {
        return std::nullopt;
      }
    } else if (word.starts_with("--")) {
      return std::nullopt;
    } else {
      options.files.push_back(word);
    }
  }
  if (options.policy.empty() || options.files.size() != (options.compare ? 2u : 1u)) return std::nullopt;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  std::vector<std::string> paths = {options->policy};
  paths.insert(paths.end(), options->files.begin(), options->files.end());
  if (!options->leaf.empty()) paths.push_back(options->leaf);
  if (!options->consistency.empty()) paths.push_back(options->consistency);
  std::vector<std::string> contents;
  for (const std::string& path : paths) {
    std::optional<std::string> bytes = read_file(path);
    if (!bytes) {
      std::fprintf(stderr, "heng-verify: cannot read `%s` (or it is longer than 16 MiB)\n", path.c_str());
      return 3;
    }
    contents.push_back(std::move(*bytes));
  }
  const auto policy = heng::tlog::parse_policy(contents[0]);
  if (!policy.ok()) {
    std::fprintf(stderr, "heng-verify: %s\n", policy.error().text().c_str());
    return 3;
  }
  const auto extra = [&](bool given) -> std::optional<std::string_view> {
    if (!given) return std::nullopt;
    return contents.back();
  };
  const heng::record::Verdict verdict =
      options->compare ? heng::record::compare_files(contents[1], contents[2],
                                                     extra(!options->consistency.empty()), *policy)
                       : heng::record::verify_file({contents[1], extra(!options->leaf.empty())}, *policy);
  std::fputs(heng::record::render_verdict(verdict, options->language).c_str(), stdout);
  return verdict.exit_code();
}
