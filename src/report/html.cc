// The HTML report: a page, a style and scripts (src/report/html/, carried as bytes) and the data they show.
//
// The page's policy lets run exactly the one script and the one style it carries, by their hashes, and lets
// it load nothing at all. Texts go in as JSON in which no character can end the element, and out through
// textContent only.
#include <openssl/evp.h>

#include <array>
#include <ostream>

#include "base/text.h"
#include "report/html_data.h"
#include "report/report.h"
#include "report/words.h"

namespace heng::embedded {
std::string_view report_page();
std::string_view report_style();
std::string_view report_script();
}  // namespace heng::embedded

namespace heng::report {
namespace {

// A source expression of CSP level 3: 'sha256-…'.
std::string source_hash(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HENG_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64.data()), static_cast<size_t>(length)) +
         "'";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void write_html(std::ostream& out, const Report& report) {
  const std::string_view style = embedded::report_style();
  const std::string_view script = embedded::report_script();
  const std::string policy = "default-src 'none'; script-src " + source_hash(script) + "; style-src " +
                             source_hash(style) + "; base-uri 'none'; form-action 'none'";
  const std::string when =
      show_end(report.now, report.now.offset_minutes) + " " + show_offset(report.now.offset_minutes);
  std::string_view page = embedded::report_page();
  while (true) {
    const size_t open = page.find("{{");
    out << page.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = page.find("}}", open);
    HENG_ASSERT(close != std::string_view::npos);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    if (name == "policy") {
      out << escaped(policy);
    } else if (name == "when") {
      out << escaped(when);
    } else if (name == "count") {
      out << report.findings.size();
    } else if (name == "style") {
      out << style;
    } else if (name == "script") {
      out << script;
    } else {
      HENG_ASSERT(name == "data");
      write_html_data(out, report);
    }
    page.remove_prefix(close + 2);
  }
}

}  // namespace heng::report
