// Mirrors: a second institution that holds all the data of a log and says so with a cosignature.
//
// A mirror is itself a Log (log.h) with the same origin, filled from the owner's. Nothing is taken over
// before the whole new state has been rebuilt from its entries and leads to the root the owner signed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "record/log.h"
#include "tlog/policy.h"

namespace heng::record {

// The bytes of a resource ("checkpoint", "tile/…", "heng/bodies/…") of a log elsewhere.
using Source = std::function<Result<std::string>(const std::string& path)>;
Source http_source(const std::string& url);
Source directory_source(Disk& disk, const std::string& dir);  // a record's or mirror's directory

struct Mirrored {
  uint64_t before = 0;
  uint64_t after = 0;
  tlog::SignedCheckpoint checkpoint;  // as published by the mirror
};

// Brings `mirror` up to the source's published checkpoint and publishes it there, with the mirror's
// cosignature if a key is given. Refuses (`mirror-forked`) a source whose history is not the one held here,
// and entries or bodies that do not fit.
Result<Mirrored> mirror_once(Log& mirror, const Source& source, const tlog::Policy& policy,
                             const tlog::NoteSigner* signer, uint64_t time);

}  // namespace heng::record
