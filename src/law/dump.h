// The syntax tree as text, without places: what the tests compare, and what says that a formatter kept the
// meaning.
#pragma once

#include <string>

#include "law/ast.h"

namespace heng::law {

std::string dump(const File& file);
std::string dump(const Condition& condition);

}  // namespace heng::law
