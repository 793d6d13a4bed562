// Result<T>: a value, or an Error that says what, where and what next. No exception crosses a folder.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace heng {

// Which exit code and which treatment an error gets (contracts: 2 usage, 3 bad input, …).
enum class ErrorKind { usage, bad_input, verification, not_found, denied, conflict, unreachable, environment };

struct Error {
  ErrorKind kind = ErrorKind::bad_input;
  std::string code;   // stable, e.g. "xml-truncated"; documented in docs/explain/<code>.md
  std::string what;   // what is wrong, lower case, the user's text in backticks
  std::string where;  // file:line, empty if not known
  std::string help;   // how to mend it, empty if nothing useful can be said

  // One line for a terminal: "where: what (help: …)".
  std::string text() const {
    std::string out;
    if (!where.empty()) out += where + ": ";
    out += what;
    if (!code.empty()) out += " [" + code + "]";
    if (!help.empty()) out += "; help: " + help;
    return out;
  }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return *error_; }

 private:
  std::optional<Error> error_;
};

#define HENG_CONCAT2(a, b) a##b
#define HENG_CONCAT(a, b) HENG_CONCAT2(a, b)
// HENG_TRY(auto x, f()): x = the value, or return the error from the function around it.
#define HENG_TRY(target, expression)                                                     \
  auto HENG_CONCAT(try_, __LINE__) = (expression);                                       \
  if (!HENG_CONCAT(try_, __LINE__).ok()) return std::move(HENG_CONCAT(try_, __LINE__)).error(); \
  target = std::move(HENG_CONCAT(try_, __LINE__)).value()
#define HENG_TRY_VOID(expression)                                            \
  do {                                                                       \
    auto try_void_result = (expression);                                     \
    if (!try_void_result.ok()) return try_void_result.error();               \
  } while (false)

// For what only a bug can do; stays on in release.
#define HENG_ASSERT(condition)                                                                     \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::fprintf(stderr, "heng: assertion failed at %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)

}  // namespace heng
