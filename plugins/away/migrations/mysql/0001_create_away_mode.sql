-- The one away mode of the site: row 1, once somebody has switched it.
CREATE TABLE away_mode (
    id BIGINT PRIMARY KEY,
    enabled BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    since BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
