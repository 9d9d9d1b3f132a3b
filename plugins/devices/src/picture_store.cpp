#include "picture_store.h"

#include <algorithm>

namespace atrium::devices {

std::string_view pictureType(std::string_view bytes)
{
    if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
    if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
    if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
    if (bytes.size() > 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "image/webp";
    return {};
}

bool PictureStore::put(DeviceId device, std::string_view entity, StillPicture picture)
{
    if (picture.bytes.size() > StillPicture::maxBytes || pictureType(picture.bytes).empty()) return false;
    auto kept = std::make_shared<const StillPicture>(std::move(picture));
    std::lock_guard lock(mutex_);
    auto& place = pictures_[{device, std::string(entity)}];
    if (place) bytes_ -= place->bytes.size();
    bytes_ += kept->bytes.size();
    place = std::move(kept);
    makeRoom();
    return true;
}

void PictureStore::makeRoom()
{
    while (bytes_ > maxBytes) {
        const auto oldest = std::min_element(pictures_.begin(), pictures_.end(),
                                             [](const auto& a, const auto& b) { return a.second->at < b.second->at; });
        bytes_ -= oldest->second->bytes.size();
        pictures_.erase(oldest);
    }
}

std::shared_ptr<const StillPicture> PictureStore::of(DeviceId device, std::string_view entity) const
{
    std::lock_guard lock(mutex_);
    const auto found = pictures_.find({device, std::string(entity)});
    return found == pictures_.end() ? nullptr : found->second;
}

void PictureStore::forget(DeviceId device)
{
    std::lock_guard lock(mutex_);
    std::erase_if(pictures_, [&](const auto& entry) {
        if (entry.first.first != device) return false;
        bytes_ -= entry.second->bytes.size();
        return true;
    });
}

} // namespace atrium::devices
