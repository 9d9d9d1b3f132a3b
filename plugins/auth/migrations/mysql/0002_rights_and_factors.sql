-- Account life, second factors, tokens, rights and the audit log.
ALTER TABLE users ADD COLUMN own_role VARCHAR(60) NOT NULL DEFAULT ''; -- empty: the built-in role alone
ALTER TABLE users ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 1; -- the address was confirmed, or need not be
ALTER TABLE users ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0; -- guests; 0: never

ALTER TABLE auth_sessions ADD COLUMN kind VARCHAR(20) NOT NULL DEFAULT 'password';
ALTER TABLE auth_sessions ADD COLUMN address VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE auth_sessions ADD COLUMN agent VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE auth_sessions ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE auth_sessions ADD COLUMN generation BIGINT NOT NULL DEFAULT 0; -- of its refresh token; 0: it has none

-- Codes that were mailed: one of a purpose and account at a time.
CREATE TABLE auth_codes (
    user_id BIGINT NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    code_hash VARCHAR(80) NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE auth_second_factors (
    user_id BIGINT PRIMARY KEY,
    secret VARCHAR(300) NOT NULL, -- sealed; empty: no TOTP
    totp_confirmed BIGINT NOT NULL,
    last_step BIGINT NOT NULL, -- the last time step that was accepted; none before it is
    by_mail BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE auth_recovery_codes (
    user_id BIGINT NOT NULL,
    code_hash VARCHAR(80) NOT NULL,
    PRIMARY KEY (user_id, code_hash),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Devices that skip the second factor (`factor`) or sign in by their number alone (`login`).
CREATE TABLE auth_devices (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    token_hash VARCHAR(80) NOT NULL,
    name VARCHAR(190) NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (purpose, token_hash),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE auth_api_tokens (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    name VARCHAR(190) NOT NULL,
    token_hash VARCHAR(80) NOT NULL,
    scopes VARCHAR(2000) NOT NULL, -- separated by blanks
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE auth_invitations (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    code_hash VARCHAR(80) NOT NULL UNIQUE,
    email VARCHAR(190) NOT NULL, -- empty: whoever has the code
    role VARCHAR(60) NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Who a person is at an OpenID provider.
CREATE TABLE auth_identities (
    issuer VARCHAR(190) NOT NULL,
    subject VARCHAR(190) NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Roles that the site made, and what it says of built-in ones.
CREATE TABLE auth_roles (
    name VARCHAR(190) PRIMARY KEY,
    base VARCHAR(20) NOT NULL, -- the built-in role that existing clients see
    second_factor BIGINT NOT NULL, -- 1: required
    own BIGINT NOT NULL -- 0: a built-in role, which has its permissions from the manifests
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE auth_groups (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    name VARCHAR(190) NOT NULL UNIQUE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE auth_group_members (
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (group_id) REFERENCES auth_groups (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- One permission on one object for one person, group or own role, at some times.
CREATE TABLE auth_grants (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT,
    group_id BIGINT,
    role VARCHAR(60),
    permission VARCHAR(100) NOT NULL,
    object_kind VARCHAR(20) NOT NULL,
    object_id VARCHAR(120) NOT NULL,
    days BIGINT NOT NULL, -- bit 0 = Monday
    from_minute BIGINT NOT NULL, -- local time of the site
    until_minute BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL, -- 0: for good
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (group_id) REFERENCES auth_groups (id) ON DELETE CASCADE,
    FOREIGN KEY (role) REFERENCES auth_roles (name) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- A link or QR code that signs a guest in; the guest is an account of its own with grants.
CREATE TABLE auth_guest_links (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    code_hash VARCHAR(80) NOT NULL UNIQUE,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Accounts at the embedded broker; what each may read and write follows from the rights of its owner.
CREATE TABLE auth_mqtt_accounts (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    name VARCHAR(190) NOT NULL UNIQUE,
    password_hash VARCHAR(300) NOT NULL,
    device_id BIGINT NOT NULL, -- 0: a program or browser of the person; else this device itself
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Outlives the accounts that it names.
CREATE TABLE auth_audit (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    actor VARCHAR(400) NOT NULL,
    action VARCHAR(100) NOT NULL,
    object VARCHAR(300) NOT NULL,
    address VARCHAR(60) NOT NULL,
    allowed BIGINT NOT NULL,
    status BIGINT NOT NULL,
    detail VARCHAR(300) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
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
