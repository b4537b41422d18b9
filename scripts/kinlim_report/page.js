/* The report's page: values under the pointer and by arrow keys, series on and off, tables that sort and copy. */
"use strict";

// ---- figures ------------------------------------------------------------------
const REACH = 16; // pixels from a mark to the pointer
const tip = document.body.appendChild(document.createElement("div"));
tip.className = "tip";
tip.hidden = true;

const spoken = document.body.appendChild(document.createElement("div")); // what a screen reader says
spoken.className = "spoken";
spoken.setAttribute("role", "status");
spoken.setAttribute("aria-live", "polite");

function showTip(words, event) {
  tip.hidden = !words;
  if (!words) return;
  tip.textContent = words;
  const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, right)) + scrollX + "px";
  tip.style.top = event.clientY + 16 + scrollY + "px";
}

function makeFigure(figure) {
  const { entries, marks } = JSON.parse(figure.dataset.marks);
  const svg = figure.querySelector("svg");
  const off = new Set(); // entries that are not shown
  const part = (name) => document.getElementById(figure.id + "-" + name);
  const place = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const entryAt = (at) => entries.findIndex(
    ({ area, parts }) => parts.length && at.x > area[0] && at.x < area[2] && at.y > area[1] && at.y < area[3]);

  function markAt(at) {
    let best = REACH / svg.getScreenCTM().a, found = "";
    for (const [x, y, words, of] of marks) {
      const away = Math.hypot(x - at.x, y - at.y);
      if (away < best && !of.some((i) => off.has(i))) [best, found] = [away, words];
    }
    return found;
  }

  function draw() {
    const hidden = new Set([...off].flatMap((i) => entries[i].parts));
    entries.forEach(({ own, parts }, i) => {
      own.forEach((name) => part(name)?.classList.toggle("off", off.has(i)));
      parts.forEach((name) => part(name)?.classList.toggle("gone", hidden.has(name)));
    });
  }

  svg.addEventListener("pointermove", (event) => {
    const at = place(event), entry = entryAt(at);
    svg.style.cursor = entry >= 0 ? "pointer" : "";
    showTip(entry >= 0 ? `click: ${off.has(entry) ? "show" : "hide"} ${entries[entry].words}` : markAt(at), event);
  });
  svg.addEventListener("pointerleave", () => showTip(""));
  svg.addEventListener("click", (event) => {
    const entry = entryAt(place(event));
    if (entry < 0) return;
    if (!off.delete(entry)) off.add(entry);
    draw();
    showTip("");
  });
  if (marks.length) byKeys(svg, marks, ([, , , of]) => !of.some((i) => off.has(i)));
}

/* Right and left: the next and the last mark that is shown; down and up: those of the next and the last series. */
function stepped(key, at, marks, shown) {
  const series = (i) => marks[i][3].join();
  const from = (i, by, wanted) => {
    while (marks[i] && !(shown(marks[i]) && wanted(i))) i += by;
    return marks[i] ? i : at;
  };
  const first = (i) => { // of the series of this mark
    while (i > 0 && series(i - 1) === series(i)) i--;
    return from(i, 1, () => true);
  };
  const other = (i) => at < 0 || series(i) !== series(at);
  switch (key) {
    case "ArrowRight": return from(at + 1, 1, () => true);
    case "ArrowLeft": return from(at - 1, -1, () => true);
    case "ArrowDown": return from(at + 1, 1, other);
    case "ArrowUp": return at < 0 ? at : first(from(at, -1, other));
    case "Home": return from(0, 1, () => true);
    case "End": return from(marks.length - 1, -1, () => true);
  }
  return -1;
}

function byKeys(svg, marks, shown) {
  let at = -1;
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  ring.setAttribute("class", "here");
  ring.setAttribute("r", 7);
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", svg.getAttribute("aria-label") + " Arrow keys step through its values.");

  function leave() {
    at = -1;
    ring.remove();
    spoken.textContent = "";
    showTip("");
  }

  function tell() {
    const [x, y, words] = marks[at];
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    svg.append(ring);
    ring.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { x: clientX, y: clientY } = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
    showTip(words, { clientX, clientY });
    spoken.textContent = words.replaceAll("\n", ", ");
  }

  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave();
    if (event.altKey || event.ctrlKey || event.metaKey || !/^(Arrow|Home$|End$)/.test(event.key)) return;
    event.preventDefault();
    at = stepped(event.key, at, marks, shown);
    if (at >= 0) tell();
  });
  svg.addEventListener("blur", leave);
}

// ---- tables -------------------------------------------------------------------
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/* Words and numbers of a cell in turn: "η = 0.4" is ["η = ", 0.4], "0.30(4)·10⁻⁵" is ["", 3e-6]. */
function keys(words) {
  const found = [];
  let last = 0;
  for (const m of words.matchAll(/([+−]?\d+(?:\.\d+)?)(?:\(\d+\))?(?:·10(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/g)) {
    const power = [...(m[2] ?? "")].map((c) => (c === "⁻" ? "-" : POWERS.indexOf(c))).join("");
    found.push(words.slice(last, m.index).trim(), Number(m[1].replace("−", "-")) * 10 ** Number(power || 0));
    last = m.index + m[0].length;
  }
  return found.concat(words.slice(last).trim() || []);
}

/* Cells without a number come last. */
function compare(a, b) {
  const [x, y] = [keys(a), keys(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (typeof x[i] === "number" && x[i] !== y[i]) return x[i] - y[i];
    if (typeof x[i] !== "number" && x[i] !== y[i]) return (x[i] === "") === (y[i] === "") ? x[i].localeCompare(y[i]) : x[i] === "" ? -1 : 1;
  }
  return x.length - y.length;
}

function makeTable(table) {
  const body = table.tBodies[0], heads = [...(table.tHead?.rows[0].cells ?? [])];
  let name = null;
  for (const row of body.rows) { // a group's name in each of its rows, seen where it begins
    const cell = row.cells[0];
    if (row.classList.contains("first") || cell.textContent) name = cell;
    else if (name) cell.innerHTML = `<span class="again">${name.innerHTML}</span>`;
  }
  heads.forEach((head, column) => {
    const button = head.appendChild(document.createElement("button"));
    button.className = "sort";
    button.title = "sort";
    button.setAttribute("aria-label", "sort by " + head.textContent);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [row, row.cells[column].textContent]);
      rows.sort(([, a], [, b]) => (up ? compare(a, b) : compare(b, a)));
      body.append(...rows.map(([row]) => row));
      table.classList.add("sorted");
    });
  });
  const copy = document.createElement("button");
  copy.className = "copy";
  copy.textContent = "copy";
  copy.title = "the table, to paste into a spreadsheet";
  copy.addEventListener("click", () => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t"));
    document.addEventListener("copy", (event) => {
      event.clipboardData.setData("text/plain", lines.join("\n"));
      event.preventDefault();
    }, { once: true });
    copy.textContent = document.execCommand("copy") ? "copied" : "no clipboard here";
    setTimeout(() => (copy.textContent = "copy"), 1500);
  });
  table.parentElement.before(copy);
}

document.querySelectorAll("figure[data-marks]").forEach(makeFigure);
document.querySelectorAll(".wide table").forEach(makeTable);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => (part.open = true)));
