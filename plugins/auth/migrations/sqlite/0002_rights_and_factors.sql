-- Account life, second factors, tokens, rights and the audit log.
ALTER TABLE users ADD COLUMN own_role TEXT NOT NULL DEFAULT ''; -- empty: the built-in role alone
ALTER TABLE users ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1; -- the address was confirmed, or need not be
ALTER TABLE users ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0; -- guests; 0: never

ALTER TABLE auth_sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'password';
ALTER TABLE auth_sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE auth_sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE auth_sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE auth_sessions ADD COLUMN generation INTEGER NOT NULL DEFAULT 0; -- of its refresh token; 0: it has none

-- Codes that were mailed: one of a purpose and account at a time.
CREATE TABLE auth_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
);

CREATE TABLE auth_second_factors (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL, -- sealed; empty: no TOTP
    totp_confirmed INTEGER NOT NULL,
    last_step INTEGER NOT NULL, -- the last time step that was accepted; none before it is
    by_mail INTEGER NOT NULL
);
CREATE TABLE auth_recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
-- Devices that skip the second factor (`factor`) or sign in by their number alone (`login`).
CREATE TABLE auth_devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (purpose, token_hash)
);
CREATE TABLE auth_api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL, -- separated by blanks
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE TABLE auth_invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL, -- empty: whoever has the code
    role TEXT NOT NULL,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
-- Who a person is at an OpenID provider.
CREATE TABLE auth_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

-- Roles that the site made, and what it says of built-in ones.
CREATE TABLE auth_roles (
    name TEXT PRIMARY KEY,
    base TEXT NOT NULL, -- the built-in role that existing clients see
    second_factor INTEGER NOT NULL, -- 1: required
    own INTEGER NOT NULL -- 0: a built-in role, which has its permissions from the manifests
);
CREATE TABLE auth_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE auth_group_members (
    group_id INTEGER NOT NULL REFERENCES auth_groups (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
-- One permission on one object for one person, group or own role, at some times.
CREATE TABLE auth_grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    group_id INTEGER REFERENCES auth_groups (id) ON DELETE CASCADE,
    role TEXT REFERENCES auth_roles (name) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    days INTEGER NOT NULL, -- bit 0 = Monday
    from_minute INTEGER NOT NULL, -- local time of the site
    until_minute INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL, -- 0: for good
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
-- A link or QR code that signs a guest in; the guest is an account of its own with grants.
CREATE TABLE auth_guest_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL UNIQUE,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
-- Accounts at the embedded broker; what each may read and write follows from the rights of its owner.
CREATE TABLE auth_mqtt_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    device_id INTEGER NOT NULL, -- 0: a program or browser of the person; else this device itself
    created_at INTEGER NOT NULL
);
-- Outlives the accounts that it names.
CREATE TABLE auth_audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    address TEXT NOT NULL,
    allowed INTEGER NOT NULL,
    status INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX auth_audit_at ON auth_audit (at);
CREATE INDEX auth_audit_user ON auth_audit (user_id, id);

INSERT INTO auth_roles (name, base, second_factor, own) VALUES ('visitor', 'guest', 0, 1); -- guests by link: grants only
INSERT INTO auth_roles (name, base, second_factor, own) VALUES ('operator', 'manager', 0, 1);
INSERT INTO auth_grants (role, permission, object_kind, object_id, days, from_minute, until_minute, valid_from, valid_until, created_by, created_at)
    VALUES ('operator', 'devices.read', 'site', '', 127, 0, 1440, 0, 0, 0, 0);
INSERT INTO auth_grants (role, permission, object_kind, object_id, days, from_minute, until_minute, valid_from, valid_until, created_by, created_at)
    VALUES ('operator', 'devices.control', 'site', '', 127, 0, 1440, 0, 0, 0, 0);
INSERT INTO auth_grants (role, permission, object_kind, object_id, days, from_minute, until_minute, valid_from, valid_until, created_by, created_at)
    VALUES ('operator', 'devices.manage', 'site', '', 127, 0, 1440, 0, 0, 0, 0);
