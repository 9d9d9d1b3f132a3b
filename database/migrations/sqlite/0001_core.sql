-- Last values and history of device attributes. Times are microseconds since 1970 in UTC.

-- Names of attributes as small numbers, so that rows of history stay small.
CREATE TABLE attribute_names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- The last value of each attribute: what a restart restores.
CREATE TABLE device_state (
    device_id INTEGER NOT NULL,
    attribute_id INTEGER NOT NULL,
    value_json TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    PRIMARY KEY (device_id, attribute_id)
) WITHOUT ROWID;

-- Every recorded value, for a bounded time. `kind` is atrium::Value::Kind; booleans and numbers are in `number_value`,
-- everything else (and integers that a double cannot hold) in `text_value`.
CREATE TABLE history_samples (
    device_id INTEGER NOT NULL,
    attribute_id INTEGER NOT NULL,
    sampled_at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    number_value REAL,
    text_value TEXT,
    PRIMARY KEY (device_id, attribute_id, sampled_at)
) WITHOUT ROWID;

-- Summaries of numeric samples by interval (`resolution` in seconds: 300, 3600, 86400), always up to date.
CREATE TABLE history_rollups (
    resolution INTEGER NOT NULL,
    device_id INTEGER NOT NULL,
    attribute_id INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    minimum REAL NOT NULL,
    maximum REAL NOT NULL,
    total REAL NOT NULL,
    samples INTEGER NOT NULL,
    last_number REAL NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (resolution, device_id, attribute_id, start_at)
) WITHOUT ROWID;
