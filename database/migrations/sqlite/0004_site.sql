-- What people set for the whole site, by name (`mode`).
CREATE TABLE site_state (
    name TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
) WITHOUT ROWID;
