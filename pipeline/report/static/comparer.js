// Lists side by side: the measures on which they differ first. The choice stands in the fragment of the address.
"use strict";
(() => {
  const { listes: lists, titres: titles } = window.PACTES;
  const form = document.getElementById("choix");
  const place = document.getElementById("cote");
  const said = { agreed: "d’accord", refused: "refusé", not_competent: "relève d’un autre", done: "déjà fait", undecided: "réservé", unstated: "non précisé" };
  const marks = { conditional: "sous condition", excepted: "avec exception", amended: "modifié" };
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const label = (list) => (list.commune ? `${list.nom} (${list.commune})` : list.nom);
  const names = new Map(lists.map((list, at) => [lists.some((other, o) => o !== at && label(other) === label(list)) ? `${label(list)} – ${list.slug}` : label(list), list]));
  const chosen = () => (new URLSearchParams(location.hash.slice(1)).get("listes") || "").split(",").map((slug) => lists.find((list) => list.slug === slug)).filter(Boolean);
  const choose = (picked) => {
    const slugs = [...new Set(picked.map((list) => list.slug))].join(",");
    history.replaceState(null, "", slugs ? `#listes=${slugs}` : location.pathname + location.search);
    show();
  };
  const answer = (list, measure) => {
    const own = list.mesures[measure];
    if (!own) return "absente";
    const levels = Object.entries(own.niveaux);
    return levels.length ? levels.map(([level, [status, with_]]) => `N${level} ${status} ${with_.join(" ")}`).join(";") : own.statut;
  };
  const chip = (status) => element("span", { class: `chip s-${status}` }, said[status]);

  function cell(list, measure) {
    const own = list.mesures[measure];
    const made = element("td", { "data-label": list.nom });
    if (!own) { made.append(element("span", { class: "soft" }, "mesure absente du pacte")); return made; }
    for (const [level, [status, with_]] of Object.entries(own.niveaux)) {
      made.append(element("span", { class: "level" }, `N${level} `, chip(status), ...with_.map((mark) => element("span", { class: "mark" }, ` ${marks[mark]}`))));
    }
    if (!Object.keys(own.niveaux).length) made.append(chip(own.statut));
    for (const words of own.mots) made.append(element("blockquote", {}, words));
    return made;
  }

  function row(picked, measure, differs) {
    const title = titles[picked[0].catalogue][measure] || "";
    const link = picked.find((list) => list.mesures[measure]);
    const head = element("th", { scope: "row" }, element("a", { href: `pactes/${link.slug}.html#m${measure}` }, measure), " ", element("span", { class: "soft" }, title));
    const made = element("tr", differs ? { class: "differs" } : {}, head, ...picked.map((list) => cell(list, measure)));
    return made;
  }

  function show() {
    const picked = chosen();
    place.replaceChildren();
    form.elements.compte.textContent = "";
    if (!picked.length) return;
    const chips = element("p", {}, ...picked.flatMap((list) => {
      const button = element("button", { type: "button" }, `Retirer ${label(list)}`);
      button.addEventListener("click", () => choose(chosen().filter((other) => other !== list)));
      return [button, " "];
    }));
    place.append(chips);
    if (picked.length < 2) { place.append(element("p", {}, "Ajouter une deuxième liste pour comparer.")); return; }
    if (new Set(picked.map((list) => list.catalogue)).size > 1) { place.append(element("p", {}, "Ces listes ont signé des pactes différents : leurs mesures ne se comparent pas.")); return; }
    const numbers = [...new Set(picked.flatMap((list) => Object.keys(list.mesures)))].map(Number).sort((a, b) => a - b);
    const differ = numbers.filter((number) => new Set(picked.map((list) => answer(list, number))).size > 1);
    const same = numbers.filter((number) => !differ.includes(number));
    form.elements.compte.textContent = `${differ.length} mesures diffèrent, ${same.length} réponses égales`;
    const heads = picked.map((list) => element("th", { scope: "col" }, element("a", { href: `pactes/${list.slug}.html` }, list.nom), element("br"), element("span", { class: "soft" }, list.commune)));
    const rows = [...differ.map((number) => row(picked, number, true)), ...(form.elements.egales.checked ? same.map((number) => row(picked, number, false)) : [])];
    const table = element("table", { class: "answers" }, element("caption", { class: "hidden" }, "Réponses côte à côte, différences d’abord"),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Mesure"), ...heads)), element("tbody", {}, ...rows));
    place.append(element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Listes côte à côte" }, table));
  }

  document.getElementById("listes").append(...[...names.keys()].map((name) => element("option", { value: name })));
  const places = new Map();
  for (const list of lists) if (list.ou) places.set(list.ou, [...(places.get(list.ou) || []), list]);
  const several = [...places].filter(([, own]) => own.length > 1);
  form.elements.commune.append(...several.map(([where, own]) => element("option", { value: where }, `${own[0].commune || where} (${own.length})`)));
  form.hidden = false;
  form.elements.liste.addEventListener("input", (event) => {
    const list = names.get(event.target.value);
    if (list) { event.target.value = ""; choose([...chosen(), list]); }
  });
  form.elements.commune.addEventListener("change", (event) => { if (event.target.value) choose(places.get(event.target.value)); event.target.value = ""; });
  form.elements.egales.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(() => choose([])));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", show);
  show();
})();
