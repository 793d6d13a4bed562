#include "law/words.h"

#include <algorithm>
#include <unordered_map>

namespace heng::law {
namespace {

struct Row {
  const char* english;
  const char* chinese;
};

constexpr Row kDeclarations[] = {
    {"pack", "规则包"},      {"source", "法源"},  {"role", "角色"},       {"agency", "机关种类"},
    {"office", "机关"},      {"subject", "主体"}, {"act", "行为"},        {"period", "期间"},
    {"field", "字段"},
    {"setting", "设定"},     {"table", "表"},     {"state", "状态"},      {"fact", "事实"},
    {"rule", "规则"},        {"clock", "时限"},   {"separation", "分离"}, {"power", "职权"},
    {"consequence", "后果"}, {"test", "测试"},    {"watch", "监测"},      {"duty", "职责"},
};

constexpr Row kKeywords[] = {
    // clauses
    {"uses", "引用"},
    {"zone", "时区"},
    {"holidays", "假日"},
    {"levels", "级别次序"},
    {"words", "用词"},
    {"reviewed", "已审阅"},
    {"named", "原名"},
    {"by", "由"},
    {"on", "于"},
    {"data", "数据"},
    {"codes", "取值"},
    {"span", "时段"},
    {"counts", "计以"},
    {"starts", "起算"},
    {"ends", "终止"},
    {"rolls", "顺延"},
    {"strictly", "从严"},
    {"warns", "预警"},
    {"columns", "列"},
    {"row", "行"},
    {"begins", "开始"},
    {"cites", "依据"},
    {"severity", "程度"},
    {"binds", "约束"},
    {"in force", "施行"},
    {"for each", "对每个"},
    {"across cases", "跨案"},
    {"given", "已知"},
    {"when", "当"},
    {"unless", "除非"},
    {"require", "应当"},
    {"advise", "宜"},
    {"forbid", "禁止"},
    {"allows", "限期"},
    {"pauses", "中止"},
    {"restarts", "重算"},
    {"met by", "完成于"},
    {"may", "可以"},
    {"lapses", "消灭"},
    {"apart", "不得兼为"},
    {"lets", "准许"},
    {"held by", "归属"},
    {"voids", "使无效"},
    {"per", "按"},
    {"measures", "计量"},
    {"over", "逢"},
    {"peers", "同类"},
    {"flags", "提示"},
    {"needs", "样本"},
    {"false discovery", "误报率"},
    // connecting words
    {"low", "低"},
    {"medium", "中"},
    {"high", "高"},
    {"critical", "重大"},
    {"from", "自"},
    {"to", "至"},
    {"less", "扣除"},
    {"is", "为"},
    {"is given", "有值"},
    {"is blank", "为空"},
    {"each of", "各个"},
    {"of", "属"},
    {"at", "在"},
    {"under", "不足"},
    {"before", "之前"},
    {"after", "之后"},
    {"until", "直至"},
    {"working", "工作"},
    {"at the act", "自行为时"},
    {"the next full hour", "下一整时"},
    {"the day after", "次日"},
    {"the day before", "前一日"},
    {"to the next working day", "至下一工作日"},
    {"any", "任意"},
    {"any act", "任何行为"},
    {"or more", "以上"},
    {"or later", "及以后"},
    {"or above", "及以上"},
    {"plus", "加"},
    {"minus", "减"},
    {"up to", "最多计"},
    {"at once", "立即"},
    {"at most", "至多"},
    {"at least", "至少"},
    {"more than", "多于"},
    {"less than", "少于"},
    {"exactly", "恰好"},
    {"an odd number", "奇数"},
    {"time", "次"},
    {"while", "期间内"},
    {"correcting", "更正"},
    {"annulling", "撤销"},
    {"anybody", "任何人"},
    {"this", "本次"},
    {"end of", "期满"},
    {"end of every", "每逢终了"},
    {"change of", "变更"},
    {"breach of", "违反"},
    {"day", "天"},
    {"week", "周"},
    {"month", "月"},
    {"quarter", "季度"},
    {"year", "年度"},
    {"for", "就"},
    {"as", "称"},
    {"where", "其中"},
    {"or", "或"},
    {"and", "且"},
    {"if", "如果"},
    {"no", "没有"},
    {"earlier", "此前"},
    {"since last", "自最近"},
    {"in the case", "在本案"},
    {"in", "属于"},
    {"in this", "在本"},
    {"document", "文书"},
    {"not", "非"},
    {"all", "全部"},
    {"among", "列于"},
    {"shares nobody with", "无人同于"},
    {"same as", "等同"},
    {"covers", "覆盖"},
    {"overlaps", "重叠"},
    {"within", "之内"},
    {"those acting as", "担任者"},
    {"those who did", "实施者"},
    {"latest", "最新"},
    {"total of", "合计"},
    {"in earlier", "于此前"},
    {"last", "最近"},
    {"first", "最初"},
    {"else latest", "否则取最新"},
    {"annul", "作废"},
    {"correct", "改正"},
    {"with", "附"},
    {"holds", "合法"},
    {"unknown", "不明"},
    {"breach", "违法"},
    {"warn", "警示"},
    {"late", "逾期"},
    {"flag", "标示"},
    {"cases", "案"},
    {"share", "占比"},
    {"followed by", "随后有"},
    {"not followed by", "随后没有"},
    {"count", "计次"},
    {"rate to", "相对于"},
    {"distinct", "不同的"},
    {"quantile", "分位"},
    {"time until", "时长直到"},
    {"time since", "时长自"},
    {"every", "每"},
    {"the last", "最近的"},
    {"of the same", "同一"},
    {"kind", "机关类"},
    {"above", "高于"},
    {"below", "低于"},
    {"above or below", "高于或低于"},
    {"by at least", "至少相差"},
};

constexpr Row kValues[] = {{"yes", "是"}, {"no", "否"}, {"blank", "空"}};

constexpr Row kTypes[] = {
    {"number", "数字"}, {"money", "金额"},      {"text", "文本"},     {"date", "日期"},
    {"time", "时刻"},   {"clock time", "钟点"}, {"level", "级别"},    {"yes or no", "是否"},
    {"people", "人员"}, {"one of", "取自"},     {"and more", "等等"}, {"list of", "列表"},
};

constexpr Row kUnits[] = {{"hours", "小时"}, {"days", "日"}, {"months", "个月"}, {"years", "年"}};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    out.push_back(text.substr(0, space));
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  }
  return out;
}

