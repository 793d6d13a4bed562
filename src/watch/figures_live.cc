#include <algorithm>

#include "watch/figures.h"

namespace heng::watch {

// When the sample's window is over and settled; of the last N days: always, where it may lie in them.
Instant LiveFigures::settles(const Sample& sample) {
  const Watch& watch = history_.plan().watches[static_cast<size_t>(sample.watch)];
  if (watch.last_days > 0) return Instant{INT64_MIN};
  const Instant at{sample.at_us};
  const Date day = history_.plan().zones[static_cast<size_t>(watch.zone)].date_of(at);
  const auto [known, fresh] = settles_.try_emplace({sample.watch, day.days}, Instant{INT64_MAX});
  Figures::Window window;
  if (fresh && figures_.window_of(sample.watch, at, at, window)) known->second = window.settled;
  return known->second;
}

bool LiveFigures::settled(const std::vector<Sample>& samples, Instant now) {
  return std::any_of(samples.begin(), samples.end(), [&](const Sample& sample) {
    const Watch& watch = history_.plan().watches[static_cast<size_t>(sample.watch)];
    if (watch.last_days == 0) return settles(sample) <= now;
    Figures::Window window;
    return watch.measure == law::WatchDecl::Measure::Kind::count ||
           figures_.window_of(sample.watch, Instant{sample.at_us}, now, window);
  });
}

void LiveFigures::tick(Instant now, const std::string& cause, const Engine::Sink& sink) {
  if (figures_.none()) return;
  const bool timely = now >= due_;
  if (timely)
    for (const auto& [case_id, at] : waiting_)
      if (at <= now) dirty_.insert(case_id);
  if (dirty_.empty() && !timely) return;
  bool again = timely;
  for (const Sym case_id : dirty_) {
    const LiveActs live = live_acts(history_, history_.acts_of(case_id), now);
    waiting_.erase(case_id);
    for (const LiveActs::Dropped& dropped : live.dropped) {
      if (dropped.why != LiveActs::Dropped::Why::waiting) continue;
      const Instant at = history_.act(dropped.act).at();
      Instant& next = waiting_.try_emplace(case_id, at).first->second;
      next = std::min(next, at);
      due_ = std::min(due_, at);
    }
    std::vector<Sample> fresh;
    figures_.collect(Scope(history_, live.acts, false), now, fresh);
    std::vector<Sample>& old = samples_[case_id];
    if (fresh != old) again = again || settled(fresh, now) || settled(old, now);
    old = std::move(fresh);
  }
  dirty_.clear();
  if (!again) return;

  std::vector<Sample> all;
  due_ = Instant{INT64_MAX};
  for (const auto& [case_id, at] : waiting_) due_ = std::min(due_, at);
  for (const auto& [case_id, samples] : samples_) {
    all.insert(all.end(), samples.begin(), samples.end());
    for (const Sample& sample : samples) {
      const Watch& watch = history_.plan().watches[static_cast<size_t>(sample.watch)];
      const calendar::Zone& zone = history_.plan().zones[static_cast<size_t>(watch.zone)];
      const Instant next =
          watch.last_days > 0 ? zone.start_of(Date{zone.date_of(now).days + 1}) : settles(sample);
      if (next > now) due_ = std::min(due_, next);
    }
  }
  std::map<std::string, Finding> fresh;
  for (Finding& finding : figures_.judge(all, now)) fresh.emplace(finding.id, std::move(finding));
  if (sink) {
    const std::string by = timely ? "time" : cause;
    for (const auto& [id, finding] : fresh) {
      const auto old = standing_.find(id);
      if (old == standing_.end())
        sink({Change::What::raised, finding, by});
      else if (old->second.message.en != finding.message.en || old->second.at != finding.at ||
               old->second.acts != finding.acts)
        sink({Change::What::changed, finding, by});
    }
    for (const auto& [id, finding] : standing_)
      if (!fresh.contains(id)) sink({Change::What::withdrawn, finding, by});
  }
  standing_ = std::move(fresh);
}

std::vector<Finding> LiveFigures::findings() const {
  std::vector<Finding> out;
  for (const auto& entry : standing_) out.push_back(entry.second);
  std::sort(out.begin(), out.end(), before);
  return out;
}

}  // namespace heng::watch
