// A case drawn on a line: findings, a lane for each agency, a bar for each clock. Labels are measured before they are
// placed, so that none covers another or leaves the picture; what finds no room has its number, and the tables name it.

const ROW = 16; // height of a line of labels
const NEAR = 18; // marks nearer than this become one
const MOST_ROWS = 7;

let measureContext = null;
function textWidth(text) {
  if (!measureContext) {
    measureContext = document.createElement("canvas").getContext("2d");
    measureContext.font = "12px " + getComputedStyle(document.body).fontFamily;
  }
  return measureContext.measureText(text).width * 1.03 + 1;
}

// As much of the text as fits, with "…" for what does not; "" if not even a character fits.
function fitText(text, width) {
  if (textWidth(text) <= width) return text;
  const signs = Array.from(text);
  let low = 0;
  let high = signs.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(signs.slice(0, middle).join("") + "…") <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : signs.slice(0, low).join("") + "…";
}

// The time the picture spans, with a little air. The last mark keeps room for its label through the right margin.
function spanOf(view, found) {
  const times = [...view.acts.map((a) => a.at[0]), ...found.map((f) => f.at[0])];
  for (const clock of view.clocks) {
    times.push(clock.start[0]);
    for (const time of [clock.end, clock.over]) if (time) times.push(time[0]);
  }
  let first = Math.min(...times);
  let last = Math.max(...times);
  if (last - first < 3600000) last = first + 3600000;
  const now = raw.now[0];
  if (now > last && now - last < (last - first) * 0.25) last = now;
  return [first, last];
}

const HOUR = 3600000;
const DAY = 24 * HOUR;
const STEPS_MS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const STEPS_MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];

// Instants of the axis and their labels, in the report's own offset.
function ticksOf(first, last, width) {
  const shift = home * 60000;
  const perMs = width / (last - first);
  const room = textWidth("2026-03-04") + 14;
  const small = STEPS_MS.find((step) => step * perMs >= room);
  const ticks = [];
  if (small) {
    for (let at = Math.ceil((first + shift) / small) * small; at <= last + shift; at += small) {
      const iso = new Date(at).toISOString();
      const midnight = at % DAY === 0;
      ticks.push([at - shift, midnight || small >= DAY ? iso.slice(0, 10) : iso.slice(5, 10) + " " + iso.slice(11, 16)]);
    }
    return ticks;
  }
  const months = STEPS_MONTHS.find((n) => n * 30.4 * DAY * perMs >= room) || 240;
  const start = new Date(first + shift);
  let month = start.getUTCFullYear() * 12 + start.getUTCMonth();
  month -= month % months;
  for (; ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1) - shift;
    if (at > last) return ticks;
    if (at >= first) ticks.push([at, Math.floor(month / 12) + "-" + two((month % 12) + 1)]);
  }
}

// Marks that would touch become one; each mark then gets a row for its label. From right to left: a label stands above
// the labels of all marks it spans, so no leader crosses a text.
function placeMarks(items, right) {
  const marks = [];
  for (const item of items.slice().sort((a, b) => a.x - b.x)) {
    const last = marks[marks.length - 1];
    if (last && item.x - last.x < NEAR) last.items.push(item);
    else marks.push({ x: item.x, items: [item], row: -1, text: "" });
  }
  for (let i = marks.length - 1; i >= 0; i -= 1) {
    const mark = marks[i];
    const full = mark.items[0].text + (mark.items.length > 1 ? " +" + (mark.items.length - 1) : "");
    const text = fitText(full, Math.min(right - mark.x, 190));
    if (text === "") continue;
    const end = mark.x + textWidth(text) + 8;
    let row = 0;
    let blocked = false;
    for (let j = i + 1; j < marks.length && marks[j].x - 10 <= end; j += 1) row = Math.max(row, marks[j].row + 1);
    if (row >= MOST_ROWS) blocked = true;
    if (!blocked) {
      mark.row = row;
      mark.text = text;
    }
  }
  return { marks, rows: Math.max(0, ...marks.map((m) => m.row + 1)) };
}

function drawMark(mark, y, shape) {
  const many = mark.items.length > 1;
  const told = mark.items.map((item) => item.told).join("\n");
  return svg(
    "g",
    { class: "mark" },
    svg("title", {}, told),
    mark.row >= 0 && svg("path", { class: "leader", d: "M" + mark.x + " " + y + "V" + (y - 12 - mark.row * ROW) }),
    many
      ? [
          svg("circle", { cx: mark.x, cy: y, r: 8, class: shape.many(mark) }),
          svg("text", { x: mark.x, y: y + 4, class: "in-mark", "text-anchor": "middle" }, String(mark.items.length)),
        ]
      : shape.one(mark, y),
    mark.row >= 0 && svg("text", { x: mark.x, y: y - 14 - mark.row * ROW, class: "label" }, mark.text),
  );
}

