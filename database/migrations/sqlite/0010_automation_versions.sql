-- Every text of an automation that was saved over REST; the newest is the one that runs.
CREATE TABLE automation_versions (
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (automation_id, number)
);
INSERT INTO automation_versions (automation_id, number, name, source, author_id, saved_at)
SELECT id, 1, name, source, author_id, updated_at FROM automations WHERE kind = 'database';

-- Texts with inputs, of which automations are made.
CREATE TABLE automation_blueprints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    inputs TEXT NOT NULL,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- Which automation was made of which version of a blueprint, and with what.
CREATE TABLE automation_blueprint_uses (
    automation_id INTEGER PRIMARY KEY REFERENCES automations (id) ON DELETE CASCADE,
    blueprint_id INTEGER NOT NULL REFERENCES automation_blueprints (id) ON DELETE CASCADE,
    blueprint_version INTEGER NOT NULL,
    text_version TEXT NOT NULL,
    inputs TEXT NOT NULL
);
CREATE INDEX automation_blueprint_uses_by_blueprint ON automation_blueprint_uses (blueprint_id);
