"use strict";
// The report's words in Chinese and English, and how it writes times. One script follows another in one scope:
// words, data, dom, timeline, explain, list, cases, main.

const WORDS = {
  skip: ["跳到内容", "Skip to content"],
  title: ["检查报告", "Check report"],
  findings: ["发现", "Findings"],
  cases: ["案件", "Cases"],
  language: ["English", "中文"],
  themeAuto: ["外观：随系统", "Theme: system"],
  themeLight: ["外观：浅色", "Theme: light"],
  themeDark: ["外观：深色", "Theme: dark"],
  print: ["打印", "Print"],
  asOf: ["计算时刻", "As of"],
  read: ["读入", "Read"],
  readCount: ["{cases} 案 · {acts} 行为", "{cases} cases · {acts} acts"],
  refused: ["拒收 {n} 行", "{n} lines refused"],
  calendar: ["日历", "Calendar"],
  packs: ["规则包", "Rule packs"],
  hash: ["摘要", "Hash"],
  reviewedYes: ["经律师审查", "reviewed by a lawyer"],
  reviewedNo: ["未经律师审查", "not reviewed by a lawyer"],
  reviewDue: [
    "下列规则包未经律师审查，其发现须由律师审查后方可依赖：",
    "No lawyer has reviewed these packs; a review is due before anyone relies on their findings: ",
  ],
  notes: ["注意", "Notes"],
  byKind: ["按类别", "By kind"],
  bySeverity: ["按级别", "By severity"],
  byRule: ["按规则", "By rule"],
  showAll: ["显示全部 {n} 条规则", "Show all {n} rules"],
  showFewer: ["收起", "Show fewer"],
  search: ["查找", "Search"],
  searchHint: ["案号、行为、人员、条文…", "Case, act, person, article…"],
  rule: ["规则", "Rule"],
  allRules: ["全部规则", "All rules"],
  sort: ["排序", "Order"],
  sortSeverity: ["先重后轻", "Gravest first"],
  sortOldest: ["先旧后新", "Oldest first"],
  sortNewest: ["先新后旧", "Newest first"],
  sortCase: ["按案号", "By case"],
  clear: ["清除筛选", "Clear filters"],
  shown: ["{n} 项发现", "{n} findings"],
  shownOf: ["{n} / {all} 项发现", "{n} of {all} findings"],
  nothing: ["没有发现。", "No findings."],
  noMatch: ["没有符合筛选的发现。", "No finding matches these filters."],
  noPick: ["选一项发现，这里说明它从何而来。", "Choose a finding: its reasons show here."],
  previous: ["上一页", "Previous"],
  next: ["下一页", "Next"],
  page: ["第 {n} / {all} 页", "Page {n} of {all}"],
  close: ["收起", "Close"],
  case: ["案件", "Case"],
  acrossCases: ["跨案", "across cases"],
  key: ["对象", "About"],
  severity: ["级别", "Severity"],
  since: ["成立于", "Since"],
  due: ["最迟", "Due"],
  lateBy: ["超出", "Late by"],
  lacks: ["缺少", "Missing"],
  acts: ["行为", "Acts"],
  cites: ["依据", "Articles"],
  id: ["编号", "Id"],
  provisional: [
    "暂定：所依日历尚未公布，公布后重新计算。",
    "Provisional: rests on a calendar not published yet; counted again when it is.",
  ],
  sum: ["怎么算出来的", "How it was worked out"],
  step: ["步骤", "Step"],
  what: ["内容", "What"],
  until: ["时刻", "Instant"],
  openCase: ["看案件时间线", "Show the case"],
  allCases: ["全部案件", "All cases"],
  searchCase: ["案号…", "Case number…"],
  caseList: ["有发现的案件", "Cases with findings"],
  noCases: ["没有有发现的案件。", "No case has findings."],
  noCaseMatch: ["没有符合的案件。", "No case matches."],
  noView: [
    "本报告没有收入这个案件的行为和期限。用 heng case show 查看。",
    "This report does not carry the acts and clocks of this case. See them with heng case show.",
  ],
  timeline: ["时间线", "Time line"],
  timelineTold: [
    "时间线：各机关的行为、期限和发现；下面的表给出同样的内容。",
    "Time line of acts by agency, clocks and findings; the tables below say the same.",
  ],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
  zoomAll: ["全部", "Whole"],
  clocks: ["期限", "Clocks"],
  state: ["状态", "State"],
  start: ["开始", "Start"],
  end: ["届满", "End"],
  over: ["结束", "Over"],
  open: ["未定", "open"],
  right: ["权利", "a right"],
  agency: ["机关", "Agency"],
  at: ["时刻", "At"],
  act: ["行为", "Act"],
  by: ["行为人", "By"],
  now: ["现在", "now"],
  more: ["等 {n} 项", "and {n} more"],
  printCut: ["只打印前 {n} 项；缩小筛选可打印其余。", "Only the first {n} are printed; narrow the filters for the rest."],
  filteredBy: ["筛选", "Filters"],
  timesAt: ["时间均为 {zone}，另有注明的除外", "Times at {zone} unless said otherwise"],
  legendMark: ["行为", "act"],
  legendMany: ["多个行为", "several acts"],
  legendBar: ["期限", "clock"],
  legendPause: ["中止、延长", "pause, extension"],
  legendRung: ["预警", "warning"],
  legendLate: ["超期", "overdue"],
  legendGone: ["已更正或撤销", "corrected or annulled"],
};

