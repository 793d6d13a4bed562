// Any bytes are read or refused with a line and a mend; what is read counts as a loop over days does.
#include <cstddef>
#include <cstdint>

#include "calendar/holidays.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heng;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = calendar::Holidays::parse(text, "fuzz");
  if (!read.ok()) {
    HENG_ASSERT(!read.error().code.empty() && !read.error().help.empty());
    return 0;
  }
  for (int32_t days = 20'000; days < 20'900; days += 29) {
    const Date date{days};
    const Date next = read->next_working(date);
    HENG_ASSERT(next >= date && read->working(next));
    const Date later = read->add_working(date, 5);
    HENG_ASSERT(read->working_between(date, later) == 5 && read->working(later));
    HENG_ASSERT(read->add_working(later, -5) <= date);
  }
  return 0;
}
