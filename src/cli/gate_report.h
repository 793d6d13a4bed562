// A gate's answer as text and JSON: of `heng gate`, and of each line of `heng case next`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "watch/gate.h"

namespace heng {

// "allowed", "可以实施"
std::string verdict_words(watch::GateAnswer::Verdict verdict, bool zh);
// Every line of the answer but its verdict, each after `indent` spaces.
void print_answer(const watch::GateAnswer& answer, const watch::Plan& plan, bool zh, int indent);
// `against`, `unknown`, `warnings`, `starts`, `meets`, `extends`, `cures`, set in `out`.
void set_answer(nlohmann::ordered_json& out, const watch::GateAnswer& answer);

}  // namespace heng
