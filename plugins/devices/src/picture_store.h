#pragma once

#include "atrium/ids.h"
#include "atrium/integration.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace atrium::devices {

/// What kind of picture bytes are, by their first ones; empty = none that a browser shows. Pure.
std::string_view pictureType(std::string_view bytes);

/// The last picture of each camera. Bounded: 64 MiB in all, the oldest goes first. Thread: any.
class PictureStore {
public:
    static constexpr std::size_t maxBytes = 64 << 20;

    /// False when it is no picture, or larger than StillPicture::maxBytes.
    bool put(DeviceId device, std::string_view entity, StillPicture picture);
    /// Null when there is none.
    std::shared_ptr<const StillPicture> of(DeviceId device, std::string_view entity) const;
    void forget(DeviceId device);

private:
    void makeRoom();

    mutable std::mutex mutex_;
    std::map<std::pair<DeviceId, std::string>, std::shared_ptr<const StillPicture>> pictures_;
    std::size_t bytes_ = 0;
};

} // namespace atrium::devices
