-- What a command was asked for with: asked for again after a crash, it is not sent again.
ALTER TABLE commands ADD COLUMN idempotency_key TEXT NOT NULL DEFAULT '';
CREATE INDEX commands_by_time ON commands (created_at);
