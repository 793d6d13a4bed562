// One spelling for what means the same, so that conditions and patterns can be compared as text.
#pragma once

#include <string>

#include "law/ast.h"

namespace heng::law {

std::string canon(const Path& path);
std::string canon(const Factor& factor);
std::string canon(const Operand& operand);
std::string canon(const Quantity& quantity);
std::string canon(const Atom& atom);
std::string canon(const Pattern& pattern);  // without its alias
std::string canon(const Condition& condition);

}  // namespace heng::law
