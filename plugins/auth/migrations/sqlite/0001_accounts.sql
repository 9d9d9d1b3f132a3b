-- Accounts and their sessions. Numbers are never used again (AUTOINCREMENT): tokens name them.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE, -- lower case: addresses are compared without case
    password_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    fname TEXT NOT NULL,
    lname TEXT NOT NULL,
    phone TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL,
    balance INTEGER NOT NULL, -- minor units
    promotion TEXT NOT NULL,
    avatar_url TEXT NOT NULL, -- empty: made from the name
    two_factor_enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE auth_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX auth_sessions_user ON auth_sessions (user_id);
CREATE INDEX auth_sessions_expiry ON auth_sessions (expires_at);
