-- Devices that integrations announced; their ids start at 1,000,001.
CREATE TABLE discovered_devices (
    id          INTEGER PRIMARY KEY,
    uid         TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL -- JSON: identity, names, entities and attributes
);
