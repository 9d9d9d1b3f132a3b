-- Every text of an automation that was saved over REST; the newest is the one that runs.
CREATE TABLE automation_versions (
    automation_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    name VARCHAR(190) NOT NULL,
    source TEXT NOT NULL,
    author_id BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (automation_id, number),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO automation_versions (automation_id, number, name, source, author_id, saved_at)
SELECT id, 1, name, source, author_id, updated_at FROM automations WHERE kind = 'database';

-- Texts with inputs, of which automations are made.
CREATE TABLE automation_blueprints (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) NOT NULL UNIQUE,
    description VARCHAR(2000) NOT NULL,
    inputs TEXT NOT NULL,
    source TEXT NOT NULL,
    version BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which automation was made of which version of a blueprint, and with what.
CREATE TABLE automation_blueprint_uses (
    automation_id BIGINT NOT NULL PRIMARY KEY,
    blueprint_id BIGINT NOT NULL,
    blueprint_version BIGINT NOT NULL,
    text_version VARCHAR(32) NOT NULL,
    inputs TEXT NOT NULL,
    INDEX automation_blueprint_uses_by_blueprint (blueprint_id),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE,
    FOREIGN KEY (blueprint_id) REFERENCES automation_blueprints (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
