// OCEL 2.0 SQLite: event, object, event_object, object_object, and one table for each type.
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <unordered_map>

#include "act/ocel.h"
#include "base/text.h"

namespace heng {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class OcelSqlite {
 public:
  OcelSqlite(const std::string& path, Intake& intake) : path_(path), intake_(intake) {}

  Result<void> run(OcelLog& log) {
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0 &&
        static_cast<uint64_t>(status.st_size) > intake_.options.max_document_bytes)
      return Error{ErrorKind::bad_input, "ocel-too-large", "the file is too large, and OCEL must be held whole",
                   intake_.name(), "split the log, or give XES, CSV or NDJSON, which are streamed"};
    HENG_TRY_VOID(whole(static_cast<uint64_t>(status.st_size)));
    HENG_TRY_VOID(open());
    HENG_TRY_VOID(tables());
    std::unordered_map<std::string, size_t> objects;
    std::unordered_map<std::string, size_t> events;
    HENG_TRY_VOID(entities("object", log.objects, objects));
    HENG_TRY_VOID(entities("event", log.events, events));
    HENG_TRY_VOID(relations("event_object", "ocel_event_id", "ocel_object_id", log.events, events));
    HENG_TRY_VOID(relations("object_object", "ocel_source_id", "ocel_target_id", log.objects, objects));
    HENG_TRY_VOID(typed("event", log.events, events, log.event_types));
    return typed("object", log.objects, objects, log.object_types);
  }

 private:
  Error failed() const {
    return {ErrorKind::bad_input, "sqlite-damaged", fmt::format("SQLite says: {}", printable(sqlite3_errmsg(database_.get()))),
            intake_.name(), "the file is damaged or no OCEL 2.0: get it again"};
  }

  // SQLite does not miss pages that it is not asked for. Its header (file format, 1.3) says how many there are.
  Result<void> whole(uint64_t size) const {
    std::ifstream in(path_, std::ios::binary);
    unsigned char head[100] = {};
    in.read(reinterpret_cast<char*>(head), sizeof head);
    const auto number = [&head](size_t at) {
      return static_cast<uint64_t>(head[at]) << 24 | static_cast<uint64_t>(head[at + 1]) << 16 |
             static_cast<uint64_t>(head[at + 2]) << 8 | static_cast<uint64_t>(head[at + 3]);
    };
    const uint64_t stated = (number(16) >> 16);
    const uint64_t page = stated == 1 ? 65536 : stated;
    const bool current = number(24) == number(92);  // the change counter: else the count is an old one
    if (!in || (current && page * number(28) > size))
      return Error{ErrorKind::bad_input, "sqlite-damaged", "the SQLite file is cut off", intake_.name(),
                   "the file was not transferred whole: get it again"};
    return {};
  }

  Result<void> open() {
    sqlite3* raw = nullptr;
    const std::string uri = "file:" + escaped(path_) + "?mode=ro&immutable=1";
    const int code = sqlite3_open_v2(uri.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(raw);
    if (code != SQLITE_OK) return failed();
    // The file comes from outside: its schema may not run anything.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, static_cast<int>(intake_.options.max_token_bytes));
    if (sqlite3_exec(raw, "PRAGMA cell_size_check=ON", nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return {};
  }

  static std::string escaped(std::string_view path) {
    std::string out;
    for (const char c : path) out += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02x}", c) : std::string(1, c);
    return out;
  }

  Result<Statement> prepare(const std::string& sql) const {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK)
      return failed();
    return Statement(raw);
  }

  template <typename Row>
  Result<void> rows(const std::string& sql, const Row& row) const {
    HENG_TRY(const Statement statement, prepare(sql));
    for (;;) {
      const int code = sqlite3_step(statement.get());
      if (code == SQLITE_DONE) return {};
      if (code != SQLITE_ROW) return failed();
      HENG_TRY_VOID(row(statement.get()));
    }
  }

  std::string text(sqlite3_stmt* row, int column) const {
    const auto* bytes = sqlite3_column_text(row, column);
    if (bytes == nullptr) return "";
    const std::string_view raw(reinterpret_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(row, column)));
    if (is_utf8(raw)) return std::string(raw);
    intake_.odd("bad_utf8");  // shown as U+FFFD
    return scrub_utf8(raw);
  }

