-- What a trigger waits for that holds or is quiet: what starts the rule when `due_at` has come. `trigger_key` is a
-- fingerprint of the trigger, `event` a value in the binary wire form as base64.
CREATE TABLE automation_holds (
    automation_id BIGINT NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    trigger_key VARCHAR(16) NOT NULL,
    began_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    event TEXT NOT NULL,
    correlation_id VARCHAR(64) NOT NULL,
    origin VARCHAR(190) NOT NULL,
    hops INT NOT NULL,
    PRIMARY KEY (automation_id, rule_name, trigger_key),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How often a rule failed in a row.
CREATE TABLE automation_failures (
    automation_id BIGINT NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    version VARCHAR(32) NOT NULL,
    failures INT NOT NULL,
    PRIMARY KEY (automation_id, rule_name),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who disabled an automation, when, and why the server did.
ALTER TABLE automations ADD COLUMN stopped_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE automations ADD COLUMN stopped_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE automations ADD COLUMN stop_reason VARCHAR(1000) NOT NULL DEFAULT '';
