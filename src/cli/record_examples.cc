// Examples for the commands of `heng record`, one after the other a walk through a record's life. tests/help_test.py
// walks it.
#include <CLI/CLI.hpp>

#include "cli/record_common.h"

namespace heng {
namespace {

struct CommandExample {
  const char* group;  // empty: of `record` itself
  const char* command;
  const char* lines;
};

constexpr CommandExample kExamples[] = {
    {"", "init",
     "  heng record init records/linqi --origin record.example/linqi --agency police-linqi > policy; echo quorum none >> policy\n"
     "  heng record init records/nanshan --origin record.example.org/nanshan --agency police --twin sm3"},
    {"", "append", "  heng record append records/linqi acts.ndjson"},
    {"", "show", "  heng record show records/linqi --case LQ-0001"},
    {"", "checkpoint", "  heng record checkpoint records/linqi --offline"},
    {"", "prove",
     "  heng record prove records/linqi --id lq-1-03 -o act.tlog-proof\n"
     "  heng record prove records/linqi --case LQ-0001 -o dossier"},
    {"", "verify", "  heng record verify act.tlog-proof --policy policy"},
    {"", "audit", "  heng record audit records/linqi"},
    {"", "seal",
     "  heng record custodian court -o court.secret > court.key\n"
     "  heng record custodian bar -o bar.secret > bar.key\n"
     "  heng record seal records/linqi --case LQ-0002 --threshold 2 --custodian \"$(cat court.key)\" --custodian \"$(cat bar.key)\" "
     "--basis \"juvenile, CPL 286\""},
    {"", "unseal",
     "  heng record unseal records/linqi --case LQ-0002 --share court=court.secret --share bar=bar.secret --basis \"retrial 17\""},
    {"", "shred", "  heng record shred records/linqi --id lq-1-06 --basis \"court order 17\""},
    {"", "disclose", "  heng record disclose records/linqi --id lq-1-04 --field by --basis \"defence counsel\" -o redacted"},
    {"", "manifest", "  heng record manifest records/linqi --case LQ-0001"},
    {"", "rotate", "  heng record rotate records/linqi"},
    {"", "custodian", "  heng record custodian procuratorate -o procuratorate.secret"},
    {"witness", "init", "  heng record witness init w/uni --name witness.example/uni"},
    {"witness", "add-log",
     "  heng record witness add-log w/uni --origin record.example/linqi --key \"$(grep -o 'record.example/linqi+.*' policy)\""},
    {"witness", "serve", "  heng record witness serve w/uni --listen 127.0.0.1:8081"},
    {"", "mirror", "  heng record mirror copies/linqi --from records/linqi --policy policy"},
    {"", "restore", "  heng record restore restored/linqi --from copies/linqi --policy policy"},
};

}  // namespace

void add_record_examples(CLI::App& record) {
  for (const CommandExample& each : kExamples) {
    CLI::App* group = *each.group == 0 ? &record : record.get_subcommand(each.group);
    group->get_subcommand(each.command)->footer(std::string("Example:\n") + each.lines);
  }
}

}  // namespace heng
