"""Names of what is logged and counted, in one place, so that a dashboard never breaks by a typo."""

from __future__ import annotations

SENDER_BROKE = "sender.broke"
RUN_FINISHED = "run.finished"
PULL_FINISHED = "pull.finished"
RULE_HELD = "rule.held"
FEED_FAILED = "feed.failed"
STAGE_FAILED = "stage.failed"
ANSWERED = "outreach.answered"
RULES_KEPT = "rules.kept"
"""A broken edit: the last good rule set stays."""
CORE_SILENT = "core.silent"
RULES_TAKEN = "rules.taken"
PLAN_BROKE = "plan.broke"
DAEMON_STARTED = "daemon.started"
DAEMON_STOPPED = "daemon.stopped"
PULL_LEFT = "pull.left"
