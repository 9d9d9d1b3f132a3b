#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/scheduler.h"
#include "automation/journal.h"

#include <functional>
#include <map>

namespace atrium::automation {

/// What `on_for` and `off_for` promised: a command to a device in its time, unless a person changes the device before.
/// One a device: a promise of the same state that ends later takes the place of the one before, one that ends sooner
/// does not. Promises are on the disk before the device is touched. Thread: core.
class TimedCommands {
public:
    /// Does the command; logs what becomes of it.
    using Perform = std::function<void(const TimedCommand&)>;

    /// All outlive it.
    TimedCommands(Devices& devices, Scheduler& scheduler, const Clock& clock, Journal& journal, Log& log,
                  Perform perform);

    /// `kept` is called when the promise is on the disk (false: it would not survive a restart).
    void promise(TimedCommand command, std::function<void(bool)> kept);
    /// The first command failed: nothing is to end.
    void takeBack(DeviceId device);
    /// Promises of an earlier life of the server; those that are due are kept at once.
    void restore(std::vector<TimedCommand> commands);
    std::vector<TimedCommand> list() const;

private:
    struct Promise {
        TimedCommand command;
        Subscription timer;
    };
    void arm(Promise& promise);
    void onChange(const AttributeChanged& change);

    Scheduler& scheduler_;
    const Clock& clock_;
    Journal& journal_;
    Log& log_;
    Perform perform_;
    std::map<DeviceId, Promise> promises_;
    Subscription changes_;
};

} // namespace atrium::automation