  // Only plain tables are read: a view or a virtual table could compute for ever.
  Result<void> tables() {
    HENG_TRY_VOID(rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'", [&](sqlite3_stmt* row) -> Result<void> {
      if (!text(row, 1).starts_with("CREATE VIRTUAL")) tables_[text(row, 0)] = true;
      return {};
    }));
    for (const char* needed : {"event", "object", "event_object", "event_map_type", "object_map_type"}) {
      if (!tables_.contains(needed))
        return Error{ErrorKind::bad_input, "ocel-syntax", fmt::format("the database has no table `{}`", needed), intake_.name(),
                     "an OCEL 2.0 log has the tables event, object, event_object, event_map_type, object_map_type"};
    }
    return {};
  }

  Result<void> entities(const char* table, std::vector<OcelEntity>& out, std::unordered_map<std::string, size_t>& index) const {
    return rows(fmt::format("SELECT ocel_id, ocel_type FROM {} ORDER BY rowid", quoted(table)),
                [&](sqlite3_stmt* row) -> Result<void> {
                  OcelEntity entity;
                  entity.id = text(row, 0);
                  entity.type = text(row, 1);
                  entity.where = fmt::format("{} {} `{}`", intake_.name(), table, printable(entity.id.substr(0, 60)));
                  index.emplace(entity.id, out.size());
                  out.push_back(std::move(entity));
                  return {};
                });
  }

  Result<void> relations(const char* table, const char* from, const char* to, std::vector<OcelEntity>& out,
                         const std::unordered_map<std::string, size_t>& index) {
    if (!tables_.contains(table)) return {};
    return rows(fmt::format("SELECT {}, {}, ocel_qualifier FROM {} ORDER BY rowid", from, to, quoted(table)),
                [&](sqlite3_stmt* row) -> Result<void> {
                  const auto found = index.find(text(row, 0));
                  if (found == index.end())
                    intake_.odd("relations_of_nothing");
                  else
                    out[found->second].relations.push_back({text(row, 1), text(row, 2)});
                  return {};
                });
  }

  Result<Value> cell(sqlite3_stmt* row, int column) {
    switch (sqlite3_column_type(row, column)) {
      case SQLITE_INTEGER: return Value::of(Decimal::of(sqlite3_column_int64(row, column)));
      case SQLITE_FLOAT: {
        char buffer[40];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, sqlite3_column_double(row, column)).ptr;
        return number_value({buffer, static_cast<size_t>(end - buffer)});
      }
      case SQLITE_BLOB: intake_.odd("mistyped_values"); [[fallthrough]];
      default: return Value::of(text(row, column));
    }
  }

  // event_<map> and object_<map>: one column for each attribute.
  Result<void> typed(const std::string& kind, std::vector<OcelEntity>& out, const std::unordered_map<std::string, size_t>& index,
                     OcelLog::Types& types) {
    std::vector<std::pair<std::string, std::string>> maps;
    HENG_TRY_VOID(rows(fmt::format("SELECT ocel_type, ocel_type_map FROM {}_map_type ORDER BY rowid", kind),
                       [&](sqlite3_stmt* row) -> Result<void> {
                         maps.emplace_back(text(row, 0), kind + "_" + text(row, 1));
                         return {};
                       }));
    for (const auto& [type, table] : maps) {
      if (!tables_.contains(table)) {
        intake_.odd("missing_type_tables");
        continue;
      }
      auto& attributes = types[type];
      HENG_TRY_VOID(rows(fmt::format("SELECT * FROM {} ORDER BY rowid", quoted(table)),
                         [&](sqlite3_stmt* row) { return typed_row(row, kind == "event", out, index, attributes); }));
    }
    return {};
  }

  Result<void> typed_row(sqlite3_stmt* row, bool event, std::vector<OcelEntity>& out,
                         const std::unordered_map<std::string, size_t>& index,
                         std::map<std::string, std::string, std::less<>>& types) {
    std::string id;
    std::string time;
    std::string changed;
    const int columns = sqlite3_column_count(row);
    for (int i = 0; i < columns; ++i) {
      const std::string_view name = sqlite3_column_name(row, i);
      if (name == "ocel_id") id = text(row, i);
      if (name == "ocel_time") time = text(row, i);
      if (name == "ocel_changed_field") changed = text(row, i);
    }
    const auto found = index.find(id);
    if (found == index.end()) {
      intake_.odd("rows_of_nothing");
      return {};
    }
    OcelEntity& entity = out[found->second];
    if (event) entity.time = time;
    for (int i = 0; i < columns; ++i) {
      const std::string name = scrub_utf8(sqlite3_column_name(row, i));
      if (name == "ocel_id" || name == "ocel_time" || name == "ocel_changed_field") continue;
      if (sqlite3_column_type(row, i) == SQLITE_NULL || (!changed.empty() && changed != name)) continue;
      const char* declared = sqlite3_column_decltype(row, i);
      const std::string_view type = declared != nullptr ? declared : "";
      // Our own writer keeps exact decimals as text; the column says what they are.
      if (type == "BOOLEAN" || type == "BOOLEANTEXT") types[name] = "boolean";
      if (type == "DECIMALTEXT") types[name] = "float";
      HENG_TRY(Value value, cell(row, i));
      if (type == "BOOLEAN" && value.kind == Value::Kind::number) value = Value::of(value.number.mantissa != 0);
      entity.attributes.push_back({name, event ? std::string() : time, std::move(value)});
    }
    return {};
  }

  const std::string& path_;
  Intake& intake_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::map<std::string, bool> tables_;
};

}  // namespace

Result<void> read_ocel_sqlite(const std::string& path, Intake& intake) {
  OcelLog log;
  HENG_TRY_VOID(OcelSqlite(path, intake).run(log));
  return acts_from_ocel(log, intake);
}

}  // namespace heng
