// CSV → acts, by a mapping; our own CSV needs none. RFC 4180 with any one-byte delimiter, quotes doubled inside quotes.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "act/csv.h"
#include "act/encoding.h"
#include "act/intake.h"
#include "base/json.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr size_t kChunk = 64 << 10;

// Records from pieces of UTF-8. The caller takes each with next().
class Records {
 public:
  Records(char delimiter, char quote, uint64_t max_bytes, uint64_t max_columns)
      : delimiter_(delimiter), quote_(quote), max_bytes_(max_bytes), max_columns_(max_columns) {}

  struct Record {
    std::vector<std::string> cells;
    uint64_t line = 0;       // where it begins
    bool too_long = false;   // cells are not to be used
    bool bad_quote = false;  // something follows a closing quote
    bool open_quote = false;  // the file ends inside quotes
  };

  // `take(Record&)` for every record that ends in `text`.
  template <typename Take>
  void feed(std::string_view text, const Take& take) {
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (in_quotes_) {
        if (c == quote_) {
          in_quotes_ = false;
          after_quote_ = true;
          continue;
        }
        const size_t end = std::min(text.find(quote_, i), text.size());
        newlines_ += static_cast<uint64_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                      text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
        append(text.substr(i, end - i));
        i = end - 1;
        continue;
      }
      if (after_quote_ && c == quote_) {  // a doubled quote
        append(std::string_view(&c, 1));
        after_quote_ = false;
        in_quotes_ = true;
        continue;
      }
      if (c == '\n') {
        end_record(take);
      } else if (c == delimiter_) {
        end_cell();
      } else if (c == '\r') {
        pending_cr_ = true;
        continue;
      } else if (c == quote_ && cell_.empty() && !after_quote_) {
        in_quotes_ = true;
        quoted_ = true;
      } else {
        if (after_quote_) record_.bad_quote = true;
        size_t end = i + 1;
        while (end < text.size() && text[end] != '\n' && text[end] != delimiter_ && text[end] != '\r' && text[end] != quote_) ++end;
        append(text.substr(i, end - i));
        i = end - 1;
      }
      pending_cr_ = false;
    }
  }

  template <typename Take>
  void finish(const Take& take) {
    record_.open_quote = in_quotes_;
    if (!cell_.empty() || quoted_ || !record_.cells.empty() || record_.too_long) end_record(take);
  }

 private:
  void append(std::string_view text) {
    if (pending_cr_) {
      cell_ += '\r';
      pending_cr_ = false;
    }
    bytes_ += text.size();
    if (bytes_ > max_bytes_)
      record_.too_long = true;
    else
      cell_ += text;
  }

  void end_cell() {
    if (record_.cells.size() < max_columns_)
      record_.cells.push_back(std::move(cell_));
    else
      record_.too_long = true;
    cell_.clear();
    quoted_ = after_quote_ = false;
  }

  template <typename Take>
  void end_record(const Take& take) {
    pending_cr_ = false;
    end_cell();
    record_.line = line_;
    line_ += newlines_ + 1;
    take(record_);
    record_.cells.clear();
    record_.too_long = record_.bad_quote = false;
    newlines_ = 0;
    bytes_ = 0;
  }

  char delimiter_;
  char quote_;
  uint64_t max_bytes_;
  uint64_t max_columns_;
  Record record_;
  std::string cell_;
  uint64_t line_ = 1;
  uint64_t newlines_ = 0;
  uint64_t bytes_ = 0;
  bool in_quotes_ = false;
  bool after_quote_ = false;
  bool quoted_ = false;
  bool pending_cr_ = false;
};

char likely_delimiter(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char sign : {',', ';', '\t', '|'}) {
    const auto count = std::count(line.begin(), line.end(), sign);
    if (count > most) {
      most = count;
      best = sign;
    }
  }
  return best;
}

class CsvReader {
 public:
  explicit CsvReader(Intake& intake) : intake_(intake), mapping_(intake.mapping), json_(intake.limits()) {}

