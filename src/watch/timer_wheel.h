// A hierarchical timer wheel (Varghese and Lauck, 1987): putting is constant time, an entry moves down at most once a
// level. Eight levels of 64 slots, the lowest a minute wide, each level above 64 times as wide.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace heng::watch {

class TimerWheel {
 public:
  // Fires at the first advance to or past `at`. A `what` may be put more than once; who takes it checks whether it still
  // holds.
  void put(Instant at, uint64_t what) {
    insert({std::max(minute_of(at), now_), at.us, what});
    ++size_;
  }

  // All that is due at or before `now`, earliest first, ties by what.
  std::vector<uint64_t> advance(Instant now) {
    std::vector<Entry> fired;
    const uint64_t target = std::max(minute_of(now), now_);
    for (;;) {
      auto& slot = levels_[0].slots[now_ & 63];
      const size_t before = slot.size();
      std::erase_if(slot, [&](const Entry& entry) {
        if (entry.at_us > now.us) return false;
        fired.push_back(entry);
        return true;
      });
      size_ -= before - slot.size();
      if (slot.empty()) levels_[0].occupied &= ~(uint64_t{1} << (now_ & 63));
      const uint64_t next = next_minute(now_ + 1);
      if (next > target) break;
      move_to(next);
    }
    move_to(target);
    std::sort(fired.begin(), fired.end(), [](const Entry& a, const Entry& b) {
      return a.at_us != b.at_us ? a.at_us < b.at_us : a.what < b.what;
    });
    std::vector<uint64_t> out;
    out.reserve(fired.size());
    for (const Entry& entry : fired) out.push_back(entry.what);
    return out;
  }

  // The earliest time put; the end of time if none.
  Instant next() const {
    int64_t best = INT64_MAX;
    for (size_t level = 0; level < kLevels; ++level) {
      const uint64_t position = (now_ >> (6 * level)) & 63;
      const uint64_t ahead = levels_[level].occupied & (~uint64_t{0} << position);
      if (ahead == 0) continue;
      for (const Entry& entry : levels_[level].slots[static_cast<size_t>(std::countr_zero(ahead))])
        best = std::min(best, entry.at_us);
      break;  // the lowest level that holds anything holds the earliest
    }
    return {best};
  }
  size_t size() const { return size_; }

 private:
  struct Entry {
    uint64_t minute;
    int64_t at_us;
    uint64_t what;
  };
  struct Level {
    std::array<std::vector<Entry>, 64> slots;
    uint64_t occupied = 0;
  };
  static constexpr size_t kLevels = 8;
  static constexpr int64_t kBias = int64_t{1} << 40;  // years before 1970 too

  static uint64_t minute_of(Instant at) {
    const int64_t minute = at.us >= 0 ? at.us / kMinute : -((-at.us + kMinute - 1) / kMinute);
    return static_cast<uint64_t>(std::max<int64_t>(0, minute + kBias));
  }

  // An entry lies on the level of the highest six bits in which its minute differs from now.
  void insert(const Entry& entry) {
    const uint64_t differs = entry.minute ^ now_;
    const size_t level = differs == 0 ? 0 : std::min(kLevels - 1, static_cast<size_t>(63 - std::countl_zero(differs)) / 6);
    const size_t slot = (entry.minute >> (6 * level)) & 63;
    levels_[level].slots[slot].push_back(entry);
    levels_[level].occupied |= uint64_t{1} << slot;
  }

  // The first minute not before `from` at which a slot must be looked at; the largest value if there is none.
  uint64_t next_minute(uint64_t from) const {
    uint64_t best = UINT64_MAX;
    for (size_t level = 0; level < kLevels; ++level) {
      const uint64_t position = (now_ >> (6 * level)) & 63;
      if (position == 63) continue;
      const uint64_t ahead = levels_[level].occupied & (~uint64_t{0} << (position + 1));
      if (ahead == 0) continue;
      const uint64_t slot = static_cast<uint64_t>(std::countr_zero(ahead));
      const uint64_t above = now_ >> (6 * (level + 1)) << (6 * (level + 1));
      best = std::min(best, above + (slot << (6 * level)));
    }
    return best == UINT64_MAX ? best : std::max(best, from);
  }

  // Time moves; what coarser levels hold for the new present comes down.
  void move_to(uint64_t minute) {
    if (minute == now_) return;
    now_ = minute;
    for (size_t level = kLevels - 1; level > 0; --level) {
      const size_t slot = (now_ >> (6 * level)) & 63;
      if ((levels_[level].occupied >> slot & 1) == 0) continue;
      std::vector<Entry> moved;
      moved.swap(levels_[level].slots[slot]);
      levels_[level].occupied &= ~(uint64_t{1} << slot);
      for (Entry& entry : moved) {
        entry.minute = std::max(entry.minute, now_);
        insert(entry);
      }
    }
  }

  std::array<Level, kLevels> levels_;
  uint64_t now_ = 0;
  size_t size_ = 0;
};

}  // namespace heng::watch
