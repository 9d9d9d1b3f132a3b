-- The last messages that were kept under a key: a rule that asks again after a crash sends nothing twice.
CREATE TABLE notify_keys (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE -- SHA-256 of channel, recipient and key, in hexadecimal
);
