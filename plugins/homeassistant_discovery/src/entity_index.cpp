#include "entity_index.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

std::size_t EntityIndex::placeOf(std::string_view id) const
{
    if (places_.empty()) return nowhere;
    const auto hash = hashOf(id);
    for (std::size_t place = hash & (places_.size() - 1); places_[place].device != none; place = next(place))
        if (places_[place].hash == hash && devices_[places_[place].device].device->find(id)) return place;
    return nowhere;
}

AnnouncedDevice* EntityIndex::find(std::string_view id) const
{
    const auto place = placeOf(id);
    return place == nowhere ? nullptr : devices_[places_[place].device].device;
}

void EntityIndex::put(std::string_view id, AnnouncedDevice& device)
{
    if ((used_ + 1) * 4 > places_.size() * 3) grow();
    const auto number = numberOf(device);
    ++devices_[number].entities;
    ++used_;
    insert({hashOf(id), number});
}

void EntityIndex::erase(std::string_view id)
{
    auto hole = placeOf(id);
    if (hole == nowhere) return;
    auto& counted = devices_[places_[hole].device];
    if (--counted.entities == 0) {
        numbers_.erase(counted.device);
        counted.device = nullptr;
        freeNumbers_.push_back(places_[hole].device);
    }
    --used_;
    places_[hole] = {};
    // What had to give way before moves up, so that a search still ends at the first empty place.
    for (auto place = next(hole); places_[place].device != none; place = next(place)) {
        const auto home = places_[place].hash & (places_.size() - 1);
        const bool isReachable = hole <= place ? home > hole && home <= place : home > hole || home <= place;
        if (isReachable) continue;
        places_[hole] = std::exchange(places_[place], {});
        hole = place;
    }
}

void EntityIndex::insert(Place wanted)
{
    auto place = wanted.hash & (places_.size() - 1);
    while (places_[place].device != none) place = next(place);
    places_[place] = wanted;
}

void EntityIndex::grow()
{
    auto old = std::exchange(places_, std::vector<Place>(std::max<std::size_t>(64, places_.size() * 2)));
    for (const auto& place : old)
        if (place.device != none) insert(place);
}

std::uint32_t EntityIndex::numberOf(AnnouncedDevice& device)
{
    const auto [known, isNew] = numbers_.try_emplace(&device, 0);
    if (!isNew) return known->second;
    if (freeNumbers_.empty()) {
        freeNumbers_.push_back(static_cast<std::uint32_t>(devices_.size()));
        devices_.emplace_back();
    }
    known->second = freeNumbers_.back();
    freeNumbers_.pop_back();
    devices_[known->second] = {&device, 0};
    return known->second;
}

} // namespace atrium::homeassistant_discovery
