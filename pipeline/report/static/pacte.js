// The page of a pact: what the pointer or the keyboard is on is shown in the text and among the rows; doubts one after the other.
"use strict";
(() => {
  const lit = [];
  const inText = new Map();
  for (const element of document.querySelectorAll("[data-rows]")) {
    for (const row of element.dataset.rows.split(" ")) inText.set(row, [...(inText.get(row) || []), element]);
  }
  function light(rows) {
    while (lit.length) lit.pop().classList.remove("lit");
    for (const row of rows) {
      for (const element of [document.getElementById(row), ...(inText.get(row) || [])]) {
        if (element) { element.classList.add("lit"); lit.push(element); }
      }
    }
  }
  const rowsOf = (target) => {
    const card = target.closest(".card");
    if (card) return [card.id, card.dataset.place].filter(Boolean);
    const open = target.closest("a.open, a.margin");
    if (open) return [open.hash.slice(1)];
    const marked = target.closest("[data-rows]");
    return marked ? marked.dataset.rows.split(" ") : [];
  };
  const bring = (element) => {
    const box = element?.closest(".rows");
    if (box && box.scrollHeight > box.clientHeight) {
      const top = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
      if (top < 0 || top > box.clientHeight - 60) box.scrollTop += top - box.clientHeight / 3;
    }
  };
  function follow(event) {
    // Off the marks, what has the focus stays lit.
    const here = rowsOf(event.target);
    const rows = here.length ? here : rowsOf(document.activeElement || document.body);
    light(rows);
    if (rows.length && event.target.closest(".source")) bring(document.getElementById(rows[0]));
  }
  // What scrolls under a pointer that rests is not pointed at.
  let [under, place] = [null, ""];
  document.addEventListener("pointermove", (event) => {
    const now = `${event.clientX} ${event.clientY}`;
    if (event.target === under || now === place) return;
    [under, place] = [event.target, now];
    follow(event);
  });
  document.addEventListener("focusin", follow);
  // A row's address shows its place in the text as well, and that of a place in the text its row.
  function arrive() {
    const name = location.hash.slice(1);
    const target = name && document.getElementById(name);
    if (!target) return;
    const row = name.replace(/^t-/, "");
    const other = document.getElementById(name === row ? `t-${target.dataset.place || row}` : row);
    if (name === row && matchMedia("(min-width: 56rem)").matches) other?.scrollIntoView({ block: "center" });
    bring(document.getElementById(row));
    target.focus({ preventScroll: true });
    light([row]);
  }
  addEventListener("hashchange", arrive);
  document.addEventListener("click", (event) => { if (event.target.closest("a")?.hash === location.hash) arrive(); });
  addEventListener("load", arrive);
  const step = document.querySelector(".step");
  const doubts = [...document.querySelectorAll(".doubts .card")];
  if (step) {
    let at = -1;
    step.hidden = false;
    step.addEventListener("click", (event) => {
      const by = Number(event.target.dataset.pas);
      if (!by) return;
      at = (at + by + doubts.length) % doubts.length;
      const place = document.getElementById(`t-${doubts[at].id}`) || doubts[at];
      light([doubts[at].id]);
      place.scrollIntoView({ block: "center" });
      place.focus({ preventScroll: true });
    });
  }
})();
