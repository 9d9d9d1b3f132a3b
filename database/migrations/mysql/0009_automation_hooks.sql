-- What callers of a hook must know.
CREATE TABLE automation_hooks (
    automation_id BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL,
    secret VARCHAR(100) NOT NULL,
    PRIMARY KEY (automation_id, name),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
