#pragma once

#include "atrium/device.h"

#include <string>
#include <vector>

namespace atrium::automation {

/// `devices{ kind = "plug", area = "dorm-B" }`: the devices that fit in everything that is said.
struct DeviceSelection {
    std::string kind;        ///< DeviceInfo::type
    std::string area;        ///< the room, zone or site
    std::string integration; ///< the plugin that serves it
    std::string uid;         ///< whole, or its beginning with a `*` behind
    template <class A>
    void fields(A& a)
    {
        a(kind, area, integration, uid);
    }
};

bool fits(const DeviceSelection& selection, const Device& device);
/// Why a selection has no member, with the word that was probably meant: `no device has the kind "plgu" (did you mean
/// "plug"?)`.
std::string whyEmpty(const DeviceSelection& selection, const std::vector<DevicePtr>& devices);

Value toValue(const DeviceSelection& selection);
DeviceSelection toSelection(const Value& value);

} // namespace atrium::automation
