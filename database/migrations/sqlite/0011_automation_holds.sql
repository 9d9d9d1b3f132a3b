-- What a trigger waits for that holds or is quiet: what starts the rule when `due_at` has come. `trigger_key` is a
-- fingerprint of the trigger, `event` a value in the binary wire form as base64.
CREATE TABLE automation_holds (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    rule_name TEXT NOT NULL,
    trigger_key TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    event TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    hops INTEGER NOT NULL,
    PRIMARY KEY (automation_id, rule_name, trigger_key)
) WITHOUT ROWID;

-- How often a rule failed in a row.
CREATE TABLE automation_failures (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    rule_name TEXT NOT NULL,
    version TEXT NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (automation_id, rule_name)
) WITHOUT ROWID;

-- Who disabled an automation, when, and why the server did.
ALTER TABLE automations ADD COLUMN stopped_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE automations ADD COLUMN stopped_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE automations ADD COLUMN stop_reason TEXT NOT NULL DEFAULT '';
