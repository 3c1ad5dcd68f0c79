// The matrix: filters, sorting and search. What is chosen stands in the fragment of the address, so that it can be shared.
"use strict";
(() => {
  const form = document.getElementById("filtres");
  if (!form) return;
  const tables = [...document.querySelectorAll("table.matrix")];
  const words = window.MOTS || {};
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’ʼ´`]/g, "'").toLowerCase();
  const state = () => new URLSearchParams(location.hash.slice(1));
  const rows = tables.flatMap((table) =>
    [...table.tBodies[0].rows].map((row) => ({ row, table, cells: [...row.cells].slice(3), words: words[row.dataset.slug] || "" })));
  const answers = (cell, wanted) => cell.dataset.s.split(" ").includes(wanted);

  function show() {
    const wanted = state();
    const parts = fold(wanted.get("q") || "").split(/\s+/).filter(Boolean);
    const [commune, measure, answer] = ["commune", "mesure", "reponse"].map((name) => wanted.get(name) || "");
    const edition = wanted.get("catalogue") || "";
    let shown = 0;
    for (const each of rows) {
      const at = measure === "" || (edition && edition !== each.table.dataset.edition) ? null : Number(measure);
      const asked = at === null ? each.cells : [each.cells[at]].filter(Boolean);
      const fits = parts.every((part) => each.words.includes(part))
        && (!commune || each.row.dataset.commune === commune)
        && (at === null || !edition || edition === each.table.dataset.edition)
        && (!(measure && edition) || edition === each.table.dataset.edition)
        && (!answer ? at === null || asked.some((cell) => !answers(cell, "absent")) : asked.some((cell) => answers(cell, answer)));
      each.row.hidden = !fits;
      shown += fits;
    }
    form.elements.compte.textContent = `${shown} ${shown > 1 ? "listes" : "liste"} sur ${rows.length}`;
    sort(wanted.get("tri") || "");
  }

  function sort(by) {
    const falling = by.startsWith("-");
    const key = falling ? by.slice(1) : by;
    const value = (row) => {
      if (key === "nom") return fold(row.cells[0].textContent);
      if (key === "commune") return fold(row.cells[1].textContent);
      if (key === "total") return -Number(row.cells[2].textContent);
      return -Number(row.cells[3 + Number(key)]?.dataset.r ?? -2);
    };
    for (const table of tables) {
      for (const head of table.tHead.rows[0].cells) {
        const own = head.querySelector("button")?.dataset.tri === key && by !== "";
        head.setAttribute("aria-sort", own ? (falling ? "descending" : "ascending") : "none");
      }
      if (by === "") continue;
      const ordered = [...table.tBodies[0].rows].map((row) => [value(row), row]);
      ordered.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (falling ? -1 : 1));
      table.tBodies[0].append(...ordered.map(([, row]) => row));
    }
  }

  function choose(changes) {
    const wanted = state();
    for (const [name, value] of Object.entries(changes)) value ? wanted.set(name, value) : wanted.delete(name);
    history.replaceState(null, "", wanted.size ? `#${wanted}` : location.pathname + location.search);
    show();
  }

  function fill() {
    const wanted = state();
    for (const name of ["q", "commune", "reponse"]) form.elements[name].value = wanted.get(name) || "";
    const options = [...form.elements.mesure.options];
    const chosen = options.find((option) => option.value === (wanted.get("mesure") || "") && (!option.dataset.edition || option.dataset.edition === wanted.get("catalogue")));
    form.elements.mesure.selectedIndex = chosen ? chosen.index : 0;
    show();
  }

  form.addEventListener("input", () => {
    const measure = form.elements.mesure.selectedOptions[0];
    choose({
      q: form.elements.q.value, commune: form.elements.commune.value, reponse: form.elements.reponse.value,
      mesure: measure.value, catalogue: measure.value === "" ? "" : measure.dataset.edition,
    });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => choose({ q: "", commune: "", reponse: "", mesure: "", catalogue: "", tri: "" })));
  for (const button of document.querySelectorAll("button[data-tri]")) {
    button.addEventListener("click", () => {
      const now = state().get("tri");
      choose({ tri: now === button.dataset.tri ? `-${button.dataset.tri}` : button.dataset.tri });
    });
  }
  addEventListener("hashchange", fill);
  fill();
})();
