-- Devices that integrations announced; their ids start at 1,000,001.
CREATE TABLE discovered_devices (
    id          BIGINT       NOT NULL PRIMARY KEY,
    uid         VARCHAR(190) NOT NULL UNIQUE,
    description MEDIUMTEXT   NOT NULL -- JSON: identity, names, entities and attributes
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
