// heng law …: packs on the command line. Other commands of the group (test, diff) add themselves to
// law_group().
#pragma once

#include <vector>

#include "law/load.h"

namespace CLI {
class App;
}

namespace heng {

// law list, law fmt, law explain, law docs, law lint; and explain CODE for the pages of diagnostics.
void add_law_commands(CLI::App& app, int& exit_code);

// The `law` subcommand of `app`, made at the first call.
CLI::App& law_group(CLI::App& app);

void add_law_lint(CLI::App& law_group, int& exit_code);  // law lint
void add_law_diff(CLI::App& law_group, int& exit_code);  // law diff

// Prints diagnostics: people's format to standard error (in colour on a terminal), json and gnu to standard
// output. Returns the exit code: 3 if there is an error, else 0.
int print_diagnostics(const law::Diagnostics& diagnostics, const std::vector<law::SourceFile>& sources,
                      law::DiagnosticFormat format = law::DiagnosticFormat::human);

}  // namespace heng
