CREATE TABLE security_sensors (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    name VARCHAR(200) NOT NULL,
    type VARCHAR(60) NOT NULL,
    location VARCHAR(200) NOT NULL,
    enabled BIGINT NOT NULL,
    triggered BIGINT NOT NULL, -- by the last reading that said so
    battery DOUBLE,               -- percent; NULL = never told
    last_trigger BIGINT NOT NULL, -- microseconds UTC; 0 = never
    created_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- An alert is open until it is cleared (its reason is gone) or acknowledged (a person knows). Times are 0 when not (yet).
CREATE TABLE security_alerts (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    alert_key VARCHAR(190) NOT NULL,
    type VARCHAR(60) NOT NULL,
    severity BIGINT NOT NULL, -- 0 info, 1 warning, 2 critical
    title VARCHAR(300) NOT NULL,
    message VARCHAR(2000) NOT NULL,
    sensor_id BIGINT NOT NULL, -- 0 = not of a sensor
    device_id BIGINT NOT NULL, -- 0 = not about a device
    source VARCHAR(200) NOT NULL,       -- name of the sensor or device at that moment
    location VARCHAR(200) NOT NULL,
    origin VARCHAR(120) NOT NULL,
    correlation_id VARCHAR(60) NOT NULL,
    occurrences BIGINT NOT NULL,
    raised_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    quiet_period BIGINT NOT NULL, -- microseconds; cleared when not raised again for so long
    clear_at BIGINT NOT NULL,
    escalate_at BIGINT NOT NULL,
    cleared_at BIGINT NOT NULL,
    acknowledged_at BIGINT NOT NULL,
    acknowledged_by BIGINT NOT NULL,
    INDEX security_alerts_key (alert_key),
    INDEX security_alerts_raised (raised_at),
    INDEX security_alerts_clear (clear_at),
    INDEX security_alerts_escalate (escalate_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
