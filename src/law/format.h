// The one layout of a law file: two spaces, the clause word padded to ten columns, items under the first,
// clauses in the order of the grammar, one empty line between declarations, `cites` of a clause under one
// another, comments kept with their line. Formatting twice changes nothing, and what is parsed afterwards is
// what was parsed before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "law/ast.h"

namespace heng::law {

enum class Words : uint8_t { as_written, english, chinese };

// Fails (bad_input, the code of the first diagnostic) on a file that does not parse: what is not understood
// is not moved. With `words` other than as_written the words of the language are turned, and the pack's
// `words` clause says so.
Result<std::string> format(const SourceFile& source, Words words = Words::as_written);

}  // namespace heng::law