  Result<void> header(Records::Record& record) {
    columns_ = record.cells;
    if (!columns_.empty() && columns_[0].starts_with("\xEF\xBB\xBF")) columns_[0].erase(0, 3);
    own_ = std::equal(columns_.begin(), columns_.end(), std::begin(kCsvColumns), std::end(kCsvColumns));
    if (own_) return {};
    uses_.assign(columns_.size(), Use::data);
    if (intake_.options.mapping_path.empty()) return needs_mapping();
    HENG_TRY_VOID(place(mapping_.type.column, Use::taken, type_));
    HENG_TRY_VOID(place(mapping_.case_id.column, Use::taken, case_));
    HENG_TRY_VOID(place(mapping_.agency.column, Use::taken, agency_));
    HENG_TRY_VOID(place(mapping_.id.column, Use::taken, id_));
    HENG_TRY_VOID(place(mapping_.at_column, Use::taken, at_));
    HENG_TRY_VOID(place(mapping_.recorded_column, Use::taken, recorded_));
    if (!type_ && mapping_.type.constant.empty())
      return bad_mapping("the mapping does not say which column holds the `type`");
    if (!at_) return bad_mapping("the mapping does not say which column holds the time (`at`)");
    for (const bool by : {true, false}) {
      for (const Mapping::PartyColumn& party : by ? mapping_.by : mapping_.on) {
        Party2 columns{by, {}, {}, party.role};
        HENG_TRY_VOID(place(party.column, Use::taken, columns.id));
        HENG_TRY_VOID(place(party.role_column, Use::taken, columns.role));
        parties_.push_back(columns);
      }
    }
    return {};
  }

  void row(Records::Record& record) {
    if (record.cells.size() == 1 && record.cells[0].empty() && columns_.size() > 1) {
      intake_.odd("blank_lines");
      return;
    }
    ++intake_.report.read;
    ++rows_;
    const std::string where = intake_.at_line(record.line);
    if (record.open_quote)
      return intake_.refuse(where, {ErrorKind::bad_input, "csv-open-quote", "a quote is not closed before the end of the file", "",
                                    "the file is cut off, or a quote is missing in this row"});
    if (record.too_long)
      return intake_.refuse(where, {ErrorKind::bad_input, "csv-too-long", "the row is too long or has too many columns", "",
                                    "a quote may not be closed: look at the rows above"});
    if (record.bad_quote)
      return intake_.refuse(where, {ErrorKind::bad_input, "csv-quote", "something follows a closing quote", "",
                                    "write a quote inside quotes twice"});
    if (record.cells.size() != columns_.size())
      return intake_.refuse(where, {ErrorKind::bad_input, "csv-columns",
                                    fmt::format("the row has {} cells, the header {}", record.cells.size(), columns_.size()),
                                    "", "put cells that hold the delimiter in quotes"});
    for (const std::string& cell : record.cells) {
      if (is_utf8(cell)) continue;
      return intake_.refuse(where, {ErrorKind::bad_input, "csv-encoding", "the row is not valid UTF-8", "",
                                    "name the encoding in the mapping file, \"encoding\": \"gb18030\""});
    }
    auto done = own_ ? own_row(record.cells) : mapped_row(record.cells);
    if (done.ok()) done = intake_.check_ids(act_);
    if (!done.ok()) return intake_.refuse(where, done.error());
    if (act_.case_id.empty())
      intake_.odd("caseless_acts");
    else
      intake_.cases.of(act_.case_id);
    intake_.deliver(act_);
  }

 private:
  enum class Use { data, taken };
  struct Party2 {
    bool by;
    std::optional<size_t> id;
    std::optional<size_t> role;
    std::string constant_role;
  };

  Error bad_mapping(std::string what) const {
    return {ErrorKind::bad_input, "mapping-invalid", std::move(what), intake_.options.mapping_path, "see docs/format/mapping.md"};
  }

  Error needs_mapping() const {
    std::string list;
    for (size_t i = 0; i < columns_.size() && i < 40; ++i)
      list += (i > 0 ? ", `" : "`") + printable(scrub_utf8(columns_[i].substr(0, 60))) + "`";
    return {ErrorKind::bad_input, "csv-needs-mapping", fmt::format("nothing says what the columns {} mean", list),
            intake_.at_line(1),
            "write a mapping file, {\"type\":\"COLUMN\",\"case\":\"COLUMN\",\"at\":\"COLUMN\",\"zone\":\"Asia/Shanghai\"}, "
            "and name it with --map"};
  }

