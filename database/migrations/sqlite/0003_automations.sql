-- Automations: those written over REST with their text, and a number for each file.
CREATE TABLE automations (
    id INTEGER PRIMARY KEY,
    source_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- Runs of rules: the journal that lets them survive a restart, and the run log. `event` and `store` (what the rule kept
-- when the run began) are values in the binary wire form as base64.
CREATE TABLE automation_runs (
    id INTEGER PRIMARY KEY,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    rule_name TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    event TEXT NOT NULL,
    store TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    hops INTEGER NOT NULL,
    message TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    cpu_us INTEGER NOT NULL
);

CREATE INDEX automation_runs_by_automation ON automation_runs (automation_id, id);
CREATE INDEX automation_runs_by_state ON automation_runs (state, started_at);

-- Each effect and each wait of a run; `payload`, `result` and `read_values` as above.
CREATE TABLE automation_steps (
    run_id INTEGER NOT NULL REFERENCES automation_runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    payload TEXT NOT NULL,
    done INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    result TEXT NOT NULL,
    read_values TEXT NOT NULL,
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, step)
) WITHOUT ROWID;

-- What a rule keeps between its runs.
CREATE TABLE automation_state (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    rule_name TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (automation_id, rule_name)
) WITHOUT ROWID;
