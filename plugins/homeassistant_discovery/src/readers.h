#pragma once

#include "entity_shape.h"

namespace atrium::homeassistant_discovery {

/// Readers: each turns a rendered text into values by role; false = the message does not count. Thread: core.

// read_values.cpp: what many components share.
bool readNumber(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readSensor(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readBoolean(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readWord(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readNumberInRange(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readSelect(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readMoment(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readText(Reading& entity, const Channel& channel, const std::string& text, Values& values);

// read_light.cpp
bool readBrightness(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readColorTemp(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readColor(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readJsonLight(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readTemplateLightState(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readRgbPart(Reading& entity, const Channel& channel, const std::string& text, Values& values);

// read_opening.cpp: covers and valves.
bool readCoverState(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readPosition(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readTilt(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readValve(Reading& entity, const Channel& channel, const std::string& text, Values& values);

// read_appliance.cpp
bool readHumidity(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readLock(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readPercentage(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readOscillation(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readSiren(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readUpdate(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readVacuum(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readAlarm(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readTracker(Reading& entity, const Channel& channel, const std::string& text, Values& values);
bool readListed(Reading& entity, const Channel& channel, const std::string& text, Values& values);

/// A whole number as an integer.
Value numberValue(double number);
bool contains(const std::vector<std::string>& words, const std::string& word);

} // namespace atrium::homeassistant_discovery
