CREATE TABLE sample_greetings (
    name  VARCHAR(100) NOT NULL PRIMARY KEY,
    count BIGINT       NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