const KINDS = {
  breach: ["违反", "breach"],
  late: ["逾期", "late"],
  warn: ["预警", "warning"],
  flag: ["异常", "flag"],
  missing: ["待查", "undecided"],
};
const SEVERITIES = { critical: ["重大", "critical"], high: ["高", "high"], medium: ["中", "medium"], low: ["低", "low"] };
const SEVERITY_IDS = ["medium", "low", "medium", "high", "critical"]; // by number, as the data holds them
const SEVERITY_RANK = { critical: 4, high: 3, medium: 2, low: 1 };
const STATES = {
  waiting: ["待事实", "waiting"],
  running: ["进行中", "running"],
  paused: ["已中止", "paused"],
  warned: ["将届满", "due soon"],
  met: ["已履行", "met"],
  late: ["逾期履行", "done late"],
  breached: ["已超期", "overdue"],
  lapsed: ["已终结", "lapsed"],
  void: ["无效", "void"],
};
const STEPS = {
  start: ["起算", "start"],
  base: ["基本期限", "base"],
  extension: ["延长", "extension"],
  ignored: ["不计", "not counted"],
  pause: ["中止", "pause"],
  restart: ["重新计算", "restart"],
  roll: ["顺延", "roll"],
  provisional: ["暂定", "provisional"],
  end: ["届满", "end"],
  met: ["履行", "met"],
  lapsed: ["终结", "lapsed"],
  strict: ["从严解释", "strict reading"],
  condition: ["条件", "condition"],
  excuse: ["除外", "excuse"],
  value: ["取值", "value"],
  missing: ["缺少", "missing"],
  void: ["无效", "void"],
  figure: ["数值", "figure"],
  peers: ["同类", "peers"],
  test: ["检验", "test"],
  bound: ["误报控制", "error bound"],
  limit: ["局限", "limits"],
};

let language = "zh";
const pick = (pair) => (language === "zh" ? pair[0] || pair[1] : pair[1] || pair[0]) || "";

function t(name, values) {
  let text = pick(WORDS[name]);
  for (const [key, value] of Object.entries(values || {})) text = text.replace("{" + key + "}", value);
  return text;
}

const word = (table, id) => (table[id] ? pick(table[id]) : id);
const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u00a0"); // 1 204, never broken

const two = (n) => String(n).padStart(2, "0");

function offsetText(minutes) {
  const size = Math.abs(minutes);
  return (minutes < 0 ? "-" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60);
}

// A time is [milliseconds, offset in minutes].
function timeText(time, homeOffset) {
  const local = new Date(time[0] + time[1] * 60000);
  const seconds = local.getUTCSeconds();
  return (
    local.toISOString().slice(0, 10) +
    " " +
    two(local.getUTCHours()) +
    ":" +
    two(local.getUTCMinutes()) +
    (seconds ? ":" + two(seconds) : "") +
    (time[1] === homeOffset ? "" : " " + offsetText(time[1]))
  );
}

// Where a span ends, midnight is 24:00 of the day before.
function endText(time, homeOffset) {
  if ((time[0] + time[1] * 60000) % 86400000 !== 0) return timeText(time, homeOffset);
  return timeText([time[0] - 86400000, time[1]], homeOffset).replace("00:00", "24:00");
}

function durationText(ms) {
  const units = [
    [86400000, "天", " d"],
    [3600000, "小时", " h"],
    [60000, "分", " min"],
    [1000, "秒", " s"],
  ];
  const parts = [];
  let rest = Math.abs(ms);
  for (const [size, zh, en] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 && parts.length < 3) parts.push(n + (language === "zh" ? zh : en));
  }
  if (parts.length === 0) return language === "zh" ? "不到1秒" : "under 1 s";
  return parts.join(language === "zh" ? "" : " ");
}
