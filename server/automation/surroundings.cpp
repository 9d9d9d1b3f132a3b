#include "automation/surroundings.h"

#include "automation/sun_times.h"

#include <algorithm>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;

DevicePtr makeDevice(DeviceId id, const char* name, const std::vector<std::pair<const char*, Value>>& attributes)
{
    auto device = std::make_shared<Device>();
    auto& info = device->info.edit();
    info.id = id;
    info.uid = info.name = name;
    for (const auto& [attributeName, value] : attributes) {
        AttributeSpec spec;
        spec.name = attributeName;
        spec.kind = value.kind();
        Attribute attribute;
        attribute.spec = Shared<AttributeSpec>(std::move(spec));
        attribute.value = value;
        device->attributes.push_back(std::move(attribute));
    }
    return device;
}

} // namespace

Surroundings::Surroundings(Site site, Scheduler& scheduler, const Clock& clock,
                           std::function<void(const AttributeChanged&)> tell)
    : site_(std::move(site)), scheduler_(scheduler), clock_(clock), tell_(std::move(tell)),
      sun_(makeDevice(sunId, "sun", {{"up", isSunUp(clock.now(), site_)}, {"down", !isSunUp(clock.now(), site_)}})),
      house_(makeDevice(houseId, "house", {{"mode", site_.modes.front()}})),
      look_(scheduler.every(1min, [this] { lookAtSun(); })) // the clock may have been set
{
    armSun();
}

DevicePtr Surroundings::find(DeviceId id) const { return id == sunId ? sun_ : id == houseId ? house_ : nullptr; }

Result<void> Surroundings::setMode(const std::string& mode, const Cause& cause)
{
    if (std::find(site_.modes.begin(), site_.modes.end(), mode) == site_.modes.end()) {
        std::string known;
        for (const auto& name : site_.modes) known += (known.empty() ? "" : ", ") + name;
        return makeError(ErrorCode::InvalidArgument, {"Mode inconnu : " + mode + " (modes : " + known + ")",
                                                      "There is no mode \"" + mode + "\" (modes: " + known + ")"});
    }
    change(house_, "mode", mode, cause);
    return {};
}

void Surroundings::change(DevicePtr& device, const char* attribute, Value value, const Cause& cause)
{
    if (const auto* known = device->find(attribute); !known || known->value == value) return;
    auto next = std::make_shared<Device>(*device);
    for (auto& candidate : next->attributes) {
        if (candidate.spec->name != attribute) continue;
        const Value before = std::exchange(candidate.value, std::move(value));
        candidate.changedAt = candidate.reportedAt = clock_.now();
        device = next;
        return tell_({*next, candidate, before, cause});
    }
}

void Surroundings::lookAtSun()
{
    const auto now = clock_.now();
    const bool up = isSunUp(now, site_);
    const bool asPlanned = now >= armedAt_ && now < nextCrossing_;
    if (asPlanned && sun_->value("up") == Value(up)) return;
    const Cause cause{newCorrelationId(), "time", 0};
    change(sun_, "up", up, cause);
    change(sun_, "down", !up, cause);
    armSun();
}

void Surroundings::armSun()
{
    const auto now = clock_.now();
    // The next crossing of the horizon is at most a day away, or there is none today and a look tomorrow is enough.
    auto next = now + 24h;
    for (const auto event : {SunEvent::Rise, SunEvent::Set})
        for (const auto noon : {now - 12h, now, now + 12h, now + 24h})
            if (const auto time = sunTime(event, noon, site_); time && *time > now) next = std::min(next, *time);
    armedAt_ = now;
    nextCrossing_ = next;
    // A second later, so that rounding cannot show the side that is over.
    crossing_ = scheduler_.at(next + 1s, [this] { lookAtSun(); });
}

Object toObject(const Surroundings& surroundings)
{
    const auto& modes = surroundings.site().modes;
    const auto sun = surroundings.find(Surroundings::sunId);
    return Object{{"mode", surroundings.mode()},
                  {"modes", List(modes.begin(), modes.end())},
                  {"sun", Object{{"up", sun->value("up")}}}};
}

} // namespace atrium::automation
