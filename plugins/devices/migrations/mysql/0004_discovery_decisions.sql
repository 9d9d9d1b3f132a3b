-- What people said of discovered devices: taken into the house, or not wanted. Without a row a device is still new.
CREATE TABLE device_decisions (
    device_id  BIGINT      NOT NULL PRIMARY KEY,
    decision   VARCHAR(20) NOT NULL, -- accepted or ignored
    decided_by BIGINT      NOT NULL, -- user, 0 = nobody who is known
    decided_at BIGINT      NOT NULL  -- microseconds UTC
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Those that were there before anybody could say so.
INSERT INTO device_decisions (device_id, decision, decided_by, decided_at) SELECT id, 'accepted', 0, 0 FROM discovered_devices;
