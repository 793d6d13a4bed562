// The summary, whose figures are filters, and the list of findings.

const PAGE_SIZE = 100;
const KIND_IDS = ["breach", "late", "warn", "flag", "missing"];
const SEVERITY_ORDER = ["critical", "high", "medium", "low"];
const RULES_SHOWN = 8;

const filter = { kinds: new Set(), severities: new Set(), rule: "", text: "", sort: "severity" };
let page = 0;
let chosen = "";
let allRules = false;

const tally = (list, field) => {
  const out = {};
  for (const f of list) out[f[field]] = (out[f[field]] || 0) + 1;
  return out;
};
const kindTotals = tally(findings, "kind");
const severityTotals = tally(findings, "severity");

const isFiltered = () => filter.kinds.size + filter.severities.size > 0 || filter.rule !== "" || filter.text.trim() !== "";

function matching() {
  const words = filter.text.toLowerCase().split(/\s+/).filter((w) => w !== "");
  return findings.filter(
    (f) =>
      (filter.kinds.size === 0 || filter.kinds.has(f.kind)) &&
      (filter.severities.size === 0 || filter.severities.has(f.severity)) &&
      (filter.rule === "" || f.rule === filter.rule) &&
      words.every((w) => haystack(f).includes(w)),
  );
}

const URGENCY = { breach: 0, late: 0, warn: 1, flag: 2, missing: 3 };
const ORDERS = {
  severity: (a, b) => URGENCY[a.kind] - URGENCY[b.kind] || SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || a.index - b.index,
  oldest: (a, b) => a.at[0] - b.at[0] || a.index - b.index,
  newest: (a, b) => b.at[0] - a.at[0] || a.index - b.index,
  case: (a, b) => natural(a.case, b.case) || a.index - b.index,
};

const selected = () => matching().sort(ORDERS[filter.sort] || ORDERS.severity);

function toggle(set, id) {
  if (set.has(id)) set.delete(id);
  else set.add(id);
  refilter();
}

