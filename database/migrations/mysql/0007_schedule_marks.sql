-- Up to when the instants of a rule's schedules are decided: fired, or missed.
CREATE TABLE automation_marks (
    automation_id BIGINT NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    version VARCHAR(32) NOT NULL,
    decided_until BIGINT NOT NULL,
    PRIMARY KEY (automation_id, rule_name),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
