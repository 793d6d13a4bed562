// The commands of `heng`: each group adds itself to the command line and sets the exit code (contracts.md) when run.
#pragma once

namespace CLI {
class App;
}

namespace heng {

void add_check_command(CLI::App& app, int& exit_code);
void add_case_commands(CLI::App& app, int& exit_code);    // case show|clocks, finding list|explain
void add_gate_command(CLI::App& app, int& exit_code);
void add_law_test(CLI::App& law_group, int& exit_code);
void add_import_commands(CLI::App& app, int& exit_code);  // import, export
void add_record_commands(CLI::App& app, int& exit_code);  // record init|append|show|…
void add_sim_command(CLI::App& app, int& exit_code);       // sim, sim score
void add_version_command(CLI::App& app, const char* version, int& exit_code);  // version, doctor

}  // namespace heng
