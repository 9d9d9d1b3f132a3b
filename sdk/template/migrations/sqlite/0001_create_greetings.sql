CREATE TABLE sample_greetings (
    name  TEXT    NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL
);
