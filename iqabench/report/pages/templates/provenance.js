"use strict";

/* A figure says where it comes from. Without this file its link leads to the page's provenance. */

/* On a board a figure is known by its row and its place in it: with many models a name in each link would be
   half of the page. */
const FIGURES = "a[data-from], [data-row] > td > a:not([data-from])";
const keyOf = (link) =>
  link.dataset.from || `${link.closest("[data-row]").dataset.row}-${link.closest("td").cellIndex}`;

const later = window.requestIdleCallback || setTimeout;
const MORE = { "#about": "About this board", "#rules": "How this board ranks" };

class Source {
  constructor(told) {
    this.told = told;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "provenance";
    this.dialog.setAttribute("aria-labelledby", "dialog-title");
    this.dialog.innerHTML =
      '<header><h2 id="dialog-title" tabindex="-1"></h2><button type="button">Close</button></header><dl class="facts"></dl><p><a></a></p>';
    [this.title, this.facts, this.more] = ["h2", "dl", "p a"].map((q) => this.dialog.querySelector(q));
    this.dialog.querySelector("button").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => this.opener.focus({ preventScroll: true }));
    this.more.addEventListener("click", () => this.dialog.close());
    document.body.append(this.dialog);
  }

  /* Read when it is first asked for: a board has thousands of figures. */
  get data() {
    this.read ||= JSON.parse(this.told.textContent);
    return this.read;
  }

  open(link) {
    const said = this.data.figures[keyOf(link)].flatMap((at) => this.data.blocks[at]);
    this.opener = link;
    this.title.textContent = link.textContent.trim();
    this.facts.replaceChildren(...said.map(([term, text]) => this.pair(term, text)));
    this.more.href = link.href;
    this.more.textContent = MORE[link.getAttribute("href")] || "All of its provenance";
    this.dialog.showModal();
    this.title.focus();
  }

  pair(term, text) {
    const pair = document.createElement("div");
    const [name, value] = [document.createElement("dt"), document.createElement("dd")];
    name.textContent = term;
    if (term === "As declared") value.append(this.made("code", text));
    else if (/^https?:\/\/\S+$/.test(text)) {
      const link = this.made("a", text);
      link.href = text;
      link.rel = "noopener noreferrer";
      value.append(link);
    } else value.textContent = text;
    pair.append(name, value);
    return pair;
  }

  made(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }
}

/* Links are buttons from now on; a few at a time, while the browser has nothing else to do. */
function makeButtons(links, from = 0) {
  const some = links.slice(from, from + 250);
  some.forEach((link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
  });
  if (some.length) later(() => makeButtons(links, from + some.length));
}

const told = document.getElementById("dialogs");
if (told) {
  const source = new Source(told);
  later(() => makeButtons([...document.querySelectorAll(FIGURES)]));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(FIGURES);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    source.open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches(FIGURES)) return;
    event.preventDefault();
    source.open(event.target);
  });
}
