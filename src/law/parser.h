// Words to the syntax tree of ast.h. Never fails as a whole: a bad item costs its line, a bad clause its
// lines, a bad declaration the lines up to the next one in column 0; each costs one diagnostic.
#pragma once

#include "law/ast.h"
#include "law/diagnostics.h"

namespace heng::law {

// `index` becomes Span::file. Declarations that could be named are in the result even if they are incomplete;
// check diagnostics.ok() before giving their words a meaning.
File parse(const SourceFile& source, uint32_t index, Diagnostics& diagnostics);

}  // namespace heng::law
