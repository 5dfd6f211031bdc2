"use strict";

/* Two pictures of one sample under a slider, with their error maps; all move together. */

(() => {
  const told = JSON.parse(document.getElementById("shots").textContent);
  const root = document.querySelector(".samples");
  const form = root.querySelector("form");
  const stages = [...root.querySelectorAll(".stage")];
  const main = stages[0];
  const said = root.querySelector("p[role=status]");
  const [divide, zoom] = ["divide", "zoom"].map((name) => root.querySelector(`input[name=${name}]`));
  const state = { sample: 0, left: "", right: "", x: 0, y: 0 };
  const ORDERS = {
    "most disputed first": (a, b) => a.disputed - b.disputed,
    "worst first": (a, b) => a.worst - b.worst,
    "by name": (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }),
  };

  function choice(name, options, changed) {
    const label = document.createElement("label");
    const control = document.createElement("select");
    control.name = name.toLowerCase();
    control.append(...options);
    control.addEventListener("change", () => changed(control.value));
    label.append(name, " ", control);
    form.append(label);
    return control;
  }

  const sample = () => told.samples[state.sample];
  const shot = (label) => sample().shots.find((one) => one.label === label) || sample().shots[0];

  function fillSamples(order) {
    const ordered = told.samples.map((one, at) => ({ one, at })).sort((a, b) => ORDERS[order](a.one, b.one));
    samples.replaceChildren(...ordered.map(({ one, at }) => new Option(`${one.name}: ${one.spread}`, at)));
    chooseSample(samples.value);
  }

  function chooseSample(at) {
    state.sample = Number(at);
    const labels = sample().shots.map((one) => one.label);
    const outputs = sample().shots.filter((one) => one.figures.length).map((one) => one.label);
    if (!labels.includes(state.left)) state.left = outputs[0];
    if (!labels.includes(state.right)) state.right = labels[0];
    [[left, "left"], [right, "right"]].forEach(([control, side]) => {
      control.replaceChildren(...labels.map((label) => new Option(label, label)));
      control.value = state[side];
    });
    reset();
    show();
  }

  function picture(image, href, alt) {
    image.src = href;
    image.alt = alt;
  }

  function show() {
    const [a, b] = [shot(state.left), shot(state.right)];
    const { width, height, name } = sample();
    stages.forEach((stage) => stage.style.setProperty("aspect-ratio", `${width} / ${height}`));
    main.style.setProperty("max-width", `min(100%, calc(80vh * ${width / height}))`);
    picture(main.querySelector(".left img"), a.href, `${name}, ${a.label}`);
    picture(main.querySelector(".right img"), b.href, `${name}, ${b.label}`);
    root.querySelectorAll(".errors figure").forEach((figure, at) => {
      const one = [a, b][at];
      figure.querySelector("figcaption").textContent = `Error of ${one.label}${one.error ? "" : ": none"}`;
      figure.classList.toggle("none", !one.error);
      const image = figure.querySelector("img");
      if (one.error) picture(image, one.error, `${name}, error of ${one.label}`);
      else image.removeAttribute("src");
    });
    root.querySelector(".errors").hidden = !sample().shots.some((one) => one.error);
    list(a, b);
    said.textContent = `${name}: left ${a.label}${figureOf(a)}, right ${b.label}${figureOf(b)}.`;
    place();
  }

  /* As the page's tables have it; provenance.js opens it. */
  function figureLink(one, at) {
    const link = document.createElement("a");
    link.className = "from";
    link.href = `${told.page}.html#images`;
    link.dataset.from = told.keys[one.row][at];
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.textContent = one.figures[at];
    return link;
  }

  const figureOf = (one) => {
    const first = one.figures.find((figure) => figure);
    return first ? ` ${first}` : "";
  };

  function list(a, b) {
    const table = root.querySelector("table.pair");
    [a, b].forEach((one, at) => { table.tHead.rows[0].cells[at + 1].textContent = one.label; });
    table.tBodies[0].replaceChildren(...told.columns.map((column, at) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = column;
      line.append(head);
      [a, b].forEach((one) => {
        const cell = line.insertCell();
        cell.className = "number";
        if (one.figures[at] && told.keys[one.row][at]) cell.append(figureLink(one, at));
        else cell.textContent = "–";
      });
      return line;
    }));
  }

  /* Moves are shares of a stage, so that stages of different sizes show the same part. */
  function place() {
    const scale = Number(zoom.value);
    const least = 1 - scale;
    state.x = Math.min(0, Math.max(least, state.x));
    state.y = Math.min(0, Math.max(least, state.y));
    stages.forEach((stage) => {
      stage.querySelectorAll("img").forEach((image) => {
        image.style.transform = `translate(${state.x * 100}%, ${state.y * 100}%) scale(${scale})`;
      });
    });
    main.style.setProperty("--divide", `${divide.value}%`);
  }

  function enlarge(to, x = 0.5, y = 0.5) {
    const before = Number(zoom.value);
    zoom.value = to;
    const ratio = Number(zoom.value) / before;
    state.x = x - (x - state.x) * ratio;
    state.y = y - (y - state.y) * ratio;
    last = Number(zoom.value);
    place();
  }

  function reset() {
    zoom.value = 1;
    last = 1;
    state.x = 0;
    state.y = 0;
  }

  let last = 1;
  zoom.addEventListener("input", () => {
    const to = zoom.value;
    zoom.value = last;
    enlarge(to);
  });
  divide.addEventListener("input", place);

  stages.forEach((stage) => {
    let held = null;
    stage.addEventListener("pointerdown", (event) => {
      held = [event.clientX, event.clientY];
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      state.x += (event.clientX - held[0]) / stage.clientWidth;
      state.y += (event.clientY - held[1]) / stage.clientHeight;
      held = [event.clientX, event.clientY];
      place();
    });
    ["pointerup", "pointercancel"].forEach((name) => stage.addEventListener(name, () => { held = null; }));
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = stage.getBoundingClientRect();
      const step = event.deltaY < 0 ? 1 : -1;
      enlarge(Number(zoom.value) + step, (event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
    }, { passive: false });
    stage.addEventListener("dragstart", (event) => event.preventDefault());
  });

  main.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (move) {
      state.x += move[0] * 0.1;
      state.y += move[1] * 0.1;
      place();
    } else if (event.key === "+" || event.key === "=") enlarge(Number(zoom.value) + 1);
    else if (event.key === "-") enlarge(Number(zoom.value) - 1);
    else if (event.key === "0") { reset(); place(); }
    else return;
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => event.preventDefault());
  const order = choice("Order", Object.keys(ORDERS).map((name) => new Option(name, name)), fillSamples);
  const samples = choice("Image", [], chooseSample);
  const left = choice("Left", [], (label) => { state.left = label; show(); });
  const right = choice("Right", [], (label) => { state.right = label; show(); });
  const swap = document.createElement("button");
  swap.type = "button";
  swap.textContent = "Swap";
  swap.addEventListener("click", () => {
    [state.left, state.right] = [state.right, state.left];
    [left.value, right.value] = [state.left, state.right];
    show();
  });
  form.append(swap);
  root.hidden = false;
  fillSamples(order.value);
})();
