CREATE TABLE device_groups (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    content TEXT    NOT NULL -- JSON list of device ids
);
CREATE TABLE device_scenes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    content TEXT    NOT NULL -- JSON list of commands
);
