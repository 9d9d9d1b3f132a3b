#include "automation/simulation/dry_run.h"

#include "automation/simulation/replay_reader.h"

#include <algorithm>
#include <set>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto longestRun = 24h; ///< that an event may start

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
        if (plan.nobodyWaits.stop_requested()) return;
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

/// Everything that the text names.
std::vector<RecordedSeries> seriesOf(const std::vector<MirrorWish>& wishes)
{
    std::vector<RecordedSeries> series;
    for (const auto& wish : wishes)
        for (const auto& attribute : wish.attributes)
            if (wish.device >= 0) series.push_back({DeviceId{wish.device}, attribute}); // the sun goes by itself
    return series;
}

/// Devices report again what was recorded. How many values.
std::size_t replay(World& world, const std::vector<RecordedSeries>& all, const DryRun& dryRun, RecordedHistory& history,
                   const std::stop_token& nobodyWaits, DryRunProgress& progress)
{
    constexpr std::size_t valuesBetweenNews = 1024;
    std::size_t values = 0;
    const std::chrono::duration<double> whole = dryRun.to - dryRun.from;
    ReplayReader reader(history, all, dryRun.from, dryRun.to);
    ReplayReader::Piece piece;
    while (reader.next(piece, nobodyWaits)) {
        for (auto& [at, series, value] : piece) {
            world.advanceTo(at);
            world.report(all[series].device, all[series].attribute, std::move(value));
            if (++values % valuesBetweenNews != 0) continue;
            progress.share = std::chrono::duration<double>(at - dryRun.from) / whole;
            progress.values = values;
        }
    }
    progress.values = values;
    progress.share = 1;
    return values;
}

Result<Object> withHistory(WorldPlan plan, const DryRun& dryRun, RecordedHistory& history, DryRunProgress& progress)
{
    std::vector<MirrorWish> wishes;
    {
        World world(plan);
        const auto loaded = world.load(dryRun.name, dryRun.source, Engine::Triggers::Disarmed);
        if (!loaded) return loaded.error();
        wishes = world.engine().attributesOf(World::automation);
    }
    goBack(plan, wishes, history, dryRun.from);
    const auto nobodyWaits = plan.nobodyWaits;
    World world(std::move(plan));
    const auto rules = world.load(dryRun.name, dryRun.source);
    if (!rules) return rules.error();
    const auto replayed = replay(world, seriesOf(wishes), dryRun, history, nobodyWaits, progress);
    world.advanceTo(dryRun.to);
    return report(world, *rules, replayed);
}

} // namespace

Result<Object> tryOut(const WorldPlan& plan, const DryRun& dryRun, RecordedHistory& history, DryRunProgress& progress)
{
    try {
        auto house = plan;
        house.history = &history;
        return dryRun.event ? withEvent(house, dryRun) : withHistory(std::move(house), dryRun, history, progress);
    }
    catch (const SimulationError& error) {
        return makeError(ErrorCode::Unavailable, {"La simulation a échoué : ", "The simulation failed: "},
                         error.what());
    }
}

} // namespace atrium::automation
