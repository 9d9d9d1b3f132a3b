CREATE TABLE security_sensors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    location TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    triggered INTEGER NOT NULL, -- by the last reading that said so
    battery REAL,               -- percent; NULL = never told
    last_trigger INTEGER NOT NULL, -- microseconds UTC; 0 = never
    created_at INTEGER NOT NULL
);

-- An alert is open until it is cleared (its reason is gone) or acknowledged (a person knows). Times are 0 when not (yet).
CREATE TABLE security_alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_key TEXT NOT NULL,
    type TEXT NOT NULL,
    severity INTEGER NOT NULL, -- 0 info, 1 warning, 2 critical
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    sensor_id INTEGER NOT NULL, -- 0 = not of a sensor
    device_id INTEGER NOT NULL, -- 0 = not about a device
    source TEXT NOT NULL,       -- name of the sensor or device at that moment
    location TEXT NOT NULL,
    origin TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    occurrences INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    quiet_period INTEGER NOT NULL, -- microseconds; cleared when not raised again for so long
    clear_at INTEGER NOT NULL,
    escalate_at INTEGER NOT NULL,
    cleared_at INTEGER NOT NULL,
    acknowledged_at INTEGER NOT NULL,
    acknowledged_by INTEGER NOT NULL
);
CREATE INDEX security_alerts_key ON security_alerts (alert_key);
CREATE INDEX security_alerts_raised ON security_alerts (raised_at);
CREATE INDEX security_alerts_clear ON security_alerts (clear_at);
CREATE INDEX security_alerts_escalate ON security_alerts (escalate_at);