const actShape = {
  many: () => "act-many",
  one: (mark, y) => svg("circle", { cx: mark.x, cy: y, r: 5, class: mark.items[0].gone ? "act-gone" : "act-one" }),
};
const findingShape = {
  many: (mark) => "fill-" + mark.items[0].kind,
  one: (mark, y) => svg("g", { transform: "translate(" + (mark.x - 7) + " " + (y - 7) + ") scale(.875)" }, iconShape(mark.items[0].kind)),
};

// The stretches of a clock's bar, one for each line of its sum that moved the end.
function stretchesOf(clock) {
  const out = [];
  if (!clock.sum.some((line) => line.step === "base" && line.at)) return out; // no telling where the first ends
  let from = clock.start[0];
  for (const line of clock.sum) {
    if (!line.at || !["base", "extension", "pause", "roll", "restart"].includes(line.step)) continue;
    if (line.at[0] <= from) continue;
    out.push({ step: line.step, from, to: line.at[0] });
    from = line.at[0];
  }
  return out;
}

function clockText(clock) {
  const parts = [pick(clock.label) || clock.rule, word(STATES, clock.state)];
  if (clock.right) parts[1] += "（" + t("right") + "）";
  parts.push(t("end") + " " + (clock.end ? endText(clock.end, home) + (clock.provisional ? " ?" : "") : t("open")));
  return parts.join(" · ");
}

function drawClock(clock, y, scale, found) {
  const { x, left, right, width } = scale;
  const from = x(clock.start[0]);
  const to = clock.end ? x(clock.end[0]) : right;
  const long = Math.max(3, to - from);
  const full = clockText(clock);
  const text = fitText(full, width - 2 * left);
  const textX = Math.max(left, Math.min(from, width - left - textWidth(text)));
  const lateUntil = clock.over ? clock.over[0] : raw.now[0];
  const isLate = (clock.state === "late" || clock.state === "breached") && clock.end && lateUntil > clock.end[0];
  const lateX = isLate ? Math.min(x(lateUntil), width - left) : 0;
  const rungs = found.filter((f) => f.kind === "warn" && f.rule === clock.rule && keyText(f.key) === keyText(clock.key));
  return svg(
    "g",
    { class: "clock state-" + clock.state },
    svg("title", {}, full),
    svg("text", { x: textX, y: y - 6, class: "label" }, text),
    svg("rect", { x: from, y, width: long, height: 12, rx: 3, class: "span" }),
    stretchesOf(clock).map((part) => {
      const a = x(part.from);
      const b = Math.min(x(part.to), to);
      if (b - a < 1 || part.step === "base") return null;
      return [
        svg("rect", { x: a, y: y + 1, width: b - a, height: 10, class: "stretch-" + part.step, fill: "url(#hatch)" }),
        svg("path", { d: "M" + a + " " + y + "v12", class: "join" }),
      ];
    }),
    !clock.end && svg("path", { d: "M" + (to - 6) + " " + (y + 1) + "l5 5-5 5", class: "open-end" }),
    isLate && svg("path", { d: "M" + to + " " + (y + 6) + "H" + lateX, class: "late-line" }),
    clock.over &&
      svg("path", {
        d: clock.state === "late" ? "M" + lateX + " " + (y - 1) + "v14" : "M" + Math.min(x(clock.over[0]), width - left) + " " + (y - 1) + "v14",
        class: "over",
      }),
    rungs.map((f) => svg("path", { d: "M" + x(f.at[0]) + " " + (y + 1) + "l5 5-5 5-5-5Z", class: "rung" })),
  );
}

