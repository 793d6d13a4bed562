// Text inside HTML.
#pragma once

#include <string>
#include <string_view>

namespace heng::law {

std::string escape_html(std::string_view text);  // & < > " '; control characters become U+FFFD

}  // namespace heng::law
