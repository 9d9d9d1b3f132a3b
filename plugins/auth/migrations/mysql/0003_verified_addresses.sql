-- Whether somebody proved to read the mail of the address. Only then an identity provider's word about the same address
-- joins its person to the account as it stands.
ALTER TABLE users ADD COLUMN email_verified BIGINT NOT NULL DEFAULT 0;
-- A blank at the end makes another person.
ALTER TABLE auth_identities CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
