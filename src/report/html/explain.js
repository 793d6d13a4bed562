// One finding explained: verdict, facts, the sum line by line, the acts and articles it rests on.

const ENDS_NOTHING = new Set(["start", "restart", "met"]);

// Step, words with their sources, and the instant if any line has one.
function sumTable(lines) {
  const timed = lines.some((line) => line.at);
  return table(
    "sum",
    t("sum"),
    [t("step"), t("what"), ...(timed ? [t("until")] : [])],
    lines.map((line) => {
      const sources = [line.act, line.cite && citesText(line.cite)].filter((source) => source !== "");
      const when = line.at ? el("span", { class: "time" }, (ENDS_NOTHING.has(line.step) ? timeText : endText)(line.at, home)) : "";
      return [
        el("span", { class: "step step-" + line.step }, word(STEPS, line.step)),
        [user(pick(line.text)), sources.length > 0 && el("span", { class: "sources" }, commaList(sources))],
        ...(timed ? [when] : []),
      ];
    }),
  );
}

// `depth` is the level of its heading; `toCase` opens the case, or is left out (in print).
function explanation(f, depth, toCase) {
  const rule = f.rule + (f.part ? "." + f.part : "");
  const atEnd = f.due && f.due[0] === f.at[0]; // one instant, written one way
  return el(
    "article",
    { class: "explanation", "aria-label": pick(f.label) || rule },
    el(
      "h" + depth,
      {},
      kindTag(f.kind),
      " ",
      user(pick(f.label) || rule),
    ),
    el("p", { class: "rule-id" }, idText(rule)),
    el("p", { class: "message" }, user(pick(f.message))),
    facts([
      [t("case"), f.case === "" ? t("acrossCases") : user(f.case)],
      [t("key"), f.key.length > 0 ? user(keyText(f.key, f.keyLabels)) : null],
      [t("severity"), word(SEVERITIES, f.severity)],
      [t("since"), el("span", { class: "time" }, (atEnd ? endText : timeText)(f.at, home))],
      [t("due"), f.due ? el("span", { class: "time" }, endText(f.due, home)) : null],
      [t("lateBy"), f.lateBy === null ? null : el("b", { class: "text-late" }, durationText(f.lateBy))],
      [t("lacks"), f.missing.length > 0 ? commaList(f.missing.map(fieldText)) : null],
      [t("acts"), f.acts.length > 0 ? commaList(f.acts) : null],
      [t("cites"), f.cites.length > 0 ? commaList(f.cites.map(citeText)) : null],
      [t("id"), user(f.id)],
    ]),
    f.provisional && el("p", { class: "remark" }, t("provisional")),
    f.why.length > 0 && [el("h" + (depth + 1), {}, t("sum")), sumTable(whyAt(f.why))],
    toCase && f.case !== "" &&
      el("p", { class: "actions noprint" }, el("button", { type: "button", class: "primary", onclick: () => toCase(f.case) }, t("openCase"))),
  );
}
