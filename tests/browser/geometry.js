// Run in a page: what a careful eye would object to, as a list of texts. Empty: nothing.
(() => {
  const found = [];
  const report = (what, element) => {
    const text = (element.textContent || "").trim().slice(0, 40);
    const name = element.tagName + (element.getAttribute("class") ? "." + element.getAttribute("class") : "");
    if (found.length < 40) found.push(what + ": " + name + " “" + text + "”");
  };
  const hiddenByDesign = (element) => element.closest(".out, .skip, script, style, noscript, option, title, thead") !== null;
  const scrolls = (element) => element.closest(".frame") !== null;
  const root = document.documentElement;
  const width = root.clientWidth;
  if (root.scrollWidth > width) found.push("the page scrolls sideways: " + root.scrollWidth + " > " + width);

  // Boxes of every text that is seen.
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || hiddenByDesign(element)) continue;
    if (!element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = element.namespaceURI.endsWith("svg") ? [element.getBoundingClientRect()] : [...range.getClientRects()];
    // What a scrolling pane keeps out of sight overlaps nothing.
    const pane = element.closest("#detail-dock");
    const sight = pane && pane.getBoundingClientRect();
    for (const box of rects) {
      if (box.width < 0.5 || box.height < 0.5) continue;
      if (sight && (box.bottom > sight.bottom + 1 || box.top < sight.top - 1)) continue;
      boxes.push({ element, left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY });
      if (!scrolls(element) && (box.left < -0.5 || box.right > width + 0.5)) report("text outside the page", element);
    }
  }

  // Texts that lie on one another. Boxes hold the font's whole height, so a few pixels are air.
  boxes.sort((a, b) => a.top - b.top);
  const airY = 4;
  for (let i = 0; i < boxes.length; i += 1) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - airY; j += 1) {
      const a = boxes[i];
      const b = boxes[j];
      if (a.element === b.element) continue;
      const overlapX = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      if (overlapX > 1.5) report("text on text (“" + (a.element.textContent || "").trim().slice(0, 30) + "”)", b.element);
    }
  }

  for (const element of document.querySelectorAll("body *")) {
    if (hiddenByDesign(element) || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const cuts = style.overflowX !== "visible" && !["INPUT", "SELECT"].includes(element.tagName) && !element.closest("svg");
    if (cuts && !element.matches(".frame") && element.scrollWidth > element.clientWidth + 1) report("cut off", element);
    if (element.matches("button, input, select, summary")) {
      const box = element.getBoundingClientRect();
      if (box.height < 24 || box.width < 24) report("too small to hit", element);
      if (element.matches("button, summary") && element.textContent.trim() === "") report("no name", element);
      if (element.matches("input, select") && !element.closest("label")) report("no label", element);
    }
    if (element.matches("svg[role=img]") && !element.getAttribute("aria-label")) report("picture without a name", element);
  }

  // Nothing of a picture leaves it.
  for (const picture of document.querySelectorAll("svg.timeline")) {
    if (!picture.checkVisibility()) continue;
    const outer = picture.getBoundingClientRect();
    for (const part of picture.querySelectorAll("text, circle, rect:not(pattern *), path:not(defs *)")) {
      if (part.closest("defs")) continue;
      const box = part.getBoundingClientRect();
      const outside = box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 3 || box.bottom > outer.bottom + 3;
      if (outside) report("outside the picture", part);
    }
  }

  // Contrast of text: 4.5 to 1 (WCAG 1.4.3).
  const parse = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => {
    const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const seen = new Set();
  for (const { element } of boxes) {
    const inSvg = element.namespaceURI.endsWith("svg");
    const style = getComputedStyle(element);
    const mark = inSvg && element.matches(".in-mark") && element.parentElement.querySelector("circle");
    const color = parse(inSvg ? style.fill : style.color);
    const back = mark ? parse(getComputedStyle(mark).fill) : ground(element);
    const key = color + "/" + back;
    if (seen.has(key) || element.closest(":disabled")) continue;
    seen.add(key);
    const [a, b] = [luminance(color), luminance(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) report("contrast " + ratio.toFixed(2), element);
  }
  if (boxes.length === 0) found.push("no text is seen at all");
  return found;
})();
