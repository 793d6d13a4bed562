// heng import and heng export: foreign logs in, acts out, and back.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "act/json.h"
#include "act/read.h"
#include "act/write.h"
#include "cli/cli.h"
#include "cli/history_options.h"

namespace heng {
namespace {

struct ImportArguments {
  std::string file;
  std::string map;
  std::string zone;
  std::string agency;
  std::string report;
  std::string format = "auto";
  std::string to;
  std::string out = "-";
};

int fail(const Error& error) {
  print_error(error);
  return exit_code_of(error);
}

// A file or standard output; remembers the first failure.
class Output {
 public:
  explicit Output(const std::string& path)
      : path_(path), file_(path == "-" ? stdout : std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) note_failure();
  }
  ~Output() {
    if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool write(std::string_view bytes) {
    if (failed_ || std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return !failed_;
    note_failure();
    return false;
  }
  bool close() {
    if (!failed_ && std::fflush(file_) != 0) note_failure();
    return !failed_;
  }
  bool ok() const { return !failed_; }
  Error error() const {
    return {ErrorKind::environment, "write-failed", fmt::format("cannot write `{}`: {}", path_, why_), "",
            "check the path and the free space"};
  }

 private:
  void note_failure() {
    failed_ = true;
    why_ = std::strerror(errno);
  }
  std::string path_;
  std::FILE* file_;
  bool failed_ = false;
  std::string why_;
};

Result<ReadOptions> options_of(const ImportArguments& arguments) {
  ReadOptions options;
  HENG_TRY(options.format, format_named(arguments.format));
  options.mapping_path = arguments.map;
  options.zone = arguments.zone;
  options.agency = arguments.agency;
  if (isatty(STDERR_FILENO) != 0) {
    options.on_progress = [shown = uint64_t{0}](uint64_t read, uint64_t total) mutable {
      if (read < shown + (16 << 20)) return;
      shown = read;
      if (total > 0)
        fmt::print(stderr, "\r{} MB of {} MB ", read >> 20, total >> 20);
      else
        fmt::print(stderr, "\r{} MB ", read >> 20);
    };
  }
  return options;
}

// The report on standard error and in its file; then the exit code.
int finish(const Result<ImportReport>& done, const ImportReport& report, const ImportArguments& arguments) {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  if (!report.file.empty()) fmt::print(stderr, "{}", report.to_text());
  if (!arguments.report.empty()) {
    Output file(arguments.report);
    if (!file.ok() || !file.write(report.to_json()) || !file.write("\n") || !file.close()) return fail(file.error());
  }
  if (!done.ok()) return fail(done.error());
  if (report.refused > 0) {
    fmt::print(stderr, "heng: {} of {} refused\n", report.refused, report.read);
    return 3;
  }
  return 0;
}

int run_import(const ImportArguments& arguments) {
  const auto options = options_of(arguments);
  if (!options.ok()) return fail(options.error());
  Output output("-");
  std::string buffer;
  ImportReport report;
  const auto done = read_acts(
      arguments.file, *options,
      [&](Act& act) {
        append_act_json(buffer, act);
        buffer += '\n';
        if (buffer.size() < (64 << 10)) return;
        output.write(buffer);
        buffer.clear();
      },
      &report);
  output.write(buffer);
  if (!output.close()) return fail(output.error());
  return finish(done, report, arguments);
}

int run_export(const ImportArguments& arguments) {
  const auto options = options_of(arguments);
  if (!options.ok()) return fail(options.error());
  const auto format = export_format_named(arguments.to);
  if (!format.ok()) return fail(format.error());
  std::unique_ptr<Output> output;
  std::unique_ptr<ActWriter> writer;
  if (*format == ExportFormat::ocel_sqlite) {
    if (arguments.out == "-")
      return fail({ErrorKind::usage, "export-needs-file", "SQLite cannot be written to a stream", "", "name a file with -o"});
    auto made = make_sqlite_writer(arguments.out);
    if (!made.ok()) return fail(made.error());
    writer = std::move(*made);
  } else {
    output = std::make_unique<Output>(arguments.out);
    if (!output->ok()) return fail(output->error());
    writer = make_writer(*format, [&](std::string_view bytes) { return output->write(bytes); });
  }
  ImportReport report;
  Result<void> written;
  const auto done = read_acts(
      arguments.file, *options,
      [&](Act& act) {
        if (written.ok()) written = writer->add(act);
      },
      &report);
  if (written.ok()) written = writer->finish();
  if (output && !output->close()) return fail(output->error());
  if (!written.ok()) return fail(written.error());
  return finish(done, report, arguments);
}

void add_reading_options(CLI::App& command, ImportArguments& arguments) {
  command.add_option("FILE", arguments.file, "NDJSON, CSV, XES or OCEL, gz or not; - is standard input")->required();
  command.add_option("--map", arguments.map, "mapping file (docs/format/mapping.md)")->type_name("M");
  command.add_option("--zone", arguments.zone, "IANA zone of times without offset, Asia/Shanghai")->type_name("ZONE");
  command.add_option("--agency", arguments.agency, "who did the acts that name no agency")->type_name("ID");
  command.add_option("--report", arguments.report, "write the report here as JSON")->type_name("FILE");
  command.add_option("--format", arguments.format,
                     "auto, ndjson, csv, xes, ocel2-json, ocel2-xml, ocel2-sqlite, ocel1-json");
}

}  // namespace

void add_import_commands(CLI::App& app, int& exit_code) {
  auto in = std::make_shared<ImportArguments>();
  CLI::App* import = app.add_subcommand("import", "read a foreign log, write acts as NDJSON");
  add_reading_options(*import, *in);
  import->footer(
      "Examples:\n"
      "  heng import fines.xes.gz > fines.ndjson\n"
      "  heng import custody.csv --map custody.map.json --report odd.json > custody.ndjson\n"
      "Exit codes: 0 all read, 2 usage, 3 something was refused (told on standard error and in the report), 5 no such file, 70 not written.");
  import->callback([in, &exit_code] { exit_code = run_import(*in); });

  auto out = std::make_shared<ImportArguments>();
  CLI::App* export_ = app.add_subcommand("export", "write acts as XES, OCEL, CSV or NDJSON");
  add_reading_options(*export_, *out);
  export_->add_option("--to", out->to, "xes, ocel, ocel-xml, ocel-sqlite, csv or ndjson")->required();
  export_->add_option("-o,--out", out->out, "write here instead of standard output")->type_name("FILE");
  export_->footer(
      "Examples:\n"
      "  heng export acts.ndjson --to xes -o acts.xes\n"
      "  heng export acts.ndjson --to ocel-sqlite -o acts.sqlite\n"
      "Exit codes: as `heng import`.");
  export_->callback([out, &exit_code] { exit_code = run_export(*out); });
}

}  // namespace heng
