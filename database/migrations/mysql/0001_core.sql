-- Last values and history of device attributes. Times are microseconds since 1970 in UTC.

-- Names of attributes as small numbers, so that rows of history stay small.
CREATE TABLE attribute_names (
    id BIGINT PRIMARY KEY,
    name VARCHAR(190) NOT NULL UNIQUE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The last value of each attribute: what a restart restores.
CREATE TABLE device_state (
    device_id BIGINT NOT NULL,
    attribute_id BIGINT NOT NULL,
    value_json TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    PRIMARY KEY (device_id, attribute_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Every recorded value, for a bounded time. `kind` is atrium::Value::Kind; booleans and numbers are in `number_value`,
-- everything else (and integers that a double cannot hold) in `text_value`.
CREATE TABLE history_samples (
    device_id BIGINT NOT NULL,
    attribute_id BIGINT NOT NULL,
    sampled_at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    number_value DOUBLE,
    text_value TEXT,
    PRIMARY KEY (device_id, attribute_id, sampled_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Summaries of numeric samples by interval (`resolution` in seconds: 300, 3600, 86400), always up to date.
CREATE TABLE history_rollups (
    resolution BIGINT NOT NULL,
    device_id BIGINT NOT NULL,
    attribute_id BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    minimum DOUBLE NOT NULL,
    maximum DOUBLE NOT NULL,
    total DOUBLE NOT NULL,
    samples BIGINT NOT NULL,
    last_number DOUBLE NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (resolution, device_id, attribute_id, start_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