// The picture as an SVG `width` pixels wide.
function drawTimeline(view, found, width) {
  const left = 12;
  const rightRoom = Math.min(150, Math.round(width * 0.28));
  const right = width - rightRoom;
  const [first, last] = spanOf(view, found);
  const x = (ms) => Math.round((left + ((ms - first) / (last - first)) * (right - left)) * 10) / 10;
  const scale = { x, left, right, width };
  const parts = [];
  let y = 22;

  const lane = (name, items, shape, labelRight) => {
    const { marks, rows } = placeMarks(items, labelRight);
    parts.push(svg("text", { x: left, y: y + 14, class: "lane-name" }, fitText(name, width - 2 * left)));
    y += 24 + rows * ROW + 6;
    parts.push(svg("path", { class: "lane", d: "M" + left + " " + y + "H" + (width - left) }));
    for (const mark of marks) parts.push(drawMark(mark, y, shape));
    y += 16;
  };

  if (found.length > 0) {
    const items = found.map((f) => {
      const text = word(KINDS, f.kind) + " " + (pick(f.label) || f.rule);
      return { x: x(f.at[0]), text, told: timeText(f.at, home) + " " + text, kind: f.kind };
    });
    lane(t("findings"), items, findingShape, width - left);
  }
  const agencies = new Map();
  for (const act of view.acts) {
    if (!agencies.has(act.agency)) agencies.set(act.agency, []);
    const text = act.number + " " + (pick(act.label) || act.type);
    agencies.get(act.agency).push({ x: x(act.at[0]), text, told: timeText(act.at, home) + " " + text + " " + act.id, gone: act.note !== "" });
  }
  for (const [agency, items] of agencies) lane(agency, items, actShape, width - left);
  if (view.clocks.length > 0) {
    parts.push(svg("text", { x: left, y: y + 14, class: "lane-name" }, t("clocks")));
    y += 24;
    for (const clock of view.clocks) {
      y += 18;
      parts.push(drawClock(clock, y, scale, found));
      y += 24;
    }
  }
  const height = y + 4;
  const grid = [];
  for (const [at, label] of ticksOf(first, last, right - left)) {
    const place = x(at);
    if (place + textWidth(label) > width - left) continue;
    grid.push(svg("path", { class: "grid", d: "M" + place + " 20V" + height }));
    grid.push(svg("text", { x: place, y: 13, class: "tick" }, label));
  }
  const now = raw.now[0];
  if (now >= first && now <= last) {
    grid.push(svg("path", { class: "now", d: "M" + x(now) + " 20V" + height }, svg("title", {}, t("now"))));
  }
  const hatch = svg(
    "defs",
    {},
    svg(
      "pattern",
      { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("path", { d: "M0 0V6", class: "hatch-line" }),
    ),
  );
  return svg(
    "svg",
    { class: "timeline", viewBox: "0 0 " + width + " " + height, width, height, role: "img", "aria-label": t("timelineTold") },
    hatch,
    grid,
    parts,
  );
}

const legendItem = (shape, text) =>
  el("span", {}, svg("svg", { class: "legend-shape", viewBox: "0 0 26 16", "aria-hidden": "true" }, shape), text);

function legend() {
  return el(
    "p",
    { class: "legend" },
    legendItem(svg("circle", { cx: 13, cy: 8, r: 5, class: "act-one" }), t("legendMark")),
    legendItem([svg("circle", { cx: 13, cy: 8, r: 8, class: "act-many" }), svg("text", { x: 13, y: 12, class: "in-mark", "text-anchor": "middle" }, "3")], t("legendMany")),
    legendItem(svg("circle", { cx: 13, cy: 8, r: 5, class: "act-gone" }), t("legendGone")),
    legendItem(svg("g", { class: "clock state-running" }, svg("rect", { x: 1, y: 2, width: 24, height: 12, rx: 3, class: "span" })), t("legendBar")),
    legendItem(svg("rect", { x: 1, y: 2, width: 24, height: 12, fill: "url(#hatch)", class: "stretch-pause" }), t("legendPause")),
    legendItem(svg("path", { d: "M13 3l5 5-5 5-5-5Z", class: "rung" }), t("legendRung")),
    legendItem(svg("path", { d: "M1 8H25", class: "late-line" }), t("legendLate")),
  );
}

// The card: picture, zoom and legend; drawn again when its width or the zoom changes.
function timelineCard(view, found) {
  const frame = el("div", { class: "frame", tabindex: "0", role: "region", "aria-label": t("timeline") });
  let zoom = 1;
  let drawnWidth = 0;
  const draw = () => {
    const room = frame.clientWidth;
    if (room < 40) return;
    drawnWidth = room;
    frame.replaceChildren(drawTimeline(view, found, Math.max(280, Math.floor(room)) * zoom));
  };
  const zoomBy = (factor) => {
    const middle = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
    zoom = factor === 0 ? 1 : Math.min(32, Math.max(1, zoom * factor));
    draw();
    frame.scrollLeft = middle * frame.scrollWidth - frame.clientWidth / 2;
  };
  const card = el(
    "section",
    { class: "card" },
    el(
      "div",
      { class: "card-head" },
      el("h3", {}, t("timeline")),
      el(
        "span",
        { class: "buttons noprint" },
        el("button", { type: "button", onclick: () => zoomBy(2) }, t("zoomIn")),
        el("button", { type: "button", onclick: () => zoomBy(0.5) }, t("zoomOut")),
        el("button", { type: "button", onclick: () => zoomBy(0) }, t("zoomAll")),
      ),
    ),
    frame,
    legend(),
  );
  new ResizeObserver(() => {
    if (Math.abs(frame.clientWidth - drawnWidth) >= 1) draw();
  }).observe(frame);
  return card;
}
