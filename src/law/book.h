// A pack as a book: one self-contained HTML page, Chinese and English, for people who read law and not
// programs.
#pragma once

#include <string>

#include "law/load.h"

namespace heng::law {

// Section by section in the order of the files; each rule beside its articles, its clock as a time line, its
// stories as examples; search in the page; an index from articles to rules. Nothing is loaded from elsewhere.
std::string book_html(const Pack& pack, const PackSet& packs);

}  // namespace heng::law
