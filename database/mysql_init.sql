-- Makes the database and its user on MariaDB 10.11 or MySQL 8. Run once as an administrator, with a password of your own:
--   mariadb -u root < database/mysql_init.sql
-- and set in etc/atrium.properties:
--   database.url = mysql://atrium:CHANGE_ME@127.0.0.1:3306/atrium
-- Atrium makes its tables by itself at each start (database/README.md).
CREATE DATABASE IF NOT EXISTS atrium CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS 'atrium'@'127.0.0.1' IDENTIFIED BY 'CHANGE_ME';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON atrium.* TO 'atrium'@'127.0.0.1';
