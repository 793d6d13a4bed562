// The cases with findings, and one case: its picture, findings, clocks and acts.

let openedCase = "";
let caseText = "";
let casePage = 0;

function caseRow(c) {
  const kinds = tally(c.findings, "kind");
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "row case-row", "data-focus": "case-" + c.id, onclick: () => openCase(c.id) },
      el("span", { class: "cell-case" }, user(c.id)),
      el("span", { class: "rule-counts" }, KIND_IDS.filter((kind) => kinds[kind]).map((kind) => el("span", {}, kindTag(kind), " ", count(kinds[kind])))),
    ),
  );
}

function drawCaseList() {
  const needle = caseText.trim().toLowerCase();
  const list = cases.filter((c) => c.id.toLowerCase().includes(needle));
  const pages = Math.max(1, Math.ceil(list.length / PAGE_SIZE));
  casePage = Math.min(casePage, pages - 1);
  const go = (to) => {
    casePage = to;
    keepFocus(drawCaseList);
    scrollTo(0, 0);
  };
  const box = document.getElementById("case-list");
  box.replaceChildren(
    ...[
      list.length === 0
        ? el("p", { class: "card empty" }, cases.length === 0 ? t("noCases") : t("noCaseMatch"))
        : el("ol", { class: "rows" }, list.slice(casePage * PAGE_SIZE, (casePage + 1) * PAGE_SIZE).map(caseRow)),
      pager(casePage, pages, go, t("cases")),
    ].filter((part) => part),
  );
}

function caseListView() {
  return [
    el("h2", {}, t("caseList")),
    el(
      "div",
      { class: "bar noprint", role: "search" },
      el(
        "label",
        { class: "grow" },
        el("span", {}, t("search")),
        el("input", {
          id: "case-search",
          type: "search",
          placeholder: t("searchCase"),
          value: caseText,
          autocomplete: "off",
          oninput: (event) => {
            caseText = event.target.value;
            casePage = 0;
            drawCaseList();
          },
        }),
      ),
    ),
    el("div", { id: "case-list" }),
  ];
}

function clockBlock(clock) {
  return el(
    "details",
    { class: "clock-block", open: ["late", "breached", "warned", "paused"].includes(clock.state) },
    el(
      "summary",
      {},
      el("span", { class: "state text-state-" + clock.state }, word(STATES, clock.state) + (clock.right ? "（" + t("right") + "）" : "")),
      " ",
      user(pick(clock.label) || clock.rule),
      " ",
      el("span", { class: "time sub" }, clock.end ? t("end") + " " + endText(clock.end, home) + (clock.provisional ? " ?" : "") : t("open")),
    ),
    facts([
      [t("rule"), idText(clock.rule)],
      [t("key"), clock.key.length > 0 ? user(keyText(clock.key, clock.keyLabels)) : null],
      [t("start"), [el("span", { class: "time" }, timeText(clock.start, home)), clock.startAct ? [" ", user(clock.startAct)] : null]],
      [t("over"), clock.over ? el("span", { class: "time" }, endText(clock.over, home)) : null],
    ]),
    clock.provisional && el("p", { class: "remark" }, "? " + t("provisional")),
    clock.sum.length > 0 && sumTable(clock.sum),
  );
}

function actsTable(view) {
  return table(
    "acts",
    t("acts"),
    ["#", t("at"), t("act"), t("agency"), t("by"), t("id")],
    view.acts.map((act) => [
      String(act.number),
      el("span", { class: "time" }, timeText(act.at, home)),
      [user(pick(act.label) || act.type), act.note !== "" && el("span", { class: "sources" }, user(act.note))],
      user(act.agency),
      user(keyText(act.by)),
      user(act.id),
    ]),
  );
}

function caseView(id) {
  const c = caseById.get(id);
  const view = viewOf(id);
  const found = c ? c.findings : [];
  return [
    el("p", { class: "noprint" }, el("button", { type: "button", id: "all-cases", onclick: () => openCase("") }, "← " + t("allCases"))),
    el("h2", { tabindex: "-1", id: "case-title" }, t("case") + " ", user(id)),
    view ? timelineCard(view, found) : el("p", { class: "card empty" }, t("noView")),
    el(
      "section",
      { class: "card" },
      el("h3", {}, t("findings")),
      found.length === 0 && el("p", { class: "empty" }, t("nothing")),
      found.map((f) =>
        el(
          "details",
          { class: "finding-block", open: found.length === 1 },
          el("summary", {}, kindTag(f.kind), " ", user(pick(f.label) || f.rule), " ", el("span", { class: "time sub" }, timeText(f.at, home))),
          explanation(f, 4, null),
        ),
      ),
    ),
    view && view.clocks.length > 0 && el("section", { class: "card" }, el("h3", {}, t("clocks")), view.clocks.map(clockBlock)),
    view && el("section", { class: "card" }, el("h3", {}, t("acts")), actsTable(view)),
  ];
}

function drawCases() {
  replace("view-cases", openedCase === "" ? caseListView() : caseView(openedCase));
  if (openedCase === "") drawCaseList();
}

function openCase(id) {
  view = "cases";
  openedCase = id;
  writeHash(true);
  drawAll();
  scrollTo(0, 0);
  const title = document.getElementById("case-title");
  if (title) title.focus({ preventScroll: true });
}
