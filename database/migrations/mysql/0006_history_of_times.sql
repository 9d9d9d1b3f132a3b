-- History that knows for how long a value held, and when nobody knew it.

-- The time within an interval, from its first sample (`first_at`) to `last_at`: `covered` seconds with a known value,
-- `integral` of value x seconds over them; `held` = the last number holds after `last_at` (0 = a gap begins there). An
-- interval with `samples` 0 holds only the beginning of a gap.
ALTER TABLE history_rollups ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE history_rollups ADD COLUMN integral DOUBLE NOT NULL DEFAULT 0;
ALTER TABLE history_rollups ADD COLUMN covered DOUBLE NOT NULL DEFAULT 0;
ALTER TABLE history_rollups ADD COLUMN held BIGINT NOT NULL DEFAULT 1;
-- What was written before counts from the start of its interval, with the mean of its samples.
UPDATE history_rollups SET first_at = start_at, covered = (last_at - start_at) / 1000000.0,
    integral = (total / samples) * ((last_at - start_at) / 1000000.0);

-- When history was recorded: one row a life of the server. Between two of them nobody knew anything.
CREATE TABLE history_uptime (
    started_at BIGINT PRIMARY KEY,
    alive_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
