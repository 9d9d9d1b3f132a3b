#pragma once

#include "atrium/result.h"
#include "atrium/value.h"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::tasmota {

/// What a device is set up as: its discovery message, or what it let slip without one.
struct Setup {
    /// Numbers of SetOption that matter here.
    static constexpr int swapsButtons = 11, singleButtons = 13, relaysAreLights = 30, channelsAreLights = 68,
                         detachesButtons = 73, narrowsWhite = 82;

    std::string key, topic, name = "Tasmota", model, firmware, mac, address;
    std::string commandPrefix, statPrefix, telePrefix; ///< with the slash at the end
    std::string onlineWord = "Online", offlineWord = "Offline";
    std::string off = "OFF", on = "ON", toggle = "TOGGLE", hold = "HOLD"; ///< in its own language
    std::vector<std::string> names, switchNames;                          ///< empty = none
    std::vector<int> relays;                                              ///< 0 none, 1 relay, 2 lamp, 3 shutter
    std::vector<int> switchModes;                                         ///< -1 = no switch
    std::vector<int> buttons, shutterOptions;
    std::vector<std::vector<int>> shutterTilts; ///< least, most, duration
    std::set<int> options;                      ///< SetOptions that are on
    int lightKind = 0;                          ///< 1 dimmer, 2 white tones, 3 RGB, 4 RGBW, 5 RGB and white tones
    bool linksWhite = true;                     ///< colour and white are one lamp
    bool isFan = false, isTuya = false, hasCamera = false, hasBattery = false, sleeps = false;
    bool hasDiscovery = false;

    /// The name of relay `index`; empty = it carries the device's.
    std::string nameOf(std::string_view component, std::size_t index) const;
};

/// From `discovery/MAC/config`. Errors: what is missing. Pure.
Result<Setup> readSetup(const Value& config);

/// Texts and whole numbers as text, else empty.
std::string asText(const Value& value);

} // namespace atrium::tasmota
