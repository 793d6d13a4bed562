// heng version, heng doctor: what this is and whether it has what it needs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "calendar/zone.h"
#include "cli/cli.h"
#include "cli/history_options.h"

namespace heng {
namespace {

int doctor() {
  int bad = 0;
  const auto say = [&bad](bool good, const std::string& what, const std::string& mend) {
    fmt::print("{} {}{}\n", good ? "ok  " : "bad ", what, good || mend.empty() ? "" : "; help: " + mend);
    bad += good ? 0 : 1;
  };
  for (const char* name : {"Asia/Shanghai", "Europe/Rome"})
    say(calendar::Zone::load(name).ok(), fmt::format("time zone {}", name), "install the package tzdata");
  const std::vector<std::string> roots = pack_roots({});
  say(!roots.empty(), "a folder of packs", "set HENG_PACKS or use --packs");
  const std::vector<law::PackInfo> packs = law::list_packs(roots);
  say(!packs.empty(), fmt::format("{} packs found", packs.size()), "look into the folders of HENG_PACKS");
  auto law = load_law({});
  say(law.ok(), law.ok() ? fmt::format("all packs compile: {} rules, {} clocks", (*law)->plan.rules.size(), (*law)->plan.clocks.size())
                         : law.error().text(),
      "run `heng law lint`");
  return bad == 0 ? 0 : 1;
}

}  // namespace

void add_version_command(CLI::App& app, const char* version, int& exit_code) {
  CLI::App* command = app.add_subcommand("version", "the version");
  command->footer("Example:\n  heng version");
  command->callback([version, &exit_code] {
    fmt::print("heng {}\n", version);
    exit_code = 0;
  });
  CLI::App* doctor_command = app.add_subcommand("doctor", "is everything there that heng needs?");
  doctor_command->footer("Example:\n  heng doctor\nExit codes: 0 all there, 1 something is missing.");
  doctor_command->callback([&exit_code] { exit_code = doctor(); });
}

}  // namespace heng
