// The report's data, read from the page. Findings are unpacked once, cases when they are looked at.

const raw = JSON.parse(document.getElementById("data").textContent);

// Control characters and marks that turn text round are shown, not obeyed: what is read is what was written.
const strings = raw.strings.map((text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd"));
const textAt = (i) => strings[i];
const bothAt = (i, j) => [strings[i], strings[j]];
const keyAt = (flat) => {
  const pairs = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([strings[flat[i]], strings[flat[i + 1]]]);
  return pairs;
};
// What a reader calls each of a key's parts, in both languages; where there are fewer, by its name.
const labelsAt = (flat) => {
  const labels = [];
  for (let i = 0; i < flat.length; i += 2) labels.push(bothAt(flat[i], flat[i + 1]));
  return labels;
};
const whyAt = (lines) =>
  lines.map((w) => ({
    step: textAt(w[0]),
    act: textAt(w[1]),
    at: w[2],
    cite: textAt(w[3]),
    text: bothAt(w[4], w[5]),
  }));

const home = raw.now[1];

// What articles and fields are called, where the packs say it; both languages of a word are looked through.
const citesZh = new Map();
for (let i = 0; i < (raw.cites || []).length; i += 2) citesZh.set(raw.cites[i], raw.cites[i + 1]);
const fieldWords = new Map();
for (let i = 0; i < (raw.fields || []).length; i += 3) fieldWords.set(raw.fields[i], [raw.fields[i + 1], raw.fields[i + 2]]);
const citeText = (cite) => pick([citesZh.get(cite) || cite, cite]);
const citesText = (cites) => cites.split(", ").map(citeText).join(pick(["、", ", "]));
const fieldText = (field) => pick(fieldWords.get(field) || [field, field]);

function unpackFinding(f, index) {
  return {
    index,
    id: textAt(f[0]),
    rule: textAt(f[1]),
    part: textAt(f[2]),
    kind: textAt(f[3]),
    severity: SEVERITY_IDS[f[4]],
    case: textAt(f[5]),
    key: keyAt(f[6]),
    at: f[7],
    due: f[8],
    lateBy: f[9],
    provisional: f[10] === 1,
    acts: f[11].map(textAt),
    cites: f[12].map(textAt),
    missing: f[13].map(textAt),
    label: bothAt(f[14], f[15]),
    message: bothAt(f[16], f[17]),
    why: f[18], // unpacked by whyAt when shown
    keyLabels: labelsAt(f[19]),
  };
}

const findings = raw.findings.map(unpackFinding);
const findingById = new Map(findings.map((f) => [f.id, f]));

const keyText = (key, labels = []) => key.map(([name, value], i) => (i < labels.length ? pick(labels[i]) : name) + " " + value).join(", ");

// What the search looks through, made when first needed.
function haystack(f) {
  if (f.hay === undefined) {
    const why = f.why.map((w) => textAt(w[4]) + " " + textAt(w[5])).join(" ");
    const parts = [f.id, f.rule, f.part, f.case, keyText(f.key), ...f.keyLabels.flat(), ...f.acts, ...f.cites, ...f.cites.map((c) => citesZh.get(c) || ""), ...f.missing, ...f.missing.flatMap((m) => fieldWords.get(m) || [])];
    f.hay = [...parts, ...f.label, ...f.message, why].join(" ").toLowerCase();
  }
  return f.hay;
}

const viewRaw = new Map(raw.views.map((v) => [textAt(v[0]), v]));
const viewCache = new Map();

// The acts and clocks of a case, or null if the report does not carry them.
function viewOf(caseId) {
  if (viewCache.has(caseId)) return viewCache.get(caseId);
  const v = viewRaw.get(caseId);
  const view = v && {
    case: caseId,
    acts: v[1].map((a, i) => ({
      number: i + 1,
      id: textAt(a[0]),
      type: textAt(a[1]),
      label: bothAt(a[2], a[3]),
      at: a[4],
      agency: textAt(a[5]),
      agencyKind: textAt(a[6]),
      by: keyAt(a[7]),
      note: textAt(a[8]),
    })),
    clocks: v[2].map((c) => ({
      rule: textAt(c[0]),
      label: bothAt(c[1], c[2]),
      key: keyAt(c[3]),
      startAct: textAt(c[4]),
      start: c[5],
      end: c[6],
      over: c[7],
      state: textAt(c[8]),
      right: (c[9] & 1) !== 0,
      provisional: (c[9] & 2) !== 0,
      sum: whyAt(c[10]),
      keyLabels: labelsAt(c[11]),
    })),
  };
  viewCache.set(caseId, view || null);
  return view || null;
}

// Ids in the order people expect: a-2 before a-10.
const natural = new Intl.Collator("en", { numeric: true }).compare;

const cases = [];
{
  const byCase = new Map();
  for (const f of findings) {
    if (f.case === "") continue; // a figure over many cases belongs to none
    if (!byCase.has(f.case)) byCase.set(f.case, []);
    byCase.get(f.case).push(f);
  }
  for (const [id, list] of byCase) {
    cases.push({ id, findings: list, rank: Math.max(...list.map((f) => SEVERITY_RANK[f.severity])) });
  }
  cases.sort((a, b) => b.rank - a.rank || b.findings.length - a.findings.length || natural(a.id, b.id));
}
const caseById = new Map(cases.map((c) => [c.id, c]));

const rules = [];
{
  const byRule = new Map();
  for (const f of findings) {
    let rule = byRule.get(f.rule);
    if (!rule) {
      rule = { id: f.rule, label: f.label, severity: f.severity, total: 0, kinds: {} };
      byRule.set(f.rule, rule);
      rules.push(rule);
    }
    rule.total += 1;
    rule.kinds[f.kind] = (rule.kinds[f.kind] || 0) + 1;
    if (SEVERITY_RANK[f.severity] > SEVERITY_RANK[rule.severity]) rule.severity = f.severity;
  }
  const broken = (r) => (r.kinds.breach || 0) + (r.kinds.late || 0);
  // Law broken, about to be, a signal, not decided.
  const urgency = (r) => (broken(r) ? 0 : r.kinds.warn ? 1 : r.kinds.flag ? 2 : 3);
  rules.sort(
    (a, b) =>
      urgency(a) - urgency(b) ||
      SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] ||
      broken(b) - broken(a) ||
      natural(a.id, b.id),
  );
}
