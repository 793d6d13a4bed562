// An act as compact bytes that can be read back: cheap to make for every act, where the canonical JSON is needed only
// for the few that meet another act of their id.
#pragma once

#include <string>
#include <string_view>

#include "act/act.h"

namespace heng {

// Appends the act. Equal bytes mean equal canonical encodings (act_to_json); the other way round it holds but for
// numbers too long for Decimal, which keep their spelling. In memory only: the form is no file format.
void pack_act(std::string& out, const Act& act);
// The act whose bytes pack_act made; the order of object members may differ from the one they were written in.
Act unpack_act(std::string_view bytes);

}  // namespace heng
