-- Commands to devices: the audit line of each and, while `status` is pending, its outbox.
CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    device_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    origin TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    status TEXT NOT NULL,
    publications TEXT NOT NULL,
    assumed TEXT NOT NULL
);

CREATE INDEX commands_by_status ON commands (status, created_at);
CREATE INDEX commands_by_device ON commands (device_id, created_at);
