"""The questions that people ask of the tables, as views of DuckDB."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A view: what it answers, in French; what a row of it is; its SQL."""

    question: str
    told: str
    sql: str


_LIST = "d.pact_id, d.commune, d.commune_code, d.list_name, d.lead_candidate"

_ANSWERS = f"""
select {_LIST}, m.measure, m.title, m.origin, l.level, coalesce(l.status, m.status) as status,
  coalesce(l.conditional, false) as conditional, coalesce(l.excepted, false) as excepted,
  coalesce(l.amended, false) as amended, l.text as wording,
  case when l.level is null then about.text else o.text end as said,
  case when l.level is null then substring(d.text, m.start + 1, m."end" - m.start)
       else substring(d.text, l.start + 1, l."end" - l.start) end as evidence
from measures m
join documents d on d.pact_id = m.pact_id
left join levels l on (l.pact_id, l.measure) = (m.pact_id, m.measure)
left join clauses c on (c.pact_id, c.clause) = (l.pact_id, l.clause)
left join observations o on (o.pact_id, o.observation) = (c.pact_id, c.observation)
left join (select pact_id, measure, string_agg(text, chr(10) order by observation) as text
           from observations group by all) about on (about.pact_id, about.measure) = (m.pact_id, m.measure)
order by d.commune, d.list_name, d.pact_id, m.measure, l.level
"""

_HOW_FAR = f"""
select {_LIST}, m.measure, m.title, m.origin, m.status,
  list(l.level order by l.level) filter (l.status = 'agreed') as agreed_levels,
  list(l.level order by l.level) filter (l.status = 'refused') as refused_levels,
  list(l.level order by l.level) filter (l.status not in ('agreed', 'refused', 'unstated')) as other_levels,
  coalesce(bool_or(l.conditional), false) as conditional, coalesce(bool_or(l.excepted), false) as excepted,
  coalesce(bool_or(l.amended), false) as amended
from measures m
join documents d on d.pact_id = m.pact_id
left join levels l on (l.pact_id, l.measure) = (m.pact_id, m.measure)
group by all
order by m.measure, d.commune, d.list_name, d.pact_id
"""

_DIFFERENCES = """
with pairs as (
  select a.commune, coalesce(a.commune_code, b.commune_code) as commune_code,
    a.list_name as list_a, b.list_name as list_b, a.pact_id as pact_a, b.pact_id as pact_b
  from documents a join documents b on a.catalogue = b.catalogue and a.pact_id < b.pact_id
    and (a.commune_code = b.commune_code
         or (a.commune_code is null or b.commune_code is null) and a.commune = b.commune)
  where a.n_measures > 0 and b.n_measures > 0
),
shared as (
  select pact_id, measure, title, status,
    exists (from levels l where (l.pact_id, l.measure) = (m.pact_id, m.measure)) as by_level
  from measures m where origin = 'catalogue'
),
-- A measure is compared level by level, but as a whole (level null) where one of the two has no levels of it.
asked as (
  select pact_a, pact_b, measure, any_value(title) as title, bool_and(by_level) as by_level
  from pairs join shared on shared.pact_id in (pact_a, pact_b) group by all
),
given as (
  select pact_id, measure, null as level, status, title as text from shared
  union all select pact_id, measure, level, status, text from levels
),
rows_asked as (
  select distinct pact_a, pact_b, asked.measure, title, level
  from asked join given on given.pact_id in (pact_a, pact_b) and given.measure = asked.measure
  where by_level = (level is not null)
)
select commune, commune_code, r.measure, title, r.level, list_a, list_b,
  coalesce(a.status, 'unstated') as status_a, coalesce(b.status, 'unstated') as status_b,
  a.text as text_a, b.text as text_b, pact_a, pact_b
from rows_asked r join pairs using (pact_a, pact_b)
left join given a on (a.pact_id, a.measure) = (pact_a, r.measure) and a.level is not distinct from r.level
left join given b on (b.pact_id, b.measure) = (pact_b, r.measure) and b.level is not distinct from r.level
where coalesce(a.status, 'unstated') <> coalesce(b.status, 'unstated')
order by commune, list_a, list_b, pact_a, pact_b, r.measure, r.level
"""

