// The one binary: commands from every group, exit codes of docs/contracts.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <new>
#include <system_error>

#include "cli/cli.h"
#include "cli/law.h"

namespace {

// An option that may be given again takes one value each time, so that it never swallows the file after it;
// `--history FILE…` alone takes many.
void one_value_each(CLI::App& app) {
  for (CLI::Option* option : app.get_options())
    if (!option->get_positional() && option->get_single_name() != "history") option->allow_extra_args(false);
  for (CLI::App* command : app.get_subcommands(nullptr)) one_value_each(*command);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"heng (衡): acts of power in, law over them, findings out", "heng"};
  app.require_subcommand(1);
  app.set_version_flag("--version", HENG_VERSION);
  app.footer("`heng COMMAND --help` shows options and examples.\nDocumentation: README.md, docs/.");
  int exit_code = 0;
  heng::add_check_command(app, exit_code);
  heng::add_case_commands(app, exit_code);
  heng::add_gate_command(app, exit_code);
  heng::add_import_commands(app, exit_code);
  heng::add_sim_command(app, exit_code);
  heng::add_law_commands(app, exit_code);
  heng::add_law_test(heng::law_group(app), exit_code);
  heng::add_record_commands(app, exit_code);
  heng::add_version_command(app, HENG_VERSION, exit_code);
  one_value_each(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "heng: out of memory [out-of-memory]; help: judge fewer acts at once, or `heng check --follow --state DIR`, which keeps them on disk\n");
    return 70;
  } catch (const std::system_error& error) {
    fmt::print(stderr, "heng: {} [system]; help: free the disk, or name another folder\n", error.what());
    return 70;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heng: internal error: {}\n", error.what());
    return 70;
  }
  return exit_code;
}
