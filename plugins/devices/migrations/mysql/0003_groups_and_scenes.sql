CREATE TABLE device_groups (
    id      BIGINT       NOT NULL PRIMARY KEY AUTO_INCREMENT,
    name    VARCHAR(190) NOT NULL UNIQUE,
    content TEXT         NOT NULL -- JSON list of device ids
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE device_scenes (
    id      BIGINT       NOT NULL PRIMARY KEY AUTO_INCREMENT,
    name    VARCHAR(190) NOT NULL UNIQUE,
    content TEXT         NOT NULL -- JSON list of commands
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
