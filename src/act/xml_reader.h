// Expat behind a guard: no DTD, no entities, limits on depth and token size, encodings expat does not know through
// iconv, errors with a place. Handlers see local element names and UTF-8 attributes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "act/intake.h"

namespace heng {

class XmlReader;

// `attributes` as expat gives them: name, value, …, null.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(const char* name, const char** attributes) = 0;
  virtual void end() = 0;
  virtual void text(std::string_view) {}
  virtual bool wants_text() const { return false; }
  // At the end of a whole document.
  virtual void finish() {}
};

class XmlReader {
 public:
  // Called with the first element inside <log> (empty if there is none).
  using Choose = std::unique_ptr<XmlHandler> (*)(const char* name, XmlReader& reader, Intake& intake);

  XmlReader(Source& source, Intake& intake, Choose choose);
  ~XmlReader();
  Result<void> run();

  std::string where() const;   // file:line of the current element; costs a scan
  uint64_t byte() const;       // cheap
  void stop(Error error);      // reading ends with this error
  bool stopped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The value of attribute `name`, or null.
inline const char* xml_attribute(const char** attributes, std::string_view name) {
  for (; attributes[0] != nullptr; attributes += 2) {
    if (name == attributes[0]) return attributes[1];
  }
  return nullptr;
}

std::unique_ptr<XmlHandler> make_xes_handler(XmlReader& reader, Intake& intake);
std::unique_ptr<XmlHandler> make_ocel_handler(XmlReader& reader, Intake& intake);

}  // namespace heng
