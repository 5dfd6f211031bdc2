"use strict";

/* A figure says where it comes from. Without this file its link leads to the page's provenance. */

class Source {
  constructor(data) {
    this.data = data;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "behind";
    this.dialog.setAttribute("aria-labelledby", "behind-title");
    this.dialog.innerHTML =
      '<header><h2 id="behind-title" tabindex="-1"></h2><button type="button">Close</button></header><dl class="facts"></dl><p><a></a></p>';
    [this.title, this.facts, this.more] = ["h2", "dl", "p a"].map((q) => this.dialog.querySelector(q));
    this.dialog.querySelector("button").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    this.more.addEventListener("click", () => this.dialog.close());
    document.body.append(this.dialog);
  }

  open(link) {
    const said = this.data.figures[link.dataset.from].flatMap((at) => this.data.blocks[at]);
    this.title.textContent = link.textContent.trim();
    this.facts.replaceChildren(...said.map(([term, text]) => {
      const pair = document.createElement("div");
      const [name, value] = [document.createElement("dt"), document.createElement("dd")];
      name.textContent = term;
      value.textContent = text;
      pair.append(name, value);
      return pair;
    }));
    this.more.href = link.href;
    this.more.textContent = "All of its provenance";
    this.dialog.showModal();
    this.title.focus();
  }
}

const told = document.getElementById("behind");
if (told) {
  const source = new Source(JSON.parse(told.textContent));
  document.querySelectorAll("a[data-from]").forEach((link) => link.setAttribute("aria-haspopup", "dialog"));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-from]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    source.open(link);
  });
}
