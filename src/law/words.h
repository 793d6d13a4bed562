// The words of the language in both spellings, English and Chinese. The lexer and the parser read either, the
// formatter writes either. A declaration that begins with a Chinese word is read with the Chinese spellings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heng::law {

// What a word of the language is used as. One English word may have several uses (`no`, `time`), each with
// one Chinese spelling of its own.
enum class WordRole : uint8_t {
  none,     // a name
  keyword,  // declaration, clause and connecting words
  value,    // yes, no
  type,     // number, text, one of, …
  unit,     // hours, days, months, years
};

struct Phrase {
  WordRole role = WordRole::keyword;
  std::vector<std::string_view> english;  // one word or more: "met by"
  std::string_view chinese;               // one word
};

const std::vector<Phrase>& phrases();
// The phrase a Chinese word stands for, nullptr if none.
const Phrase* phrase_of_chinese(std::string_view word);
// The longest phrase of this role that begins `words` (English), nullptr if none.
const Phrase* longest_phrase(WordRole role, std::span<const std::string_view> words);

// The words that begin declarations, in English. `watch` and `duty` are reserved for later.
const std::vector<std::string>& declaration_words();
bool is_declaration_word(std::string_view english);

}  // namespace heng::law
