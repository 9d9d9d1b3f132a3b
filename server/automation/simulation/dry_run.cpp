#include "automation/simulation/dry_run.h"

#include <algorithm>
#include <queue>
#include <set>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto longestRun = 24h; ///< that an event may start
constexpr auto piece = 12h;      ///< of the history that is read at a time

Object report(World& world, const std::vector<RuleView>& rules, std::size_t values)
{
    std::string lines;
    List effects;
    for (const auto& effect : world.effects()) {
        lines += toIso8601(effect.at) + " " + toText(effect) + "\n";
        effects.push_back(toObject(effect));
    }
    List counts;
    std::set<std::string> notReplayed;
    for (const auto& rule : rules) {
        if (rule.isTest) continue;
        counts.push_back(Object{{"rule", rule.name}, {"runs", static_cast<std::int64_t>(world.runsOf(rule.name))}});
        for (const auto& trigger : rule.triggers)
            if (std::holds_alternative<MqttTrigger>(trigger) || std::holds_alternative<EventTrigger>(trigger))
                notReplayed.insert(kindOf(trigger));
    }
    List runs, skips;
    auto& log = world.engine().runLog();
    for (const auto* run : log.runs(World::automation, RunLog::runsKept)) runs.push_back(toObject(*run));
    for (const auto* run : world.engine().runner().live(World::automation)) runs.push_back(toObject(*run));
    for (const auto& skip : log.skips(World::automation)) skips.push_back(toObject(skip));
    return Object{{"effects", std::move(effects)},
                  {"effects_not_kept", static_cast<std::int64_t>(world.effectsNotKept())},
                  {"rules", std::move(counts)},
                  {"runs", std::move(runs)},
                  {"not_run", std::move(skips)},
                  {"values", static_cast<std::int64_t>(values)},
                  {"not_replayed", List(notReplayed.begin(), notReplayed.end())},
                  {"hash", versionOf(lines)}};
}

Result<Object> withEvent(const WorldPlan& plan, const DryRun& dryRun)
{
    World world(plan);
    const auto rules = world.load(dryRun.name, dryRun.source, Engine::Triggers::Disarmed);
    if (!rules) return rules.error();
    const auto started =
        world.engine().runWith(World::automation, dryRun.rule, *dryRun.event, Cause{newCorrelationId(), "dry-run", 0});
    if (!started) return started.error();
    world.finishRuns(plan.begin + longestRun);
    return report(world, *rules, 0);
}

/// The house as it was at a time, as far as the text names its attributes.
void goBack(WorldPlan& plan, const std::vector<MirrorWish>& wishes, RecordedHistory& history, UtcTime time)
{
    plan.begin = time;
    for (auto& device : plan.devices) {
        const auto wish = std::find_if(wishes.begin(), wishes.end(), [&](const auto& candidate) {
            return candidate.device == device->info->id.value;
        });
        if (wish == wishes.end()) continue;
        auto changed = std::make_shared<Device>(*device);
        for (auto& attribute : changed->attributes) {
            attribute.changedAt = attribute.reportedAt = time;
            const auto& names = wish->attributes;
            if (std::find(names.begin(), names.end(), attribute.spec->name) == names.end()) continue;
            auto last = history.last(device->info->id, attribute.spec->name, time, 1);
            if (!last.empty()) attribute.value = std::move(last.front().value);
        }
        device = std::move(changed);
    }
}

/// What was recorded of one attribute in a piece of the time.
struct Series {
    DeviceId device;
    std::string attribute;
    std::vector<RecordedSample> samples{};
    std::size_t next = 0;
};

/// Everything that the text names.
std::vector<Series> seriesOf(const std::vector<MirrorWish>& wishes)
{
    std::vector<Series> series;
    for (const auto& wish : wishes)
        for (const auto& attribute : wish.attributes)
            if (wish.device >= 0) series.push_back({DeviceId{wish.device}, attribute}); // the sun goes by itself
    return series;
}

/// Devices report again what was recorded in [from, to), oldest first. How many values.
std::size_t replay(World& world, std::vector<Series>& all, RecordedHistory& history, UtcTime from, UtcTime to)
{
    // The next value of each series, the oldest at the top; of the same time, in the order of the text.
    using Next = std::pair<UtcTime, std::size_t>;
    std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
    std::size_t values = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& series = all[i];
        series.samples = history.read(series.device, series.attribute, from, to);
        series.next = 0;
        values += series.samples.size();
        if (!series.samples.empty()) queue.emplace(series.samples.front().at, i);
    }
    while (!queue.empty()) {
        const auto index = queue.top().second;
        queue.pop();
        auto& series = all[index];
        auto& sample = series.samples[series.next++];
        world.advanceTo(sample.at);
        world.report(series.device, series.attribute, std::move(sample.value));
        if (series.next < series.samples.size()) queue.emplace(series.samples[series.next].at, index);
    }
    return values;
}

Result<Object> withHistory(WorldPlan plan, const DryRun& dryRun, RecordedHistory& history)
{
    std::vector<MirrorWish> wishes;
    {
        World world(plan);
        const auto loaded = world.load(dryRun.name, dryRun.source, Engine::Triggers::Disarmed);
        if (!loaded) return loaded.error();
        wishes = world.engine().attributesOf(World::automation);
    }
    goBack(plan, wishes, history, dryRun.from);
    World world(std::move(plan));
    const auto rules = world.load(dryRun.name, dryRun.source);
    if (!rules) return rules.error();
    std::size_t replayed = 0;
    // Piece by piece: a month of a campus would not fit into memory.
    auto series = seriesOf(wishes);
    for (auto begin = dryRun.from; begin < dryRun.to; begin += piece)
        replayed += replay(world, series, history, begin, std::min(begin + piece, dryRun.to));
    world.advanceTo(dryRun.to);
    return report(world, *rules, replayed);
}

} // namespace

Result<Object> tryOut(const WorldPlan& plan, const DryRun& dryRun, RecordedHistory& history)
{
    try {
        auto house = plan;
        house.history = &history;
        return dryRun.event ? withEvent(house, dryRun) : withHistory(std::move(house), dryRun, history);
    }
    catch (const SimulationError& error) {
        return makeError(ErrorCode::Unavailable, {"La simulation a échoué : ", "The simulation failed: "},
                         error.what());
    }
}

} // namespace atrium::automation
