// The style and the script of the printed book, inlined in the page.
#pragma once

#include <string_view>

namespace heng::law {

extern const std::string_view kBookStyle;
extern const std::string_view kBookScript;

}  // namespace heng::law
