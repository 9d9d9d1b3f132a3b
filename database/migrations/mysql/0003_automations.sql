-- Automations: those written over REST with their text, and a number for each file.
CREATE TABLE automations (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    source_key VARCHAR(190) NOT NULL UNIQUE,
    kind VARCHAR(20) NOT NULL,
    name VARCHAR(190) NOT NULL,
    source TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Runs of rules: the journal that lets them survive a restart, and the run log. `event` and `store` (what the rule kept
-- when the run began) are values in the binary wire form as base64.
CREATE TABLE automation_runs (
    id BIGINT PRIMARY KEY,
    automation_id BIGINT NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    version VARCHAR(32) NOT NULL,
    state VARCHAR(20) NOT NULL,
    event TEXT NOT NULL,
    store TEXT NOT NULL,
    correlation_id VARCHAR(64) NOT NULL,
    hops BIGINT NOT NULL,
    message TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    cpu_us BIGINT NOT NULL,
    INDEX automation_runs_by_automation (automation_id, id),
    INDEX automation_runs_by_state (state, started_at),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Each effect and each wait of a run; `payload`, `result` and `read_values` as above.
CREATE TABLE automation_steps (
    run_id BIGINT NOT NULL,
    step BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    payload TEXT NOT NULL,
    done BIGINT NOT NULL,
    ok BIGINT NOT NULL,
    result TEXT NOT NULL,
    read_values TEXT NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, step),
    FOREIGN KEY (run_id) REFERENCES automation_runs (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a rule keeps between its runs.
CREATE TABLE automation_state (
    automation_id BIGINT NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (automation_id, rule_name),
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