// A bar of `parts` [class, number] out of `most`.
function bar(parts, most) {
  let at = 0;
  const rects = parts
    .filter(([, n]) => n > 0)
    .map(([name, n]) => {
      const width = Math.max((n / most) * 100, 0.6);
      const rect = svg("rect", { x: at, y: 0, width, height: 8, class: name });
      at += width;
      return rect;
    });
  return svg("svg", { class: "chart", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, rects);
}

function figure(pressed, focus, onclick, content) {
  return el("button", { type: "button", class: "figure", "aria-pressed": String(pressed), "data-focus": focus, onclick }, content);
}

function kindsCard() {
  return el(
    "section",
    { class: "card", "aria-label": t("byKind") },
    el("h2", {}, t("byKind")),
    el(
      "div",
      { class: "tiles" },
      KIND_IDS.map((kind) =>
        figure(filter.kinds.has(kind), "kind-" + kind, () => toggle(filter.kinds, kind), [
          el("span", { class: "big" + (kindTotals[kind] ? " text-" + kind : " none") }, count(kindTotals[kind] || 0)),
          kindTag(kind),
        ]),
      ),
    ),
  );
}

function severityCard() {
  const most = Math.max(1, ...Object.values(severityTotals));
  return el(
    "section",
    { class: "card", "aria-label": t("bySeverity") },
    el("h2", {}, t("bySeverity")),
    el(
      "div",
      { class: "bars" },
      SEVERITY_ORDER.map((id) =>
        figure(filter.severities.has(id), "severity-" + id, () => toggle(filter.severities, id), [
          el("span", { class: "bar-name" }, word(SEVERITIES, id)),
          bar([["fill-plain", severityTotals[id] || 0]], most),
          el("span", { class: "bar-count" }, count(severityTotals[id] || 0)),
        ]),
      ),
    ),
  );
}

function rulesCard() {
  if (rules.length === 0) return null;
  const most = Math.max(...rules.map((r) => r.total));
  const some = allRules ? rules : rules.slice(0, RULES_SHOWN);
  return el(
    "section",
    { class: "card wide", "aria-label": t("byRule") },
    el("h2", {}, t("byRule")),
    el(
      "ul",
      { class: "rules" },
      some.map((rule) =>
        el(
          "li",
          {},
          figure(
            filter.rule === rule.id,
            "rule-" + rule.id,
            () => {
              filter.rule = filter.rule === rule.id ? "" : rule.id;
              refilter();
            },
            [
              el("span", { class: "rule-name" }, severityTag(rule.severity), user(pick(rule.label) || rule.id)),
              bar(KIND_IDS.map((kind) => ["fill-" + kind, rule.kinds[kind] || 0]), most),
              el(
                "span",
                { class: "rule-counts" },
                KIND_IDS.filter((kind) => rule.kinds[kind]).map((kind) => el("span", {}, kindTag(kind), " ", count(rule.kinds[kind]))),
              ),
            ],
          ),
        ),
      ),
    ),
    rules.length > RULES_SHOWN &&
      el(
        "button",
        {
          type: "button",
          class: "noprint",
          "aria-expanded": String(allRules),
          "data-focus": "all-rules",
          onclick: () => {
            allRules = !allRules;
            keepFocus(drawSummary);
          },
        },
        allRules ? t("showFewer") : t("showAll", { n: count(rules.length) }),
      ),
  );
}

function drawSummary() {
  replace("summary", kindsCard(), severityCard(), rulesCard());
}

function drawFilters() {
  const options = (pairs, held) => pairs.map(([value, text]) => el("option", { value, selected: value === held }, text));
  const select = (id, name, pairs, held, set) =>
    el(
      "label",
      {},
      el("span", {}, name),
      el("select", { id, onchange: (event) => set(event.target.value) }, options(pairs, held)),
    );
  let timer = 0;
  replace(
    "filters",
    el(
      "div",
      { class: "bar", role: "search" },
      el(
        "label",
        { class: "grow" },
        el("span", {}, t("search")),
        el("input", {
          id: "search",
          type: "search",
          placeholder: t("searchHint"),
          value: filter.text,
          autocomplete: "off",
          spellcheck: "false",
          oninput: (event) => {
            filter.text = event.target.value;
            clearTimeout(timer);
            timer = setTimeout(refilter, 150);
          },
        }),
      ),
      select("rule", t("rule"), [["", t("allRules")], ...rules.map((r) => [r.id, (pick(r.label) || r.id) + " (" + count(r.total) + ")"])], filter.rule, (value) => {
        filter.rule = value;
        refilter();
      }),
      select(
        "sort",
        t("sort"),
        [["severity", t("sortSeverity")], ["oldest", t("sortOldest")], ["newest", t("sortNewest")], ["case", t("sortCase")]],
        filter.sort,
        (value) => {
          filter.sort = value;
          refilter();
        },
      ),
      el("button", { type: "button", id: "clear", onclick: clearFilters }, t("clear")),
    ),
    el("p", { id: "result-count", role: "status" }),
  );
}

function clearFilters() {
  filter.kinds.clear();
  filter.severities.clear();
  filter.rule = "";
  filter.text = "";
  drawFilters();
  refilter();
}

function row(f) {
  const open = f.id === chosen;
  const when = f.due || f.at;
  return el(
    "li",
    { id: "f-" + f.id },
    el(
      "button",
      {
        type: "button",
        class: "row",
        "aria-expanded": String(open),
        "data-focus": "f-" + f.id,
        "data-id": f.id,
        onclick: () => choose(open ? "" : f.id),
      },
      el("span", { class: "cell-kind" }, kindTag(f.kind), severityTag(f.severity)),
      el("span", { class: "cell-what" }, el("span", { class: "label" }, user(pick(f.label) || f.rule)), el("span", { class: "sub" }, idText(f.rule + (f.part ? "." + f.part : "")))),
      el("span", { class: "cell-case" }, f.case === "" ? t("acrossCases") : user(f.case), f.key.length > 0 && el("span", { class: "sub" }, user(keyText(f.key, f.keyLabels)))),
      el(
        "span",
        { class: "cell-when" },
        el("span", { class: "time" }, (f.due ? endText : timeText)(when, home)),
        f.lateBy !== null && el("span", { class: "sub text-late" }, t("lateBy") + " " + durationText(f.lateBy)),
      ),
    ),
  );
}

const wide = matchMedia("(min-width: 1200px)");

// The explanation stands beside the list where there is room, under its row where there is not.
function placeDetail() {
  for (const old of document.querySelectorAll(".detail")) old.remove();
  const dock = document.getElementById("detail-dock");
  const f = findingById.get(chosen);
  if (!f) {
    if (wide.matches && findings.length > 0) dock.append(el("div", { class: "card detail empty" }, t("noPick")));
    return;
  }
  const detail = el("div", { class: "card detail" }, explanation(f, 3, openCase));
  const item = document.getElementById("f-" + f.id);
  if (wide.matches || !item) dock.append(detail);
  else item.append(detail);
}

function choose(id) {
  chosen = id;
  keepFocus(drawList);
  writeHash(false);
}

function drawList() {
  const list = selected();
  const pages = Math.max(1, Math.ceil(list.length / PAGE_SIZE));
  page = Math.min(Math.max(0, page), pages - 1);
  const go = (to) => {
    page = to;
    chosen = "";
    keepFocus(drawList);
    writeHash(false);
    document.getElementById("filters").scrollIntoView();
  };
  const text = list.length === findings.length ? t("shown", { n: count(list.length) }) : t("shownOf", { n: count(list.length), all: count(findings.length) });
  document.getElementById("result-count").textContent = text;
  document.getElementById("clear").disabled = !isFiltered();
  const empty = el("p", { class: "card empty" }, findings.length === 0 ? t("nothing") : t("noMatch"));
  replace(
    "list",
    el("h2", { class: "out" }, t("findings")),
    list.length === 0
      ? empty
      : el("ol", { class: "rows", start: String(page * PAGE_SIZE + 1) }, list.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE).map(row)),
    pager(page, pages, go, t("findings")),
  );
  placeDetail();
}

function refilter() {
  page = 0;
  if (chosen !== "" && !matching().some((f) => f.id === chosen)) chosen = "";
  document.getElementById("rule").value = filter.rule;
  keepFocus(() => {
    drawSummary();
    drawList();
  });
  writeHash(false);
}
