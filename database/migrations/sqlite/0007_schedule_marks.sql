-- Up to when the instants of a rule's schedules are decided: fired, or missed.
CREATE TABLE automation_marks (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    rule_name TEXT NOT NULL,
    version TEXT NOT NULL,
    decided_until INTEGER NOT NULL,
    PRIMARY KEY (automation_id, rule_name)
) WITHOUT ROWID;
