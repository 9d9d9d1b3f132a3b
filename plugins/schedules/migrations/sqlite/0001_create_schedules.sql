-- What people ask for; `spec` is the JSON that the API reads and shows.
CREATE TABLE schedules (
    id INTEGER PRIMARY KEY,
    device_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
