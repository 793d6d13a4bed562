// The words of findings: what happened, which line of which article, and the sum of a clock, in Chinese and English.
#pragma once

#include "watch/evaluate.h"
#include "watch/finding.h"

namespace heng::watch {

Text act_words(const Evaluator& evaluator, uint32_t rank);
std::string act_id(const Evaluator& evaluator, uint32_t rank);

// A clock's sum, line by line; the last line is the end.
std::vector<Why> sum_lines(Evaluator& evaluator, const Instance& instance);

Text breach_words(Evaluator& evaluator, const Instance& instance);
Text late_words(Evaluator& evaluator, const Instance& instance, int64_t late_by_us);
Text warning_words(Evaluator& evaluator, const Instance& instance, const std::string& rung);
// `type`: of the act judged; kUnknownType: none.
Text missing_words(const Plan& plan, uint16_t type, const std::vector<Sym>& fields);

// The false lines of a rule with the values they read, and the excuses that would end it.
std::vector<Why> rule_lines(Evaluator& evaluator, const Rule& rule, const RuleVerdict& verdict, const View& view);
Text rule_words(const Rule& rule, const std::vector<Why>& lines);

// "3 days 4 hours", "3 天 4 小时"; the two largest units.
Text span_words(int64_t us);

}  // namespace heng::watch