_PUT_OFF = f"""
select {_LIST}, c.measure, m.title, c.levels, c.stance, c.text as what, o.text as said, b.bodies, b.kinds
from clauses c
join documents d on d.pact_id = c.pact_id
join observations o on (o.pact_id, o.observation) = (c.pact_id, c.observation)
left join measures m on (m.pact_id, m.measure) = (c.pact_id, c.measure)
left join lateral (
  select list(distinct name order by name) as bodies, list(distinct kind order by kind) as kinds,
    coalesce(bool_or(start >= c.start and "end" <= c."end"), false) as within
  from organisations where (pact_id, observation) = (c.pact_id, c.observation)
) b on true
where c.stance in ('not_competent', 'undecided') or (c.stance = 'condition' and b.within)
order by d.commune, d.list_name, d.pact_id, c.clause
"""

_LEVEL_COUNTS = f"""
select {_LIST}, d.n_measures, l.level, count(*) filter (l.status = 'agreed') as agreed,
  count(*) filter (l.status = 'refused') as refused,
  count(*) filter (l.status not in ('agreed', 'refused', 'unstated')) as otherwise
from levels l join documents d on d.pact_id = l.pact_id
group by all
order by d.commune, d.list_name, d.pact_id, l.level
"""

_PROMISES = """
select a.* exclude (status, origin, wording, said, evidence),
  coalesce(a.wording, a.title) as promise, a.evidence, a.said,
  (select list(i.text order by i.item) from items i
   where (i.pact_id, i.measure) = (a.pact_id, a.measure) and i.level is not distinct from a.level) as items,
  d.signed, d.signed_on
from answers a join documents d on d.pact_id = a.pact_id
where a.status = 'agreed'
order by a.commune, a.list_name, a.pact_id, a.measure, a.level
"""

_REWORDINGS = f"""
with printed as (
  select pact_id, measure, level, wording, similarity, added, removed, text from levels
  union all select pact_id, measure, 0, wording, similarity, added, removed, title from measures
)
select {_LIST}, p.measure, p.level, p.similarity, p.added, p.removed, p.text as signed_text, k.text as catalogue_text
from printed p join documents d on d.pact_id = p.pact_id
join catalogue k on (k.catalogue, k.measure, k.level) = (d.catalogue, p.measure, p.level)
where p.wording = 'reworded'
order by p.similarity, d.pact_id, p.measure, p.level
"""

VIEWS = {
    "how_far": View(
        "Quelles listes ont pris une mesure, et jusqu’où ?",
        "One measure of a list: the answer to it as a whole, and the levels that are agreed, refused, or neither.",
        _HOW_FAR,
    ),
    "answers": View(
        "Que répond chaque liste à chaque niveau, et en quels mots ?",
        "One level of a measure, or a measure without levels: the list's answer, the wording, and what the list said.",
        _ANSWERS,
    ),
    "refusals": View(
        "Qui a refusé quoi, et en quels mots ?",
        "One level, or a measure without levels, that a list refuses: its wording, and the words of the refusal.",
        "select * exclude (status, conditional, excepted, amended) from answers where status = 'refused'",
    ),
    "differences": View(
        "En quoi deux listes d’une même commune diffèrent-elles ?",
        "One level of a catalogue's measure that two lists of one commune answer differently; silence is unstated.",
        _DIFFERENCES,
    ),
    "put_off": View(
        "Qu’est-ce qui est renvoyé à l’intercommunalité, à d’autres, ou à plus tard ?",
        "One assertion that leaves something to other bodies or to later; which bodies are named, of which kinds.",
        _PUT_OFF,
    ),
    "level_counts": View(
        "Combien de mesures au niveau 3, liste par liste ?",
        "One level (1, 2, 3) of a list: under how many measures it is agreed, refused, or answered otherwise.",
        _LEVEL_COUNTS,
    ),
    "level_counts_by_commune": View(
        "Combien de mesures au niveau 3, commune par commune ?",
        "One level of a commune: how many lists speak of levels, and how many measures they agree to at it.",
        """select commune, commune_code, level, count(*) as lists, sum(agreed)::bigint as agreed,
  min(agreed) as agreed_least, max(agreed) as agreed_most
from level_counts group by all order by commune, commune_code, level""",
    ),
    "promises": View(
        "Qu’a promis exactement une liste, mot pour mot ?",
        "One level, or a measure without levels, that a list agreed to: its words as printed, and what the list said.",
        _PROMISES,
    ),
    "rewordings": View(
        "Quels libellés ont changé entre le catalogue et le texte signé ?",
        "One level (0: the title) whose words are not the catalogue's: those added and removed, least alike first.",
        _REWORDINGS,
    ),
}
"""By name, each after those that it reads."""
