CREATE TABLE devices (
    id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uid           VARCHAR(190) NOT NULL UNIQUE,
    name          VARCHAR(200) NOT NULL,
    type          VARCHAR(60)  NOT NULL,
    room          VARCHAR(120) NOT NULL,
    nominal_power BIGINT       NOT NULL DEFAULT 0, -- W
    maker         VARCHAR(120) NOT NULL DEFAULT '',
    model         VARCHAR(120) NOT NULL DEFAULT '',
    attributes    TEXT         NOT NULL,           -- JSON list of attribute specifications
    created_at    BIGINT       NOT NULL            -- microseconds UTC
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
