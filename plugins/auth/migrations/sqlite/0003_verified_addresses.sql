-- Whether somebody proved to read the mail of the address. Only then an identity provider's word about the same address
-- joins its person to the account as it stands.
ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0;
