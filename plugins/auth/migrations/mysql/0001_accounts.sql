-- Accounts and their sessions. Numbers are never used again: tokens name them.
CREATE TABLE users (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    email VARCHAR(190) NOT NULL,
    email_key VARCHAR(190) NOT NULL UNIQUE, -- lower case: addresses are compared without case
    password_hash VARCHAR(190) NOT NULL,
    name VARCHAR(400) NOT NULL,
    username VARCHAR(400) NOT NULL,
    fname VARCHAR(400) NOT NULL,
    lname VARCHAR(400) NOT NULL,
    phone VARCHAR(60) NOT NULL,
    role VARCHAR(20) NOT NULL,
    active BIGINT NOT NULL,
    balance BIGINT NOT NULL, -- minor units
    promotion VARCHAR(120) NOT NULL,
    avatar_url VARCHAR(500) NOT NULL, -- empty: made from the name
    two_factor_enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE auth_sessions (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    INDEX auth_sessions_user (user_id),
    INDEX auth_sessions_expiry (expires_at),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
