-- Whose rights the rules of an automation have: whoever saved it last; 0: the site's own, as those of files are.
ALTER TABLE automations ADD COLUMN author_id BIGINT NOT NULL DEFAULT 0;