template <size_t N>
void append(std::vector<Phrase>& out, const Row (&rows)[N], WordRole role) {
  for (const Row& row : rows) out.push_back({role, split(row.english), row.chinese});
}

}  // namespace

const std::vector<Phrase>& phrases() {
  static const std::vector<Phrase> all = [] {
    std::vector<Phrase> out;
    append(out, kDeclarations, WordRole::keyword);
    append(out, kKeywords, WordRole::keyword);
    append(out, kValues, WordRole::value);
    append(out, kTypes, WordRole::type);
    append(out, kUnits, WordRole::unit);
    return out;
  }();
  return all;
}

const Phrase* phrase_of_chinese(std::string_view word) {
  static const std::unordered_map<std::string_view, const Phrase*> index = [] {
    std::unordered_map<std::string_view, const Phrase*> out;
    for (const Phrase& phrase : phrases()) out.emplace(phrase.chinese, &phrase);
    return out;
  }();
  const auto it = index.find(word);
  return it == index.end() ? nullptr : it->second;
}

const Phrase* longest_phrase(WordRole role, std::span<const std::string_view> words) {
  static const std::unordered_multimap<std::string_view, const Phrase*> index = [] {
    std::unordered_multimap<std::string_view, const Phrase*> out;
    for (const Phrase& phrase : phrases()) out.emplace(phrase.english.front(), &phrase);
    return out;
  }();
  if (words.empty()) return nullptr;
  const Phrase* best = nullptr;
  const auto [begin, end] = index.equal_range(words.front());
  for (auto it = begin; it != end; ++it) {
    const Phrase& phrase = *it->second;
    if (phrase.role != role || phrase.english.size() > words.size()) continue;
    if (best != nullptr && best->english.size() >= phrase.english.size()) continue;
    if (std::equal(phrase.english.begin(), phrase.english.end(), words.begin())) best = &phrase;
  }
  return best;
}

const std::vector<std::string>& declaration_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> out;
    for (const Row& row : kDeclarations) out.emplace_back(row.english);
    return out;
  }();
  return words;
}

bool is_declaration_word(std::string_view english) {
  const auto& words = declaration_words();
  return std::find(words.begin(), words.end(), english) != words.end();
}

}  // namespace heng::law
