"use strict";

/* Tables that sort, pictures that are stepped through in place, and folded parts that unfold in print.
   Without this file the report is complete; nothing is fetched. */

const number = (text) => (text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text));

function compare(a, b, direction) {
  if (a.last !== b.last) return a.last - b.last;
  if (a.missing !== b.missing) return a.missing - b.missing;
  if (a.missing) return a.at - b.at;
  const order = a.numeric && b.numeric ? a.value - b.value || 0 : a.text.localeCompare(b.text, "en", { numeric: true });
  return order * direction || a.at - b.at;
}

function sortKey(row, column, at) {
  const cell = row.cells[column];
  const sort = cell.dataset.sort;
  const text = cell.textContent.trim();
  return {
    row, at, text,
    last: row.dataset.last ? 1 : 0,
    numeric: sort !== undefined && sort !== "",
    missing: sort === "" ? 1 : 0,
    value: sort ? number(sort) : 0,
  };
}

/* A table may have a row of group heads above that of its columns. */
const headsOf = (table) => [...table.tHead.rows[table.tHead.rows.length - 1].cells];

function sortBy(table, column, head) {
  const natural = head.dataset.better === "higher" ? "descending" : "ascending";
  const opposite = natural === "descending" ? "ascending" : "descending";
  const wanted = head.getAttribute("aria-sort") === natural ? opposite : natural;
  for (const other of headsOf(table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", wanted);
  const body = table.tBodies[0];
  const keys = [...body.rows].map((row, at) => sortKey(row, column, at));
  keys.sort((a, b) => compare(a, b, wanted === "ascending" ? 1 : -1));
  body.append(...keys.map((key) => key.row));
}

function makeSortable(table) {
  headsOf(table).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, column, head));
  });
}

class Viewer {
  constructor() {
    this.dialog = document.createElement("dialog");
    this.dialog.setAttribute("aria-label", "Pictures in place");
    this.dialog.innerHTML =
      '<div class="viewer"><header><p aria-live="polite"></p><button type="button">Close</button></header>' +
      '<div class="stage"><img alt=""></div><div class="strip" role="group" aria-label="Pictures"></div></div>';
    [this.image, this.said, this.strip] = ["img", "p", ".strip"].map((q) => this.dialog.querySelector(q));
    this.dialog.querySelector("header button").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    document.body.append(this.dialog);
  }

  open(figures, at) {
    this.figures = figures;
    this.buttons = figures.map((figure, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = figure.querySelector(".whose").textContent;
      button.addEventListener("click", () => this.show(index));
      return button;
    });
    this.strip.replaceChildren(...this.buttons);
    this.dialog.showModal();
    this.show(at);
  }

  show(at) {
    this.at = (at + this.figures.length) % this.figures.length;
    const figure = this.figures[this.at];
    const small = figure.querySelector("img");
    const [width, height] = [Number(small.getAttribute("width")), Number(small.getAttribute("height"))];
    const stage = this.image.parentElement;
    const zoom = Math.max(1, Math.floor(Math.min(stage.clientWidth / width, stage.clientHeight / height)));
    this.image.src = small.src;
    this.image.alt = small.alt;
    this.image.width = width * zoom;
    this.image.height = height * zoom;
    const lines = [...figure.querySelectorAll(".line")].map((line) => line.textContent);
    this.said.textContent = `${small.alt}: ${lines.join(", ")}`;
    this.buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === this.at)));
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.show(this.at + step);
  }
}

function makeSteppable(cuts, viewer) {
  const figures = [...cuts.querySelectorAll("figure")].filter((figure) => figure.querySelector("img"));
  figures.forEach((figure, at) => {
    figure.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      viewer.open(figures, at);
    });
  });
}

function unfold(id) {
  const part = id && document.getElementById(id);
  if (part instanceof HTMLDetailsElement) part.open = true;
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
const groups = document.querySelectorAll(".cuts");
if (groups.length) {
  const viewer = new Viewer();
  groups.forEach((cuts) => makeSteppable(cuts, viewer));
}
addEventListener("hashchange", () => unfold(location.hash.slice(1)));
unfold(location.hash.slice(1));
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((part) => { part.open = true; });
});
addEventListener("afterprint", () => folded.forEach((part) => { part.open = false; }));
