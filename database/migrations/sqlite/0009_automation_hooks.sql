-- What callers of a hook must know.
CREATE TABLE automation_hooks (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    PRIMARY KEY (automation_id, name)
) WITHOUT ROWID;
