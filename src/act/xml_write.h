// Text as XML 1.0 carries it.
#pragma once

#include <string>
#include <string_view>

namespace heng {

// False if XML 1.0 cannot carry the text: controls but tab, newline and return; U+FFFE, U+FFFF. Valid UTF-8 is assumed.
bool xml_can_carry(std::string_view text);
// Escaped for an attribute in double quotes or for text between tags; whitespace survives normalisation.
void append_xml_text(std::string& out, std::string_view text);

// U+FFFE and U+FFFF in JSON become \ufffe and \uffff; its controls are escaped already. Then XML can carry it.
void make_json_xml_safe(std::string& json);

}  // namespace heng
