#include "record/receipt.h"

#include "record/leaf.h"
#include "tlog/checkpoint.h"

namespace heng::record {
namespace {

constexpr std::string_view kReceipt = "heng.receipt/1\n";

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "receipt-malformed", std::move(what), "", ""};
}

}  // namespace

std::string submission_message(std::string_view body, bool batch) {
  return std::string("heng.submission/1\n") + (batch ? "batch" : "each") + "\n" +
         tlog::to_hex(tlog::sha256(body).view()) + "\n";
}

tlog::Note receipt_note(const std::string& origin, const std::vector<ReceiptLine>& entries, const tlog::NoteSigner& log) {
  tlog::Note note;
  note.text = std::string(kReceipt) + origin + "\n";
  note.text.reserve(note.text.size() + entries.size() * 64);
  for (const ReceiptLine& entry : entries) {
    note.text += std::to_string(entry.index);
    note.text += ' ';
    tlog::append_base64(note.text, entry.leaf.view());
    note.text += '\n';
  }
  note.signatures.push_back(tlog::sign_note(log, note.text));
  return note;
}

bool is_receipt(std::string_view bytes) { return bytes.starts_with(kReceipt); }

Result<SignedReceipt> parse_receipt(std::string_view bytes) {
  if (!is_receipt(bytes)) return malformed("this is no heng.receipt/1");
  HENG_TRY(tlog::Note note, tlog::parse_note(bytes));
  SignedReceipt out;
  std::string_view rest = std::string_view(note.text).substr(kReceipt.size());
  const auto line = [&]() -> std::optional<std::string_view> {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return text;
  };
  const auto origin = line();
  if (!origin || origin->empty()) return malformed("a receipt without origin");
  out.origin = *origin;
  while (!rest.empty()) {
    const auto text = line();
    const size_t space = text ? text->find(' ') : std::string_view::npos;
    if (space == std::string_view::npos) return malformed("a line of the receipt is no entry and hash");
    const auto index = tlog::parse_size(text->substr(0, space));
    const auto leaf = hash_from_base64(text->substr(space + 1));
    if (!index || !leaf) return malformed("a line of the receipt is no entry and hash");
    out.entries.push_back({*index, *leaf});
  }
  if (out.entries.empty()) return malformed("a receipt of nothing");
  out.note = std::move(note);
  return out;
}

}  // namespace heng::record
