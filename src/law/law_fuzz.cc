// Any bytes: the lexer and the parser report and go on, places stay inside the text, and what parses can be
// laid out without changing what it says, in either spelling.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "law/dump.h"
#include "law/format.h"
#include "law/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heng::law;
  const std::vector<SourceFile> sources = {
      {"fuzz.law", std::string(reinterpret_cast<const char*>(data), size)}};
  Diagnostics diagnostics;
  const File file = parse(sources[0], 0, diagnostics);
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.primary.span.begin > d.primary.span.end || d.primary.span.end > size) std::abort();
  }
  render(diagnostics, sources);
  const heng::Result<std::string> once = format(sources[0]);
  if (once.ok() != diagnostics.ok()) std::abort();
  if (!once.ok()) return 0;
  Diagnostics again;
  if (dump(parse({"fuzz.law", once.value()}, 0, again)) != dump(file) || !again.ok()) std::abort();
  const heng::Result<std::string> twice = format({"fuzz.law", once.value()});
  if (!twice.ok() || twice.value() != once.value()) std::abort();
  const heng::Result<std::string> chinese = format(sources[0], Words::chinese);
  if (!chinese.ok() || !format({"fuzz.law", chinese.value()}, Words::english).ok()) std::abort();
  return 0;
}
