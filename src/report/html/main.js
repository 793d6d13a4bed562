// The frame: heading, views, language, theme, print; and the address, which holds the whole state.

let view = "findings";
let theme = "auto";
const THEMES = { auto: "themeAuto", light: "themeLight", dark: "themeDark" };

function writeHash(newEntry) {
  const parts = new URLSearchParams();
  if (view !== "findings") parts.set("view", view);
  if (openedCase !== "") parts.set("case", openedCase);
  if (filter.kinds.size > 0) parts.set("kind", [...filter.kinds].join(","));
  if (filter.severities.size > 0) parts.set("severity", [...filter.severities].join(","));
  if (filter.rule !== "") parts.set("rule", filter.rule);
  if (filter.text !== "") parts.set("q", filter.text);
  if (filter.sort !== "severity") parts.set("sort", filter.sort);
  if (page > 0) parts.set("page", String(page + 1));
  if (chosen !== "") parts.set("id", chosen);
  parts.set("lang", language);
  if (theme !== "auto") parts.set("theme", theme);
  const hash = "#" + parts.toString();
  if (hash === location.hash) return;
  if (newEntry) history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const among = (name, allowed) => new Set((parts.get(name) || "").split(",").filter((id) => allowed.includes(id)));
  view = parts.get("view") === "cases" ? "cases" : "findings";
  openedCase = parts.get("case") || "";
  filter.kinds = among("kind", KIND_IDS);
  filter.severities = among("severity", SEVERITY_ORDER);
  filter.rule = rules.some((r) => r.id === parts.get("rule")) ? parts.get("rule") : "";
  filter.text = parts.get("q") || "";
  filter.sort = ORDERS[parts.get("sort")] ? parts.get("sort") : "severity";
  page = Math.max(0, (parseInt(parts.get("page"), 10) || 1) - 1);
  chosen = findingById.has(parts.get("id")) ? parts.get("id") : "";
  const asked = parts.get("lang");
  language = asked === "zh" || asked === "en" ? asked : navigator.language.startsWith("zh") ? "zh" : "en";
  theme = THEMES[parts.get("theme")] ? parts.get("theme") : "auto";
}

function show(to) {
  view = to;
  writeHash(true);
  keepFocus(drawAll);
  scrollTo(0, 0);
}

function drawTop() {
  const tab = (id, n) =>
    el(
      "button",
      { type: "button", class: "tab", "aria-current": view === id ? "page" : null, "data-focus": "tab-" + id, onclick: () => { openedCase = ""; show(id); } },
      t(id),
      " ",
      el("span", { class: "sub" }, count(n)),
    );
  document.getElementById("views").setAttribute("aria-label", t("title"));
  replace("views", tab("findings", findings.length), tab("cases", cases.length));
  const setTheme = () => {
    theme = { auto: "light", light: "dark", dark: "auto" }[theme];
    writeHash(false);
    keepFocus(drawAll);
  };
  const setLanguage = () => {
    language = language === "zh" ? "en" : "zh";
    writeHash(false);
    keepFocus(drawAll);
  };
  replace(
    "tools",
    el("button", { type: "button", id: "language", lang: language === "zh" ? "en" : "zh-CN", "data-focus": "language", onclick: setLanguage }, t("language")),
    el("button", { type: "button", id: "theme", "data-focus": "theme", onclick: setTheme }, t(THEMES[theme])),
    el("button", { type: "button", id: "print", "data-focus": "print", onclick: () => window.print() }, t("print")),
  );
}

const packTitle = (pack) => pick([pack[1], pack[2]]);

function drawHeading() {
  const unreviewed = raw.packs.filter((pack) => !pack[3]);
  const refused = raw.refused > 0 ? el("b", { class: "text-breach" }, " · " + t("refused", { n: count(raw.refused) })) : null;
  replace(
    "heading",
    el("h1", {}, t("title"), " ", el("span", { class: "sub" }, t("asOf") + " " + endText(raw.now, home) + " " + offsetText(home))),
    el("p", { class: "sub" }, t("read") + " " + t("readCount", { cases: count(raw.cases), acts: count(raw.acts) }), refused, " · " + t("timesAt", { zone: offsetText(home) })),
    unreviewed.length > 0 &&
      el("p", { class: "banner" }, icon("warn"), el("span", {}, t("reviewDue"), unreviewed.flatMap((pack, i) => [i ? "; " : "", user(pack[0] + " " + packTitle(pack))]))),
    raw.notes.length > 0 && el("div", { class: "notes" }, el("h2", {}, t("notes")), el("ul", {}, raw.notes.map((note) => el("li", {}, user(note))))),
  );
}

function drawFooter() {
  replace(
    "as-of",
    el("h2", {}, t("packs")),
    facts([
      [t("asOf"), el("span", { class: "time" }, endText(raw.now, home) + " " + offsetText(home))],
      [t("calendar"), raw.calendar ? user(raw.calendar) : "—"],
      ...raw.packs.map((pack) => [
        user(pack[0]),
        [
          user(packTitle(pack)),
          " · ",
          el("b", { class: pack[3] ? "text-state-met" : "text-warn" }, pack[3] ? t("reviewedYes") : t("reviewedNo")),
          el("span", { class: "hash" }, t("hash") + " ", user(pack[4])),
        ],
      ]),
    ]),
  );
}

function drawAll() {
  const root = document.documentElement;
  root.lang = language === "zh" ? "zh-CN" : "en";
  if (theme === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
  document.title = t("title") + " · " + endText(raw.now, home) + " · Heng";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.getAttribute("data-t"));
  drawTop();
  drawHeading();
  drawFooter();
  document.getElementById("view-findings").hidden = view !== "findings";
  document.getElementById("view-cases").hidden = view !== "cases";
  if (view === "findings") {
    drawSummary();
    drawFilters();
    drawList();
  } else {
    drawCases();
  }
}

// What is printed: the findings that the filters leave, each in full; or the case as it stands.
const PRINT_MOST = 300;
let folded = []; // what was closed before printing
function preparePrint() {
  if (view !== "findings") {
    folded = [...document.querySelectorAll("#view-cases details:not([open])")];
    for (const details of folded) details.open = true;
    return;
  }
  const list = selected();
  replace(
    "print-list",
    list.length > PRINT_MOST && el("p", { class: "banner" }, t("printCut", { n: count(PRINT_MOST) })),
    list.slice(0, PRINT_MOST).map((f) => explanation(f, 2, null)),
  );
}
addEventListener("beforeprint", preparePrint);
addEventListener("afterprint", () => {
  replace("print-list");
  for (const details of folded) details.open = false;
  folded = [];
});

addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const box = document.getElementById(view === "findings" ? "search" : "case-search");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  }
  const current = event.target.closest && event.target.closest("button.row");
  if (current && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const all = [...document.querySelectorAll("button.row")];
    const next = all[all.indexOf(current) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});
addEventListener("popstate", () => {
  readHash();
  drawAll();
});
wide.addEventListener("change", placeDetail);

readHash();
drawAll();
