#include "cli/qr.h"

#include <qrencode.h>

namespace heng {

Result<std::string> qr_text(std::string_view bytes) {
  QRcode* code = QRcode_encodeData(static_cast<int>(bytes.size()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_L);
  if (code == nullptr)
    return Error{ErrorKind::bad_input, "qr-too-long",
                 "the " + std::to_string(bytes.size()) + " bytes do not fit one QR code", "",
                 "fewer cosignatures or a smaller tree make a shorter proof"};
  constexpr int kQuiet = 2;
  const int width = code->width;
  const auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < width && (code->data[y * width + x] & 1) != 0;
  };
  std::string out;
  for (int y = -kQuiet; y < width + kQuiet; y += 2) {
    for (int x = -kQuiet; x < width + kQuiet; ++x) {
      const bool top = dark(x, y), bottom = dark(x, y + 1);
      out += top && bottom ? " " : top ? "\u2584" : bottom ? "\u2580" : "\u2588";  // light on dark terminals
    }
    out += "\n";
  }
  QRcode_free(code);
  return out;
}

}  // namespace heng
