// Acts → OCEL 2.0 SQLite. One table for each event type; columns are added as attributes appear.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "act/ocel_shape.h"
#include "act/write.h"
#include "base/text.h"
#include "base/time.h"

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
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

constexpr const char* kSchema =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
    "CREATE TABLE event_map_type(ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);"
    "CREATE TABLE object_map_type(ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);"
    "CREATE TABLE event(ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type(ocel_type));"
    "CREATE TABLE object(ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type(ocel_type));"
    "CREATE TABLE event_object(ocel_event_id TEXT REFERENCES event(ocel_id), ocel_object_id TEXT REFERENCES object(ocel_id),"
    " ocel_qualifier TEXT, PRIMARY KEY(ocel_event_id, ocel_object_id, ocel_qualifier));"
    "CREATE TABLE object_object(ocel_source_id TEXT REFERENCES object(ocel_id), ocel_target_id TEXT REFERENCES object(ocel_id),"
    " ocel_qualifier TEXT, PRIMARY KEY(ocel_source_id, ocel_target_id, ocel_qualifier));";

class SqliteWriter final : public ActWriter {
 public:
  explicit SqliteWriter(sqlite3* database) : database_(database) {}

  Result<void> add(const Act& act) override {
    const OcelShape shape = shaper_.shape(act);
    HENG_TRY(const std::string table, table_of(act.type, shape));
    HENG_TRY_VOID(insert("INSERT INTO event VALUES(?,?)", {act.id, act.type}));
    for (const auto& [object, qualifier] : shape.relations)
      HENG_TRY_VOID(insert("INSERT INTO event_object VALUES(?,?,?)", {act.id, object, qualifier}));
    std::string columns = "ocel_id, ocel_time";
    std::string marks = "?,?";
    std::vector<std::string_view> values = {act.id};
    const std::string time = format_rfc3339(act.at);
    values.push_back(time);
    for (const auto& [name, value] : shape.attributes) {
      columns += ", " + quoted(name);
      marks += ",?";
      values.push_back(value);
    }
    return insert(fmt::format("INSERT INTO {}({}) VALUES({})", table, columns, marks), values);
  }

  Result<void> finish() override {
    for (const char* type : {"agency", "case", "person", "document"}) {
      HENG_TRY_VOID(insert("INSERT INTO object_map_type VALUES(?,?)", {type, type}));
      const bool document = std::string_view(type) == "document";
      HENG_TRY_VOID(execute(fmt::format("CREATE TABLE object_{}(ocel_id TEXT REFERENCES object(ocel_id), ocel_time TIMESTAMP,"
                                        " ocel_changed_field TEXT{})",
                                        type, document ? ", kind TEXT, sha256 TEXT, title TEXT" : "")));
    }
    for (const OcelShaper::Object& object : shaper_.objects()) {
      HENG_TRY_VOID(insert("INSERT INTO object VALUES(?,?)", {object.id, object.type}));
      std::string columns = "ocel_id, ocel_time";
      std::string marks = "?,?";
      std::vector<std::string_view> values = {object.id, "1970-01-01T00:00:00Z"};
      for (const auto& [name, value] : object.attributes) {
        columns += ", " + name;
        marks += ",?";
        values.push_back(value);
      }
      HENG_TRY_VOID(insert(fmt::format("INSERT INTO object_{}({}) VALUES({})", object.type, columns, marks), values));
    }
    return execute("COMMIT");
  }

 private:
  Error failed() const {
    return {ErrorKind::environment, "write-failed",
            fmt::format("SQLite says: {}", printable(sqlite3_errmsg(database_.get()))), "", "check the path and the free space"};
  }

  Result<void> execute(const std::string& sql) {
    if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return {};
  }

  Result<void> insert(const std::string& sql, const std::vector<std::string_view>& values) {
    Statement& statement = statements_[sql];
    if (!statement) {
      sqlite3_stmt* raw = nullptr;
      if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) return failed();
      statement.reset(raw);
    }
    for (size_t i = 0; i < values.size(); ++i)
      sqlite3_bind_text(statement.get(), static_cast<int>(i) + 1, values[i].data(), static_cast<int>(values[i].size()),
                        SQLITE_STATIC);
    const bool done = sqlite3_step(statement.get()) == SQLITE_DONE;
    sqlite3_reset(statement.get());
    if (!done) return failed();
    if (statements_.size() > 200) statements_.clear();
    return {};
  }

  // The type's table, with a column for every attribute of this event.
  Result<std::string> table_of(const std::string& type, const OcelShape& shape) {
    auto [at, fresh] = tables_.try_emplace(type);
    Table& table = at->second;
    if (fresh) {
      std::string map;
      for (const char c : type) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_') map += c;
      }
      map += fmt::format("{}{}", map.empty() ? "t" : "_", tables_.size());  // unique, whatever was left out
      table.name = "event_" + map;
      HENG_TRY_VOID(insert("INSERT INTO event_map_type VALUES(?,?)", {type, map}));
      HENG_TRY_VOID(execute(fmt::format("CREATE TABLE {}(ocel_id TEXT PRIMARY KEY REFERENCES event(ocel_id), ocel_time TIMESTAMP)",
                                        quoted(table.name))));
    }
    for (const auto& [name, value] : shape.attributes) {
      if (table.columns.contains(name)) continue;
      std::string_view kind = "TEXT";
      for (const auto& [declared, type_name] : shaper_.event_types().at(type)) {
        if (declared == name) kind = type_name == "float" ? "DECIMALTEXT" : type_name == "boolean" ? "BOOLEANTEXT" : "TEXT";
      }
      HENG_TRY_VOID(execute(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", quoted(table.name), quoted(name), kind)));
      table.columns.emplace(name, true);
    }
    return quoted(table.name);
  }

  struct Table {
    std::string name;
    std::map<std::string, bool, std::less<>> columns;
  };

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  OcelShaper shaper_;
  std::map<std::string, Table> tables_;
  std::map<std::string, Statement> statements_;  // closed before the database
};

}  // namespace

Result<std::unique_ptr<ActWriter>> make_sqlite_writer(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0)
    return Error{ErrorKind::usage, "file-exists", fmt::format("`{}` is there already", path), "", "name a new file"};
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto writer = std::make_unique<SqliteWriter>(database);
  if (code != SQLITE_OK || sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK)
    return Error{ErrorKind::environment, "write-failed", fmt::format("cannot write `{}`: {}", path, sqlite3_errmsg(database)), "",
                 "check the path and the free space"};
  return std::unique_ptr<ActWriter>(std::move(writer));
}

}  // namespace heng
