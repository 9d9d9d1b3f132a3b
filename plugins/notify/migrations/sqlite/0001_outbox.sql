-- Messages that have not been taken yet. A row is deleted once its receiver has it, or when patience ends.
CREATE TABLE notify_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    category TEXT NOT NULL,
    content TEXT NOT NULL, -- JSON, at most 60,000 bytes; what it means is the channel's
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
);
CREATE INDEX notify_outbox_due ON notify_outbox (channel, due_at);
