-- Commands to devices: the audit line of each and, while `status` is pending, its outbox.
CREATE TABLE commands (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    device_id BIGINT NOT NULL,
    name VARCHAR(60) NOT NULL,
    arguments TEXT NOT NULL,
    origin VARCHAR(190) NOT NULL,
    correlation_id VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    status VARCHAR(16) NOT NULL,
    publications TEXT NOT NULL,
    assumed TEXT NOT NULL,
    INDEX commands_by_status (status, created_at),
    INDEX commands_by_device (device_id, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
