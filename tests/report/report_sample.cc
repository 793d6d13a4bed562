// report_sample DIRECTORY: writes the made-up reports as HTML (and the small one in every format) for the
// browser test and for a look by eye.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "sample.h"

namespace {

using heng::report::Report;

using Writer = void (*)(std::ostream&, const Report&);

bool write(const std::filesystem::path& path, const Report& report, Writer writer) {
  std::ofstream out(path, std::ios::binary);
  writer(out, report);
  out.close();
  if (!out) std::fprintf(stderr, "report_sample: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

}  // namespace

int main(int argc, char** argv) {
  namespace sample = heng::report::sample;
  if (argc != 2) {
    std::fprintf(stderr, "usage: report_sample DIRECTORY\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  std::filesystem::create_directories(directory);
  const Report small = sample::small_report();
  bool ok = write(directory / "empty.html", sample::empty_report(), heng::report::write_html);
  ok &= write(directory / "small.html", small, heng::report::write_html);
  ok &= write(directory / "hostile.html", sample::hostile_report(), heng::report::write_html);
  ok &= write(directory / "large.html", sample::large_report(10'000), heng::report::write_html);
  ok &= write(directory / "small.json", small, heng::report::write_json);
  ok &= write(directory / "small.sarif", small, heng::report::write_sarif);
  ok &= write(directory / "small.xml", small, heng::report::write_junit);
  ok &= write(directory / "hostile.sarif", sample::hostile_report(), heng::report::write_sarif);
  ok &= write(directory / "hostile.xml", sample::hostile_report(), heng::report::write_junit);
  ok &= write(directory / "small.txt", small, [](std::ostream& out, const Report& report) {
    heng::report::write_text(out, report, {});
    for (const auto& view : report.cases) {
      out << "\n\n" << heng::report::case_text(view, {}) << "\n\n" << heng::report::clocks_text(view, {});
    }
  });
  return ok ? 0 : 1;
}