  Result<void> place(const std::string& name, Use use, std::optional<size_t>& out) {
    if (name.empty()) return {};
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end()) {
      const auto near = suggest(name, columns_, 1);
      Error error = bad_mapping(fmt::format("the file has no column `{}`", printable(name)));
      if (!near.empty()) error.help = fmt::format("did you mean `{}`?", near[0]);
      return error;
    }
    out = static_cast<size_t>(found - columns_.begin());
    uses_[*out] = use;
    return {};
  }

  // The columns are the act's own fields, lists and data as JSON: one line of NDJSON in other clothes.
  Result<void> own_row(std::vector<std::string>& cells) {
    line_ = "{";
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string_view cell = cells[i];
      if (cell.empty()) continue;
      if (cell[0] == '\'') cell.remove_prefix(1);  // our writer's guard against formulas
      if (line_.size() > 1) line_ += ',';
      append_json_string(line_, kCsvColumns[i]);
      line_ += ':';
      if (is_json_column(i))
        line_ += cell;
      else
        append_json_string(line_, cell);
    }
    line_ += '}';
    return json_.read(line_, act_);
  }

  static std::string renamed(const Mapping::Text& text, const std::string& value) {
    const auto found = text.values.find(value);
    return found == text.values.end() ? value : found->second;
  }

  Result<void> mapped_row(std::vector<std::string>& cells) {
    Act& act = act_;
    act = Act{};
    act.type = type_ ? renamed(mapping_.type, cells[*type_]) : mapping_.type.constant;
    if (act.type.empty()) {
      intake_.odd("unnamed_events");
      act.type = "unnamed";
    }
    act.case_id = case_ ? renamed(mapping_.case_id, cells[*case_]) : mapping_.case_id.constant;
    act.agency = agency_ ? renamed(mapping_.agency, cells[*agency_]) : std::string();
    if (act.agency.empty()) act.agency = intake_.default_agency;
    if (act.agency.empty()) {
      act.agency = "unknown";
      intake_.odd("unknown_agency");
    }
    act.id = id_ ? cells[*id_] : fmt::format("e{:06}", rows_);
    if (cells[*at_].empty())
      return Error{ErrorKind::bad_input, "csv-no-time", fmt::format("`{}` is empty", columns_[*at_]), "",
                   "an act needs the time it was done"};
    HENG_TRY(const ForeignTime at, parse_foreign_time(cells[*at_], mapping_.at_format));
    HENG_TRY(act.at, intake_.time(at, cells[*at_]));
    if (recorded_ && !cells[*recorded_].empty()) {
      HENG_TRY(act.recorded, intake_.time(cells[*recorded_]));
    }
    for (const Party2& party : parties_) {
      if (cells[*party.id].empty()) continue;
      std::string role = party.role ? cells[*party.role] : std::string();
      (party.by ? act.by : act.on).push_back({cells[*party.id], role.empty() ? party.constant_role : role});
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      if (uses_[i] == Use::taken) continue;
      if (cells[i].empty()) {
        const auto found = mapping_.fields.find(columns_[i]);
        if (found != mapping_.fields.end() && found->second.blank)
          act.data.emplace_back(found->second.name.empty() ? columns_[i] : found->second.name, Value{});
        continue;
      }
      act.data.emplace_back(columns_[i], Value::of(std::move(cells[i])));
    }
    intake_.rename_fields(act.data);
    intake_.odd("duplicate_attributes", make_keys_unique(act.data));
    return {};
  }

  Intake& intake_;
  const Mapping& mapping_;
  ActReader json_;
  std::vector<std::string> columns_;
  std::vector<Use> uses_;
  std::vector<Party2> parties_;
  std::optional<size_t> type_, case_, agency_, id_, at_, recorded_;
  bool own_ = false;
  uint64_t rows_ = 0;
  std::string line_;
  Act act_;
};

std::string encoding_of(std::string_view head, const Mapping& mapping) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) return "UTF-16";
  return mapping.encoding;
}

}  // namespace

Result<void> read_csv(Source& source, Intake& intake) {
  std::optional<Transcoder> transcoder;
  const std::string encoding = encoding_of(source.head(), intake.mapping);
  if (!encoding.empty()) {
    HENG_TRY(Transcoder made, Transcoder::from(encoding));
    transcoder.emplace(std::move(made));
  }
  char delimiter = intake.mapping.delimiter;
  if (delimiter == 0) {
    std::string head(source.head());
    head.erase(std::remove(head.begin(), head.end(), '\0'), head.end());  // UTF-16 is near enough for counting
    delimiter = likely_delimiter(head);
  }
  Records records(delimiter, intake.mapping.quote, intake.options.max_line_bytes, intake.options.max_fields);
  CsvReader reader(intake);
  bool first = true;
  Result<void> header;
  const auto take = [&](Records::Record& record) {
    if (!header.ok()) return;
    if (first) {
      first = false;
      header = reader.header(record);
    } else {
      reader.row(record);
    }
  };
  std::string bytes(kChunk, '\0');
  std::string utf8;
  for (;;) {
    HENG_TRY(const size_t got, source.read(bytes.data(), bytes.size()));
    intake.progress(source);
    std::string_view piece(bytes.data(), got);
    Result<void> decoded;
    if (transcoder) {
      utf8.clear();
      decoded = got > 0 ? transcoder->feed(piece, utf8) : transcoder->finish(utf8);
      piece = utf8;
    }
    records.feed(piece, take);
    if (got == 0) records.finish(take);
    HENG_TRY_VOID(header);
    HENG_TRY_VOID(decoded);
    if (got == 0) break;
  }
  return {};
}

}  // namespace heng
