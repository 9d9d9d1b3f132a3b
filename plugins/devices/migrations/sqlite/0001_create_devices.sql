CREATE TABLE devices (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uid           TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    room          TEXT    NOT NULL,
    nominal_power INTEGER NOT NULL DEFAULT 0, -- W
    maker         TEXT    NOT NULL DEFAULT '',
    model         TEXT    NOT NULL DEFAULT '',
    attributes    TEXT    NOT NULL,           -- JSON list of attribute specifications
    created_at    INTEGER NOT NULL            -- microseconds UTC
);
