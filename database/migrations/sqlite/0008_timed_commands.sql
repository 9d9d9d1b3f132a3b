-- What ends an on_for or off_for, one a device.
CREATE TABLE automation_timers (
    device_id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    command TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state INTEGER NOT NULL,
    due_at INTEGER NOT NULL
);
