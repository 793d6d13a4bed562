// Cases from scripts: acts as NDJSON lines and the violations planted in them. A case follows from the seed
// and its number alone, so that any slice of a history can be made again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "calendar/holidays.h"
#include "sim/bound.h"
#include "sim/random.h"

namespace heng::sim {

struct Options {
  uint64_t seed = 1;
  std::string kind = "all";
  double violations = 0.2;   // share of cases with a planted violation
  double corrections = 0.0;  // share of acts first recorded wrongly and corrected afterwards
  double annulments = 0.0;   // share of acts beside which one stands that never happened and is annulled
  double late = 0.0;         // share of acts recorded days or weeks after they were done
  std::string script;        // only this script; empty: all of the kind
  std::string plant;         // plant only this violation, in every case that can have it; empty: any
};

// What one case gives; kept and filled again to spare memory.
struct CaseOutput {
  std::vector<std::string> lines;  // in the order of `at`, each with its newline
  size_t line_count = 0;           // of `lines`, which never shrinks
  std::string truths;              // NDJSON: {"case","rule","kind","at","plant"}
  std::string plant;               // the violation planted, or empty
  int64_t last_at = 0;             // local seconds of the last act
  int64_t last_truth = 0;          // and of the last expected finding
};

class Generator {
 public:
  // Errors: those of parse_scripts and bind_scripts; usage where no script or plant has the name asked for.
  static Result<Generator> make(Options options);

  void make_case(uint64_t number, CaseOutput& out) const;

  const std::vector<BoundScript>& scripts() const { return scripts_; }

 private:
  Generator(Options options, std::vector<BoundScript> scripts, calendar::Holidays holidays);

  struct Chosen;
  struct Run;
  Chosen choose(Random& random) const;
  void tell_times(Run& run, Random& random) const;
  void write_step(Run& run, int32_t index, Random& random, Random& faults, CaseOutput& out) const;
  void write_truths(const Run& run, CaseOutput& out) const;

  Options options_;
  std::vector<BoundScript> scripts_;
  calendar::Holidays holidays_;
  uint64_t weight_ = 0;
};

}  // namespace heng::sim
