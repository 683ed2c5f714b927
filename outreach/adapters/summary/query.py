"""The questions to DuckDB. Every name in them is ours: nothing that anybody wrote reaches them.

What an aggregate is asked of is decided when a line is taken, not by a FILTER on each of eighty aggregates:
a third of the time.
"""

from __future__ import annotations

from outreach.domain.outcomes.summary import LOST, SUMS, Cut

COLUMNS: dict[Cut, str] = {
    Cut.RULE: "pattern || '/' || coalesce(rule, '?')",
    Cut.PATTERN: "pattern",
    Cut.CHANNEL: "coalesce(channel, 'none')",
    Cut.LOCALE: "coalesce(locale, '?')",
    Cut.COUNTRY: "coalesce(country, '?')",
    Cut.VARIANT: "coalesce(template, 'none')",
}

FLAGS = {
    "eligible": "mine",
    "control": "verdict = 'control'",
    "near_miss": "verdict = 'near_miss'",
    "sent": "sent",
    "delivered": "sent AND delivered_at IS NOT NULL",
    "seen": "sent AND seen_at IS NOT NULL",
    "answered": "sent AND answered_at IS NOT NULL",
    "abandoned": "sent AND abandoned_at IS NOT NULL AND left_at IS NULL",
    "continued": "sent AND left_at > warned_at",
    "confirmed": "sent AND is_scam",
    "too_late": "mine AND left_at IS NOT NULL AND (NOT sent OR left_at <= warned_at)",
    "unreckoned": "attempts IS NULL",
    "labelled": "sent AND (is_scam IS NOT NULL OR false_alarm OR said_scam)",
    "false_alarms": "sent AND false_alarm",
    "opted_out": "sent AND opted_out",
    "contradicted": "contradicted",
}
"""What is counted, and of which line it is true."""


def taken(cut: Cut | None) -> str:
    """Takes of each line what is asked, as narrow as it goes: people as hashes of 8 bytes."""
    flags = ", ".join(f"({true}) AS {name}" for name, true in FLAGS.items())
    money = ", ".join(f"CASE WHEN mine THEN {column} END AS {column}" for column in SUMS.values())
    lost = ", ".join(f"CASE WHEN sent THEN {column} END AS {column}" for column in LOST.values())
    return f"""
CREATE TABLE taken AS SELECT
  {COLUMNS[cut] if cut else "''"} AS cut, hash(person) AS person, mine, {flags},
  CASE WHEN sent THEN warned_at END AS warned_at,
  CASE WHEN sent AND left_at > warned_at THEN epoch(left_at) - epoch(warned_at) END AS lead,
  CASE WHEN verdict = 'warn' AND NOT sent THEN coalesce(bar, 'not yet') END AS gated,
  CASE WHEN sent THEN answer END AS answer,
  CASE WHEN sent THEN messages END AS messages, CASE WHEN sent THEN cost END AS cost, {money}, {lost}
FROM (
  SELECT *, warned_at IS NOT NULL AS sent, verdict = 'warn' OR warned_at IS NOT NULL AS mine FROM lines
)"""


def _sum(column: str) -> str:
    return f"sum({column}) AS sum_{column}, count_if({column} > 0) AS some_{column}"


SUMMARY = f"""
SELECT grouping(cut) = 1 AS is_all, cut, count(*) AS flagged, count(DISTINCT person) AS people,
  {", ".join(f"count_if({name}) AS {name}" for name in FLAGS)},
  histogram(gated) AS gated, histogram(answer) AS answers,
  count(lead) AS leads, quantile_cont(lead, [0.1, 0.5, 0.9]) AS lead,
  sum(messages) AS messages, sum(cost) AS cost, {", ".join(map(_sum, (*SUMS.values(), *LOST.values())))},
  {", ".join(f"count_if(mine) - count({column}) AS open_{column}" for column in SUMS.values())},
  {", ".join(f"count({column}) AS matured_{column}" for column in LOST.values())}
FROM taken GROUP BY GROUPING SETS ((), (cut))"""

TIRED = """
SELECT nth::INTEGER AS nth, count(*) AS warned, count(*) FILTER (seen) AS seen,
  count(*) FILTER (answered) AS answered, count(*) FILTER (opted_out) AS opted_out
FROM (
  SELECT least(3, row_number() OVER (PARTITION BY person ORDER BY warned_at)) AS nth,
    seen, answered, opted_out
  FROM taken WHERE sent
) GROUP BY nth ORDER BY nth"""
