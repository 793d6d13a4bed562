// Text inside HTML.
#pragma once

#include <string>
#include <string_view>

namespace heng::law {

std::string escape_html(std::string_view text);  // & < > " '; control characters become U+FFFD

// Escaped too; backticks mark the author's words, in the page they are <code>.
std::string code_marks(std::string_view text);

}  // namespace heng::law
