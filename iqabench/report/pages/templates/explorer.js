"use strict";

/* Any column against any. Everything stands in the page; nothing is fetched. */

(() => {
  const explored = JSON.parse(document.getElementById("explored").textContent);
  const root = document.querySelector(".explorer");
  const [form, drawing, said] = [".chooser", ".drawing", "p[role=status]"].map((q) => root.querySelector(q));
  const table = document.querySelector("table.points");
  const card = document.createElement("div");
  card.className = "tip";
  card.hidden = true;
  card.setAttribute("aria-hidden", "true");
  document.body.append(card);

  const EVERYWHERE = -1;
  const ALL = "";
  const state = { set: ALL, device: ALL, across: explored.across, up: explored.up, names: explored.points.length <= 40 };
  state.acrossLog = explored.axes[state.across].log;
  state.upLog = explored.axes[state.up].log;

  let group = form;

  function field(name, control) {
    const label = document.createElement("label");
    label.append(...(control.type === "checkbox" ? [control, name] : [name, control]).flatMap((part) => [part, " "]));
    group.append(label);
    return control;
  }

  function together() {
    group = document.createElement("span");
    form.append(group);
  }

  function box(name, key, whole) {
    const control = document.createElement("input");
    if (whole) control.setAttribute("aria-label", whole);
    control.type = "checkbox";
    control.checked = state[key];
    control.addEventListener("change", () => { state[key] = control.checked; draw(); });
    return field(name, control);
  }

  function choice(name, key, changed) {
    const control = document.createElement("select");
    control.name = key;
    control.addEventListener("change", () => {
      state[key] = control.value === ALL ? ALL : Number(control.value);
      changed();
    });
    return field(name, control);
  }

  /* The axes that set and device leave, in groups: each set's columns, then costs of each device. */
  function offered() {
    const groups = new Map();
    explored.axes.forEach((axis, at) => {
      if (state.set !== ALL && axis.set !== EVERYWHERE && axis.set !== state.set) return;
      if (state.device !== ALL && axis.device !== EVERYWHERE && axis.device !== state.device) return;
      const counted = axis.device === EVERYWHERE ? "Counts" : explored.devices[axis.device];
      const group = axis.set === EVERYWHERE ? counted : explored.sets[axis.set];
      groups.set(group, [...(groups.get(group) || []), at]);
    });
    return groups;
  }

  function fill(control, key) {
    const groups = offered();
    const every = [...groups.values()].flat();
    if (!every.includes(state[key])) state[key] = like(explored.axes[state[key]], every);
    control.replaceChildren(...[...groups].map(([name, some]) => {
      const group = document.createElement("optgroup");
      group.label = name;
      group.append(...some.map((at) => new Option(explored.axes[at].name, at)));
      return group;
    }));
    control.value = state[key];
  }

  /* The same column of another set or device, if it is there. */
  function like(axis, every) {
    const same = (at) => explored.axes[at].name === axis.name;
    const kind = (at) => (explored.axes[at].set === EVERYWHERE) === (axis.set === EVERYWHERE);
    return every.find(same) ?? every.find(kind) ?? every[0];
  }

  function fillAll() {
    fill(up, "up");
    fill(across, "across");
    draw();
  }

  function newAxis(key, logBox) {
    state[`${key}Log`] = explored.axes[state[key]].log;
    logBox.checked = state[`${key}Log`];
    draw();
  }

  const filters = [["Set", "set", explored.sets], ["Device", "device", explored.devices]];
  filters.forEach(([name, key, names]) => {
    if (names.length < 2) return;
    const control = choice(name, key, fillAll);
    control.append(new Option("all", ALL), ...names.map((text, at) => new Option(text, at)));
  });
  together();
  const up = choice("Up", "up", () => newAxis("up", upLog));
  const upLog = box("log", "upLog", "log scale upwards");
  together();
  const across = choice("Across", "across", () => newAxis("across", acrossLog));
  const acrossLog = box("log", "acrossLog", "log scale across");
  group = form;
  box("all names", "names");
  form.addEventListener("submit", (event) => event.preventDefault());

  function points() {
    return explored.points
      .filter((point) => point.values[state.up] && point.values[state.across])
      .map((point) => ({ point, x: point.values[state.across][0], y: point.values[state.up][0] }));
  }

  /* As pareto.py has it: nothing is as good in both and better in one. */
  function onFront(some) {
    const sign = (at) => (explored.axes[at].better === "lower" ? -1 : 1);
    const better = some.map((one) => [sign(state.across) * one.x, sign(state.up) * one.y]);
    return some.filter((one, at) => !one.point.out && !some.some((other, n) => !other.point.out &&
      better[n].every((value, k) => value >= better[at][k]) && better[n].some((value, k) => value > better[at][k])));
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(["ink", "muted", "line", "accent", "paper"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  const way = (axis) => ({ higher: ", higher is better", lower: ", lower is better" }[axis.better] || "");
  const whose = (axis) => (axis.set === EVERYWHERE ? (axis.device === EVERYWHERE ? "" : ` on ${explored.devices[axis.device]}`) : ` on ${explored.sets[axis.set]}`);

  /* What is printed goes through a reader of markup and of formulas: no name may be taken for either. */
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("$", "&#36;");

  function wrapped(text) {
    const words = text.split(" ");
    const lines = [""];
    for (const word of words) {
      if ((lines.at(-1) + word).length > 44 && lines.at(-1)) lines.push("");
      lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
    }
    return lines.map(plain).join("<br>");
  }

  const MULTIPLES = { near: [1, 1.5, 2, 3, 4, 5, 6, 8], far: [1, 2, 5], widest: [1] };

  function short(value) {
    const [size, letter] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "K"]].find(([least]) => value >= least * 0.9999) || [1, ""];
    return `${Number((value / size).toPrecision(3))}${letter && ` ${letter}`}`;
  }

  /* Few ticks on a logarithmic axis, written as the tables write them. */
  function logTicks(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const some = MULTIPLES[high / low < 4 ? "near" : high / low < 300 ? "far" : "widest"];
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.log10(high) + 1; power += 1) {
      ticks.push(...some.map((one) => one * 10 ** power));
    }
    return { tickmode: "array", tickvals: ticks, ticktext: ticks.map(short) };
  }

  function axisLayout(axis, log, hue, values) {
    const ticks = log && values.length ? logTicks(values) : {};
    return {
      title: { text: wrapped(axis.name + whose(axis) + way(axis)), font: { size: 13, color: hue.muted }, standoff: 12 },
      type: log ? "log" : "linear", gridcolor: hue.line, linecolor: hue.line, zeroline: false, automargin: true,
      tickfont: { color: hue.ink }, exponentformat: "SI", ...ticks,
    };
  }

  const PLACES = {
    "top center": [0, 1], "bottom center": [0, -1], "middle right": [1, 0], "middle left": [-1, 0],
    "top right": [1, 1], "top left": [-1, 1], "bottom right": [1, -1], "bottom left": [-1, -1],
  };

  /* On which side of its point each name stands: where the fewest points and names are near. A name that would
     lie on another everywhere is left to the card, unless all are asked for. */
  function sidesOf(some, named) {
    const sides = new Map();
    const [xs, ys] = [[state.acrossLog, "x", drawing.clientWidth], [state.upLog, "y", drawing.clientHeight]].map(([log, key, size]) => {
      const values = some.map((one) => (log ? Math.log(one[key]) : one[key]));
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return values.map((value) => ((value - low) / (high - low || 1)) * size * 0.8);
    });
    const taken = some.map((_, at) => [xs[at], ys[at], 8, 6]);
    some.forEach((one, at) => {
      if (!named.includes(one)) return;
      const half = one.point.label.length * 3.2;
      const boxes = Object.entries(PLACES).map(([side, [dx, dy]]) => [side, [xs[at] + dx * (half + 8), ys[at] + dy * 14, half, 7]]);
      const hits = ([x, y, w, h]) => ([a, b, c, d], n) => n !== at && Math.abs(a - x) < c + w && Math.abs(b - y) < d + h;
      const crowd = (box) => taken.filter(hits(box)).length;
      const [side, box] = boxes.reduce((best, next) => (crowd(next[1]) < crowd(best[1]) ? next : best));
      if (!state.names && taken.slice(some.length).some(hits(box))) return;
      sides.set(one, side);
      taken.push(box);
    });
    return sides;
  }

  function trace(some, hue, how) {
    const { sides } = how;
    return {
      type: "scatter", mode: "markers+text", x: some.map((one) => one.x), y: some.map((one) => one.y), hoverinfo: "none",
      text: some.map((one) => (sides.has(one) ? plain(one.point.label) : "")), textposition: some.map((one) => sides.get(one) || "top center"),
      textfont: { size: 11, color: how.named ? hue.ink : hue.muted }, customdata: some.map((one) => explored.points.indexOf(one.point)),
      marker: { size: 11, color: how.fill, symbol: how.symbol, line: { width: 1.5, color: how.edge } }, cliponaxis: false,
    };
  }

  function draw() {
    const hue = colours();
    const drawable = ({ x, y }) => (!state.acrossLog || x > 0) && (!state.upLog || y > 0);
    const every = points();
    const some = every.filter(drawable);
    const front = onFront(every);
    const shown = front.filter((one) => some.includes(one));
    const [out, others] = [some.filter((one) => one.point.out), some.filter((one) => !one.point.out && !front.includes(one))];
    const line = [...shown].sort((a, b) => a.x - b.x || a.y - b.y);
    const sides = sidesOf(some, state.names ? some : shown);
    const traces = [
      { type: "scatter", mode: "lines", x: line.map((one) => one.x), y: line.map((one) => one.y), hoverinfo: "skip", line: { color: hue.accent, width: 1.5 }, opacity: 0.6 },
      trace(others, hue, { sides, fill: hue.muted, edge: hue.paper, symbol: "circle" }),
      trace(out, hue, { sides, fill: hue.paper, edge: hue.muted, symbol: "circle" }),
      trace(shown, hue, { sides, fill: hue.accent, edge: hue.paper, symbol: "diamond", named: true }),
    ];
    Plotly.react(drawing, traces, {
      showlegend: false, hovermode: "closest", paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, color: hue.ink }, margin: { l: 60, r: 24, t: 24, b: 56 }, dragmode: "zoom",
      xaxis: axisLayout(explored.axes[state.across], state.acrossLog, hue, some.map((one) => one.x)),
      yaxis: axisLayout(explored.axes[state.up], state.upLog, hue, some.map((one) => one.y)),
    }, { responsive: true, displaylogo: false, displayModeBar: false });
    list(every, front);
    say(every, some, front);
  }

  function list(every, front) {
    const [x, y] = [explored.axes[state.across], explored.axes[state.up]];
    const sign = y.better === "lower" ? -1 : 1;
    table.caption.textContent = [...new Set([y, x].map(whose))].filter(Boolean).map((text) => text.slice(4)).join(", ");
    [y, x].forEach((axis, at) => { table.tHead.rows[0].cells[at + 1].textContent = axis.name; });
    const ordered = [...every].sort((a, b) => sign * (b.y - a.y) || a.point.label.localeCompare(b.point.label, "en"));
    table.tBodies[0].replaceChildren(...ordered.map((one) => row(one.point, front.includes(one))));
  }

  function row(point, on) {
    const line = document.createElement("tr");
    const head = document.createElement("th");
    const link = document.createElement("a");
    if (point.out) line.className = "random";
    head.scope = "row";
    link.className = "label";
    link.href = point.href;
    link.textContent = point.label;
    head.append(link);
    line.append(head);
    [point.values[state.up][1], point.values[state.across][1], on ? "yes" : ""].forEach((text, at) => {
      const cell = line.insertCell();
      cell.textContent = text;
      if (at < 2) cell.className = "number";
    });
    return line;
  }

  function say(every, some, front) {
    const left = every.filter((one) => !some.includes(one)).map((one) => one.point.label);
    const words = [every.length ? `${front.length} of ${every.length} models are on the front.` : "No model has both columns."];
    if (left.length) words.push(`Not drawn on a logarithmic axis, for 0 or less: ${left.join(", ")}.`);
    said.textContent = words.join(" ");
  }

  function hover(event) {
    const found = event.points[0];
    if (found.customdata === undefined) return;
    const point = explored.points[found.customdata];
    const [x, y] = [explored.axes[state.across], explored.axes[state.up]];
    card.textContent = [point.label, `${y.name}: ${point.values[state.up][1]}`, `${x.name}: ${point.values[state.across][1]}`, ...point.about].join("\n");
    card.hidden = false;
    const at = drawing.getBoundingClientRect();
    const left = at.left + found.xaxis.l2p(found.xaxis.d2l(found.x)) + found.xaxis._offset + 12;
    const top = at.top + found.yaxis.l2p(found.yaxis.d2l(found.y)) + found.yaxis._offset;
    card.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - card.offsetWidth - 8)) + scrollX}px`;
    card.style.top = `${Math.max(8, top - card.offsetHeight - 12) + scrollY}px`;
    drawing.querySelector(".nsewdrag")?.style.setProperty("cursor", "pointer");
  }

  function leave() {
    card.hidden = true;
    drawing.querySelector(".nsewdrag")?.style.removeProperty("cursor");
  }

  root.hidden = false;
  fillAll();
  drawing.on("plotly_hover", hover);
  drawing.on("plotly_unhover", leave);
  drawing.on("plotly_click", (event) => {
    const number = event.points[0].customdata;
    if (number !== undefined) location.href = explored.points[number].href;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
})();
