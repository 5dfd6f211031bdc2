"use strict";

/* Parts that are chosen one at a time, and boards whose rows are filtered and whose columns are hidden.
   Without this file everything is listed. */

function remembered(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) || [];
  } catch {
    return [];
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    /* no storage: the choice holds for this visit */
  }
}

function makeOneShown(choices) {
  const parts = [...choices.children].filter((part) => part.classList.contains("choice"));
  if (parts.length < 2) return;
  const label = document.createElement("label");
  const box = document.createElement("select");
  box.append(...parts.map((part, at) => new Option(part.dataset.title, at)));
  const show = () => parts.forEach((part, at) => { part.hidden = at !== Number(box.value); });
  box.addEventListener("change", show);
  label.append(choices.dataset.choose, " ", box);
  const chooser = document.createElement("div");
  chooser.className = "chooser";
  chooser.append(label);
  choices.before(chooser);
  show();
}

class Board {
  constructor(place) {
    this.place = place;
    this.key = `iqabench columns of ${place.dataset.board}`;
    this.tables = [...place.querySelectorAll("table.standings")];
    this.style = document.head.appendChild(document.createElement("style"));
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(this.search(), this.columns());
    place.querySelector(".chooser, .choices").before(tools);
    this.hide();
  }

  search() {
    const label = document.createElement("label");
    this.box = document.createElement("input");
    this.box.type = "search";
    this.box.addEventListener("input", () => this.filter());
    this.said = document.createElement("span");
    this.said.setAttribute("role", "status");
    label.append("Filter ", this.box);
    const part = document.createElement("div");
    part.className = "filter";
    part.append(label, this.said);
    return part;
  }

  filter() {
    this.rows ||= this.tables.flatMap((table) =>
      [...table.tBodies[0].rows].map((row) => ({ row, table, text: row.textContent.toLowerCase() })));
    const words = this.box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Map(this.tables.map((table) => [table, 0]));
    this.rows.forEach(({ row, table, text }) => {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown.set(table, shown.get(table) + 1);
    });
    const [first] = this.tables;
    this.said.textContent = words.length ? `${shown.get(first)} of ${first.tBodies[0].rows.length} entries` : "";
  }

  columns() {
    const heads = headsOf(this.tables[0]);
    const gone = remembered(this.key);
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "Columns";
    const group = document.createElement("fieldset");
    group.innerHTML = '<legend class="unseen">Columns to show</legend>';
    this.boxes = heads.flatMap((head, at) => {
      if (!head.dataset.column) return [];
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = head.dataset.column;
      box.checked = !gone.includes(box.value);
      box.dataset.at = at;
      label.append(box, ` ${head.dataset.column}`);
      group.append(label);
      return [box];
    });
    group.addEventListener("change", () => this.hide());
    details.append(summary, group);
    return details;
  }

  /* One rule of style for each hidden column: quick however many rows there are. */
  hide() {
    const hidden = this.boxes.filter((box) => !box.checked);
    const places = new Set(hidden.map((box) => Number(box.dataset.at)));
    const rules = [...places].map((at) => `table.standings tr:not(.groups) > :nth-child(${at + 1})`);
    this.style.textContent = rules.length ? `${rules.join(",\n")} { display: none; }` : "";
    this.tables.forEach((table) => this.span(table, places));
    remember(this.key, hidden.map((box) => box.value));
  }

  /* Group heads stand over the columns that are left. */
  span(table, places) {
    const groups = table.querySelector("tr.groups");
    if (!groups) return;
    let from = 0;
    [...groups.cells].forEach((cell) => {
      cell.dataset.span ||= cell.colSpan;
      const over = Array.from({ length: Number(cell.dataset.span) }, (_, at) => from + at);
      const left = over.filter((at) => !places.has(at)).length;
      cell.hidden = left === 0;
      cell.colSpan = Math.max(1, left);
      from += over.length;
    });
  }
}

document.querySelectorAll(".choices").forEach(makeOneShown);
document.querySelectorAll("section.board").forEach((place) => new Board(place));
