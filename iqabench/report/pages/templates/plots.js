"use strict";

/* Plots that are chosen, points that say what they are, and the Pareto front over chosen columns.
   Without this file all plots are listed, and the first front is marked. */

const figureOf = (text) => (text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text));

function select(name, options, changed) {
  const label = document.createElement("label");
  const box = document.createElement("select");
  box.append(...options.map((option) => new Option(option, option)));
  box.addEventListener("change", changed);
  label.append(name, " ", box);
  return [label, box];
}

function makeChoosable(plots) {
  const figures = [...plots.querySelectorAll("figure")];
  const kinds = ["quality", "cost"].map((kind) => [...new Set(figures.map((figure) => figure.dataset[kind]))]);
  if (figures.length < 2) return;
  const chooser = document.createElement("div");
  const said = document.createElement("p");
  chooser.className = "chooser";
  said.setAttribute("role", "status");
  const boxes = [];
  const show = () => {
    const [quality, cost] = boxes.map((box, at) => (box ? box.value : kinds[at][0]));
    let found = 0;
    figures.forEach((figure) => {
      figure.hidden = figure.dataset.quality !== quality || figure.dataset.cost !== cost;
      found += figure.hidden ? 0 : 1;
    });
    said.textContent = found ? "" : plots.dataset.none || "Too few models have both: there is nothing to compare.";
  };
  [plots.dataset.across || "Column", plots.dataset.below || "Against"].forEach((name, at) => {
    if (kinds[at].length < 2) {
      boxes.push(null);
      return;
    }
    const [label, box] = select(name, kinds[at], show);
    chooser.append(label);
    boxes.push(box);
  });
  plots.before(chooser, said);
  show();
}

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true");

function showTip(card) {
  const at = card.getBoundingClientRect();
  tip.textContent = card.dataset.text;
  tip.hidden = false;
  const left = Math.min(at.right + 8, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(8, left) + scrollX}px`;
  tip.style.top = `${Math.max(8, at.top - tip.offsetHeight - 6) + scrollY}px`;
}

function hideTip() {
  tip.hidden = true;
}

function makeTelling(card) {
  const title = card.querySelector("title");
  card.dataset.text = title.textContent;
  card.setAttribute("role", "img");
  card.setAttribute("aria-label", title.textContent.replaceAll("\n", ", "));
  card.setAttribute("tabindex", "0");
  title.remove();
  card.addEventListener("pointerenter", () => showTip(card));
  card.addEventListener("pointerleave", hideTip);
  card.addEventListener("focus", () => showTip(card));
  card.addEventListener("blur", hideTip);
}

/* One row's values of the chosen columns, larger is better; null where one is missing or takes no place. */
function valuesOf(row, heads) {
  if (row.dataset.last) return null;
  const values = heads.map((head) => {
    const cell = row.cells[head.cellIndex];
    if (!cell.dataset.sort || cell.classList.contains("partial")) return NaN;
    return figureOf(cell.dataset.sort) * (head.dataset.better === "higher" ? 1 : -1);
  });
  return values.some(Number.isNaN) ? null : values;
}

const beats = (a, b) => a.every((value, at) => value >= b[at]) && a.some((value, at) => value > b[at]);

function markFront(table, heads) {
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, values: heads.length > 1 ? valuesOf(row, heads) : null }));
  const some = rows.filter((one) => one.values);
  const on = some.filter((one) => !some.some((other) => beats(other.values, one.values)));
  rows.forEach((one) => one.row.classList.toggle("front", on.includes(one)));
  return heads.length > 1
    ? `${on.length} of ${some.length} models that have all of these are on the front.`
    : "Choose two columns or more.";
}

function makeParetoChoosable(place, table) {
  const first = JSON.parse(place.dataset.columns);
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.dataset.name);
  const group = document.createElement("fieldset");
  group.innerHTML = "<legend>Front over</legend>";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const boxes = heads.map((head) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = head.dataset.name;
    box.checked = first.includes(head.dataset.name);
    label.append(box, ` ${head.dataset.title || head.dataset.name}`);
    group.append(label);
    return box;
  });
  const update = () => { said.textContent = markFront(table, heads.filter((_, at) => boxes[at].checked)); };
  group.addEventListener("change", update);
  place.append(group, said);
  update();
}

document.querySelectorAll(".plots.chosen").forEach(makeChoosable);
document.body.append(tip);
document.querySelectorAll("g.card").forEach(makeTelling);
addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
const place = document.querySelector(".pareto");
if (place) makeParetoChoosable(place, document.querySelector("table.means"));
