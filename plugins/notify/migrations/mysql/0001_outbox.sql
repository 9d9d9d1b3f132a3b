-- Messages that have not been taken yet. A row is deleted once its receiver has it, or when patience ends.
CREATE TABLE notify_outbox (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    channel VARCHAR(20) NOT NULL,
    recipient VARCHAR(1000) NOT NULL,
    category VARCHAR(60) NOT NULL,
    content TEXT NOT NULL, -- JSON, at most 60,000 bytes; what it means is the channel's
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    INDEX notify_outbox_due (channel, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
