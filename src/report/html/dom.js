// Elements made by hand. Text goes in as text, never as markup.

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.setAttribute("class", value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child);
  }
  return element;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Ids and names from outside keep their own direction and may break anywhere.
const user = (text) => el("bdi", { class: "user" }, text);

// Names of the law language break after their joints first.
const idText = (text) => el("bdi", { class: "user" }, (text.match(/[^_./]*[_./]?/g) || []).flatMap((part, i) => (i ? [el("wbr"), part] : [part])));

const ICONS = {
  breach: "M8 1.5 15 14H1Z",
  late: "M8 1.5 15 14H1ZM8 5.2 4.2 12h7.6Z",
  warn: "M8 .8 15.2 8 8 15.2.8 8ZM8 3.4 3.4 8 8 12.6 12.6 8Z",
  flag: "M3 1h1.6v1H14l-2.6 3.5L14 9H4.6v6H3Z",
  missing: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6ZM4.5 7.2h7v1.6h-7Z",
};

const iconShape = (kind) => svg("path", { d: ICONS[kind], "fill-rule": "evenodd", class: "fill-" + kind });
const icon = (kind) => svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, iconShape(kind));

const kindTag = (kind) => el("span", { class: "kind text-" + kind }, icon(kind), word(KINDS, kind));
const severityTag = (id) => el("span", { class: "severity" }, word(SEVERITIES, id));

// A list of names and values; a value of null is left out.
function facts(rows) {
  return el(
    "dl",
    { class: "facts" },
    rows
      .filter(([, value]) => value !== null)
      .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

const commaList = (values) => values.flatMap((value, i) => (i ? [", ", user(value)] : [user(value)]));

// A table that turns into blocks on a narrow page (by its kind); roles keep it a table for a screen reader.
function table(kind, name, heads, rows) {
  return el(
    "table",
    { class: "data " + kind, role: "table", "aria-label": name },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads.map((h) => el("th", { scope: "col", role: "columnheader" }, h)))),
    el(
      "tbody",
      { role: "rowgroup" },
      rows.map((cells) =>
        el("tr", { role: "row" }, cells.map((cell) => el("td", { role: "cell" }, cell))),
      ),
    ),
  );
}

function replace(id, ...children) {
  const element = document.getElementById(id);
  element.replaceChildren(...children.flat(Infinity).filter((c) => c));
  return element;
}

// Redrawing what was pressed must not lose the place of someone who works by keyboard.
function keepFocus(redraw) {
  const held = document.activeElement && document.activeElement.getAttribute("data-focus");
  redraw();
  if (!held) return;
  const again = document.querySelector('[data-focus="' + CSS.escape(held) + '"]');
  if (again && again !== document.activeElement) again.focus({ preventScroll: true });
}

function pager(page, pages, go, name) {
  if (pages <= 1) return null;
  return el(
    "nav",
    { class: "pager", "aria-label": name },
    el("button", { type: "button", disabled: page === 0, "data-focus": name + "-previous", onclick: () => go(page - 1) }, t("previous")),
    el("span", {}, t("page", { n: count(page + 1), all: count(pages) })),
    el("button", { type: "button", disabled: page + 1 >= pages, "data-focus": name + "-next", onclick: () => go(page + 1) }, t("next")),
  );
}
