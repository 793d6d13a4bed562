// An act as an OCEL 2.0 event: attributes of one declared type each, relations to objects, the rest in `heng:act`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "act/act.h"

namespace heng {

struct OcelShape {
  std::vector<std::pair<std::string, std::string>> attributes;  // name, value as text
  std::vector<std::pair<std::string, std::string>> relations;   // object id, qualifier
};

class OcelShaper {
 public:
  struct Object {
    std::string id;
    std::string type;
    std::vector<std::pair<std::string, std::string>> attributes;
  };
  // attribute → string, float or boolean
  using Declared = std::vector<std::pair<std::string, std::string>>;

  OcelShape shape(const Act& act);
  const std::vector<Object>& objects() const { return objects_; }
  const std::map<std::string, Declared>& event_types() const { return event_types_; }

 private:
  bool declare(const std::string& type, const std::string& name, std::string_view kind);
  void relate(OcelShape& shape, std::string_view type, const std::string& id, std::string qualifier);
  bool documents_agree(const Act& act);

  std::vector<Object> objects_;
  std::unordered_map<std::string, size_t> index_;
  std::map<std::string, Declared> event_types_;
  std::map<std::string, std::map<std::string, std::pair<std::string, std::string>>> lower_;  // type → lower name → name, kind
};

}  // namespace heng
