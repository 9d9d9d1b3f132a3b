#pragma once

#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/metrics.h"
#include "atrium/scheduler.h"

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace atrium::commands {

/// How long a device may take to say that it obeyed.
struct ConfirmationPolicy {
    std::chrono::milliseconds within{5000}; ///< after each sending; a device that reports progress gets as long again
    int attempts = 3;                       ///< sendings in all
    std::chrono::milliseconds longest{180'000};
};

/// A command that was sent and whose effect has not been reported.
struct OpenCommand {
    std::string id;
    Command command;
    std::vector<MqttPublication> publications;
    Object wished;
    Confirmation confirmation = Confirmation::Awaited;
};

/// Watches the devices until they report what they were told, repeats commands that were lost, and gives up. A device
/// that has never reported the attribute at all is not expected to: its wished state stays assumed. Bounded: over the
/// limit commands are sent and not followed. Thread: core.
class CommandFollower {
public:
    static constexpr std::size_t limit = 10'000;

    struct Handlers {
        std::function<void(const OpenCommand&)> repeat;
        std::function<void(const CommandOutcome&)> ended;
    };

    CommandFollower(Devices& devices, Scheduler& scheduler, const Clock& clock, Metrics& metrics,
                    ConfirmationPolicy policy, Handlers handlers);

    void follow(OpenCommand command);

private:
    struct Followed {
        OpenCommand command;
        int sent = 1;
        SteadyTime startedAt{};
        UtcTime lastProgress{};
        Subscription timer;
    };
    enum class Standing { Confirmed, Contradicted, Unheard };

    void look(const std::vector<DevicePtr>& devices);
    void timeIsUp(const std::string& id);
    void end(const std::string& id, CommandResult result);
    void startTimer(Followed& followed);
    static Standing standingOf(const OpenCommand& command, const Device& device);
    static bool everReported(const OpenCommand& command, const Device& device);
    static UtcTime progressOf(const OpenCommand& command, const Device& device);

    Devices& devices_;
    Scheduler& scheduler_;
    const Clock& clock_;
    const ConfirmationPolicy policy_;
    const Handlers handlers_;
    Gauge& open_;
    Counter& notFollowed_;
    std::unordered_map<std::string, Followed> followed_;
    std::multimap<DeviceId, std::string> byDevice_;
    Subscription published_;
};

} // namespace atrium::commands
