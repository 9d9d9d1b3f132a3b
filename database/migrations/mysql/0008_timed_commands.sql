-- What ends an on_for or off_for, one a device.
CREATE TABLE automation_timers (
    device_id BIGINT NOT NULL PRIMARY KEY,
    uid VARCHAR(200) NOT NULL,
    rule_name VARCHAR(190) NOT NULL,
    command VARCHAR(64) NOT NULL,
    arguments TEXT NOT NULL,
    state TINYINT NOT NULL,
    due_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
