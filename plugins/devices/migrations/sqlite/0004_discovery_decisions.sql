-- What people said of discovered devices: taken into the house, or not wanted. Without a row a device is still new.
CREATE TABLE device_decisions (
    device_id  INTEGER PRIMARY KEY,
    decision   TEXT    NOT NULL, -- accepted or ignored
    decided_by INTEGER NOT NULL, -- user, 0 = nobody who is known
    decided_at INTEGER NOT NULL  -- microseconds UTC
);
-- Those that were there before anybody could say so.
INSERT INTO device_decisions (device_id, decision, decided_by, decided_at) SELECT id, 'accepted', 0, 0 FROM discovered_devices;
