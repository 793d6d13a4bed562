// heng record: sealing, unsealing, destroying, disclosing, manifests, keys. Each is an act on the record.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "cli/record_common.h"

namespace heng {
namespace {

struct KeyArguments {
  RecordPlace place;
  std::string as, case_id, id, basis, output;
  unsigned threshold = 0;
  std::vector<std::string> custodians, shares, fields;
};

std::string signer_of(const KeyArguments& arguments, const record::Record& record) {
  return arguments.as.empty() ? record.agencies().front() : arguments.as;
}

int say(const Result<record::Receipt>& receipt, const char* what) {
  if (!receipt.ok()) return report_error(receipt.error());
  fmt::print("{{\"index\":{},\"leaf\":\"{}\"}}\n", receipt->index, record::to_base64(receipt->leaf));
  fmt::print(stderr, "heng: {}\n", what);
  return 0;
}

// "name=base64 public key"
Result<record::Custodian> parse_custodian(const std::string& text) {
  const size_t equal = text.find('=');
  const auto key = equal == std::string::npos
                       ? std::nullopt
                       : record::hash_from_base64(std::string_view(text).substr(equal + 1));
  if (!key)
    return Error{ErrorKind::usage, "custodian", "`" + text + "` is no custodian", "",
                 "write name=<base64 public key>, as `heng record custodian` prints it"};
  return record::Custodian{text.substr(0, equal), *key};
}

int run_seal(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  std::vector<record::Custodian> custodians;
  record::Json names = record::Json::list();
  for (const std::string& text : arguments.custodians) {
    auto custodian = parse_custodian(text);
    if (!custodian.ok()) return report_error(custodian.error());
    names.items.push_back(record::Json::of(custodian->name));
    custodians.push_back(std::move(*custodian));
  }
  if (arguments.threshold < 1 || arguments.threshold > custodians.size())
    return report_error({ErrorKind::usage, "seal-threshold",
                         "the threshold does not fit the number of custodians", "",
                         "give --threshold between 1 and the number of --custodian"});
  if (opened->record->vault().is_sealed(arguments.case_id))
    return report_error({ErrorKind::conflict, "case-sealed", "the case is sealed already", "", ""});
  // First the act, then the deed: an act without its deed can be seen and made good, a deed without its act
  // cannot.
  auto receipt =
      opened->record->append_system(record::kSealed, arguments.case_id, signer_of(arguments, *opened->record),
                                    {{"basis", record::Json::of(arguments.basis)},
                                     {"custodians", names},
                                     {"k", record::Json::of(uint64_t{arguments.threshold})}},
                                    wall_clock());
  if (!receipt.ok()) return report_error(receipt.error());
  const auto sealed = opened->record->vault().seal(arguments.case_id, arguments.threshold, custodians);
  if (!sealed.ok()) return report_error(sealed.error());
  return say(receipt, "the case is sealed: its key is gone from here");
}

// "name=file with the custodian's secret"
int run_unseal(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  std::vector<record::Share> shares;
  record::Json names = record::Json::list();
  for (const std::string& text : arguments.shares) {
    const size_t equal = text.find('=');
    if (equal == std::string::npos)
      return report_error({ErrorKind::usage, "share", "`" + text + "` is no share", "",
                           "write name=<file with the custodian's secret>"});
    auto secret_text = read_input(text.substr(equal + 1));
    if (!secret_text.ok()) return report_error(secret_text.error());
    while (secret_text->ends_with('\n')) secret_text->pop_back();
    const auto secret = record::hash_from_base64(*secret_text);
    if (!secret)
      return report_error({ErrorKind::bad_input, "share", "the file holds no custodian's secret",
                           text.substr(equal + 1), ""});
    auto share = opened->record->vault().open_share(arguments.case_id, text.substr(0, equal), secret->bytes);
    if (!share.ok()) return report_error(share.error());
    shares.push_back(*share);
    names.items.push_back(record::Json::of(text.substr(0, equal)));
  }
  const auto unsealed = opened->record->vault().unseal(arguments.case_id, shares);
  if (!unsealed.ok()) return report_error(unsealed.error());
  return say(opened->record->append_system(
                 record::kUnsealed, arguments.case_id, signer_of(arguments, *opened->record),
                 {{"basis", record::Json::of(arguments.basis)}, {"custodians", names}}, wall_clock()),
             "the case is open again");
}

int run_shred(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  return say(opened->record->shred(arguments.id, signer_of(arguments, *opened->record), arguments.basis,
                                   wall_clock()),
             "the key of the act is destroyed: nobody can read it again");
}

int run_manifest(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  return say(
      opened->record->add_manifest(arguments.case_id, signer_of(arguments, *opened->record), wall_clock()),
      "the case has a manifest");
}

int run_rotate(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  return say(opened->record->rotate_key(signer_of(arguments, *opened->record), wall_clock(),
                                        record::system_random()),
             "the agency signs with a new key from now on");
}

// A redacted act. That it was disclosed, to whom and why, is itself recorded.
int run_disclose(const KeyArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  record::Record& record = *opened->record;
  const auto index = record.find(arguments.id);
  if (!index)
    return report_error(
        {ErrorKind::not_found, "act-missing", "no open act has the id `" + arguments.id + "`", "", ""});
  const auto head = head_for(record, arguments.place.dir, *index);
  if (!head.ok()) return report_error(head.error());
  const auto file = record.redact(*index, arguments.fields, *head);
  if (!file.ok()) return report_error(file.error());
  const auto stored = record.read(*index);
  if (!stored.ok()) return report_error(stored.error());
  record::Json fields = record::Json::list();
  for (const std::string& field : arguments.fields) fields.items.push_back(record::Json::of(field));
  const auto receipt = record.append_system(
      record::kDisclosed, stored->act ? stored->act->case_id : "", signer_of(arguments, record),
      {{"basis", record::Json::of(arguments.basis)}, {"entry", record::Json::of(*index)}, {"fields", fields}},
      wall_clock());
  if (!receipt.ok()) return report_error(receipt.error());
  const auto written = write_output(arguments.output, *file);
  return written.ok() ? 0 : report_error(written.error());
}

int run_custodian(const KeyArguments& arguments) {
  const record::Key seed = record::system_random().key();
  const tlog::Hash secret{seed};
  if (record::real_disk()->exists(arguments.output))
    return report_error({ErrorKind::conflict, "file-exists", "the file exists already", arguments.output,
                         "choose another name"});
  const auto written = write_output(arguments.output, record::to_base64(secret) + "\n");
  if (!written.ok()) return report_error(written.error());
  fmt::print("{}={}\n", arguments.id, record::to_base64(record::custodian_keys(seed).first));
  return 0;
}

}  // namespace

void add_record_key_commands(CLI::App& group, int& exit_code) {
  const auto add = [&](const char* name, const char* what, int (*run)(const KeyArguments&),
                       bool in_record = true) {
    auto arguments = std::make_shared<KeyArguments>();
    CLI::App* command = group.add_subcommand(name, what);
    if (in_record) {
      add_place_options(*command, arguments->place);
      command->add_option("--as", arguments->as,
                          "the agency that signs (default the first whose key is here)");
    }
    command->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
    return std::pair(command, arguments);
  };
  {
    auto [command, arguments] =
        add("seal", "hands a case's key to custodians, some of whom together can give it back", run_seal);
    command->add_option("--case", arguments->case_id, "the case")->required();
    command->add_option("--threshold", arguments->threshold, "how many custodians are needed")->required();
    command->add_option("--custodian", arguments->custodians, "name=<base64 public key>, once for each")
        ->required();
    command->add_option("--basis", arguments->basis, "the law or decision")->required();
  }
  {
    auto [command, arguments] =
        add("unseal", "gives a sealed case's key back, by a quorum of its custodians", run_unseal);
    command->add_option("--case", arguments->case_id, "the case")->required();
    command
        ->add_option("--share", arguments->shares, "name=<file with the custodian's secret>, once for each")
        ->required();
    command->add_option("--basis", arguments->basis, "the law or decision")->required();
  }
  {
    auto [command, arguments] =
        add("shred", "erases an act's content lawfully: destroys its key, keeps its proof", run_shred);
    command->add_option("--id", arguments->id, "the act")->required();
    command->add_option("--basis", arguments->basis, "the law or decision")->required();
  }
  {
    auto [command, arguments] = add(
        "disclose", "writes a redacted act: some fields, proven, and nothing of the others", run_disclose);
    command->add_option("--id", arguments->id, "the act")->required();
    command
        ->add_option("--field", arguments->fields, "a field or a branch, as data/ground or by; once for each")
        ->required();
    command->add_option("--basis", arguments->basis, "to whom and why")->required();
    command->add_option("-o,--output", arguments->output, "the file to write (default standard output)");
  }
  {
    auto [command, arguments] =
        add("manifest", "closes a case up to now: a dossier that ends with it is complete", run_manifest);
    command->add_option("--case", arguments->case_id, "the case")->required();
  }
  add("rotate", "gives the agency a new signing key, vouched for by the old one", run_rotate);
  {
    auto [command, arguments] =
        add("custodian", "makes a custodian's key pair; prints what `seal` wants", run_custodian, false);
    command->add_option("NAME", arguments->id, "the custodian's name")->required();
    command->add_option("-o,--output", arguments->output, "the file for the secret")->required();
  }
}

}  // namespace heng
