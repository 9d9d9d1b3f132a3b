-- The last messages that were kept under a key: a rule that asks again after a crash sends nothing twice.
CREATE TABLE notify_keys (
    seq BIGINT PRIMARY KEY AUTO_INCREMENT,
    digest CHAR(64) NOT NULL, -- SHA-256 of channel, recipient and key, in hexadecimal
    UNIQUE INDEX notify_keys_digest (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
