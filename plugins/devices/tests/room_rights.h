#pragma once

#include "atrium/auth.h"

#include <string>

namespace atrium::devices {

/// May do everything in one room only.
class RoomRights : public Rights {
public:
    explicit RoomRights(std::string room) : room_(std::move(room)) {}
    bool allow(std::string_view, const AccessObject& object) const override { return object.room == room_; }
    bool allowSomewhere(std::string_view) const override { return true; }

private:
    const std::string room_;
};

} // namespace atrium::devices
