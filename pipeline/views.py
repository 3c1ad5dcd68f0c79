"""The questions that people ask of the tables, as views of DuckDB: name → its SQL and what a row is."""

_LIST = "d.pact_id, d.commune, d.commune_code, d.list_name, d.lead_candidate"
_SAID = """left join clauses c on (c.pact_id, c.clause) = (l.pact_id, l.clause)
    left join observations o on (o.pact_id, o.observation) = (c.pact_id, c.observation)"""

VIEWS: dict[str, tuple[str, str]] = {
    "answers": (
        f"""select {_LIST}, d.profile, m.measure, m.title, m.origin, m.status,
      list(l.level order by l.level) filter (l.status = 'agreed') as agreed_levels,
      list(l.level order by l.level) filter (l.status = 'refused') as refused_levels,
      coalesce(bool_or(l.conditional), false) as conditional,
      coalesce(bool_or(l.excepted), false) as excepted,
      coalesce(bool_or(l.amended), false) as amended
    from measures m join documents d using (pact_id) left join levels l using (pact_id, measure)
    group by all order by d.pact_id, m.measure""",
        "One measure of a pact: the answer as a whole, and the levels agreed and refused.",
    ),
    "refusals": (
        f"""select {_LIST}, l.measure, l.level, l.text as wording, coalesce(o.text, l.text) as said, l.start, l."end"
    from levels l join documents d using (pact_id) {_SAID}
    where l.status = 'refused' order by l.measure, l.level, d.pact_id""",
        "One level that a list refuses: its wording, and the words in which it is refused.",
    ),
    "differences": (
        """with given as (select * from levels join documents d using (pact_id))
    select a.commune, a.commune_code, a.list_name as list_a, b.list_name as list_b, a.measure, a.level,
      a.status as status_a, b.status as status_b, a.text as text_a, b.text as text_b,
      a.pact_id as pact_a, b.pact_id as pact_b
    from given a join given b on (a.catalogue, a.measure, a.level) = (b.catalogue, b.measure, b.level)
      and coalesce(a.commune_code, a.commune) = coalesce(b.commune_code, b.commune) and a.pact_id < b.pact_id
    where a.status <> b.status and a.wording <> 'local'
    order by a.commune, list_a, list_b, a.measure, a.level""",
        "One level on which two lists of one commune differ; local measures are not compared.",
    ),
    "put_off": (
        f"""select {_LIST}, c.measure, c.stance, c.levels, c.text, o.text as said,
      (select list(distinct b.name order by b.name) from organisations b
        where (b.pact_id, b.observation) = (c.pact_id, c.observation)) as bodies
    from clauses c join observations o using (pact_id, observation) join documents d using (pact_id)
    where c.stance in ('not_competent', 'undecided') order by d.pact_id, c.clause""",
        "One clause that leaves a measure to another body, or for later, and the bodies that it names.",
    ),
    "level_counts": (
        f"""select {_LIST}, d.level_mode, d.n_measures, l.level,
      count(*) filter (l.status = 'agreed') as agreed, count(*) filter (l.status = 'refused') as refused,
      count(*) filter (l.status not in ('agreed', 'refused', 'unstated')) as otherwise
    from levels l join documents d using (pact_id)
    group by all order by d.pact_id, l.level""",
        "One level (1, 2, 3) of a pact: under how many measures it is agreed, refused, or answered otherwise.",
    ),
    "promises": (
        f"""select {_LIST}, d.signed, d.signed_on, l.measure, m.title, l.level, l.text as promise,
      l.conditional, l.excepted, l.amended, o.text as observation, l.start, l."end"
    from levels l join measures m using (pact_id, measure) join documents d using (pact_id) {_SAID}
    where l.status = 'agreed' order by d.pact_id, l.measure, l.level""",
        "One level that a list agreed to, word for word, with what it said of it.",
    ),
    "rewordings": (
        f"""select {_LIST}, d.catalogue, l.measure, l.level, l.similarity, l.added, l.removed,
      l.text as signed_text, k.text as catalogue_text
    from levels l join documents d using (pact_id)
    join catalogue k on (k.catalogue, k.measure, k.level) = (d.catalogue, l.measure, l.level)
    where l.wording = 'reworded' order by l.similarity, d.pact_id, l.measure, l.level""",
        "One level whose text is not that of the catalogue: the words added and removed, least alike first.",
    ),
}

QUESTIONS = {
    "Quelles listes ont pris une mesure, et jusqu’où ?": "answers",
    "Qui a refusé quoi, et en quels mots ?": "refusals",
    "En quoi deux listes d’une commune diffèrent-elles ?": "differences",
    "Qu’est-ce qui est renvoyé à l’intercommunalité, ou à plus tard ?": "put_off",
    "Combien de mesures au niveau 3, par liste et par commune ?": "level_counts",
    "Qu’a promis exactement une liste, mot pour mot ?": "promises",
    "Quels libellés ont changé entre la proposition et le texte signé ?": "rewordings",
}
