-- What people set for the whole site, by name (`mode`).
CREATE TABLE site_state (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
