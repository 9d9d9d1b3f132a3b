#include "switching.h"

namespace atrium::away {

namespace {

constexpr const char* attribute = "status";
constexpr std::chrono::hours longestMemory{24 * 7};
constexpr std::chrono::hours daysBack[] = {longestMemory, std::chrono::hours{24}};
constexpr std::size_t mostSamples = 1000;

} // namespace

std::chrono::seconds offsetOf(DeviceId device, UtcTime since, std::chrono::minutes spread)
{
    if (spread.count() <= 0) return {};
    // SplitMix64: neighbouring numbers get unrelated offsets.
    auto mixed = static_cast<std::uint64_t>(device.value) * 0x9e3779b97f4a7c15ull +
                 static_cast<std::uint64_t>(toMicroseconds(since));
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
    mixed ^= mixed >> 31;
    const auto half = std::chrono::duration_cast<std::chrono::seconds>(spread);
    return std::chrono::seconds{static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(2 * half.count() + 1))} -
           half;
}

std::vector<Switching> repeated(const History& history, DeviceId device, UtcTime from, UtcTime to,
                                std::chrono::seconds offset, Opening opening)
{
    for (const auto back : daysBack) {
        const auto shift = back + offset;
        const auto held = history.before(device, attribute, from - shift);
        if (!held) continue;
        std::vector<Switching> switchings;
        const bool* state = held->value.ifBoolean();
        if (opening == Opening::Included && state) switchings.push_back({from, device, *state});
        for (const auto& sample : history.between(device, attribute, from - shift, to - shift, mostSamples)) {
            const bool* on = sample.value.ifBoolean();
            if (!on || (state && *state == *on)) continue;
            switchings.push_back({sample.at + shift, device, *on});
            state = on;
        }
        return switchings;
    }
    return {};
}

} // namespace atrium::away
