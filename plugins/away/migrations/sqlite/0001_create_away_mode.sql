-- The one away mode of the site: row 1, once somebody has switched it.
CREATE TABLE away_mode (
    id INTEGER PRIMARY KEY,
    enabled INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    since INTEGER NOT NULL
);
