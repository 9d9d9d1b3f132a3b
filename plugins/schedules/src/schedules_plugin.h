#pragma once

#include "schedule_api.h"
#include "schedule_book.h"

#include "atrium/plugin.h"

#include <memory>

namespace atrium::schedules {

/// Wiring only.
class SchedulesPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::unique_ptr<ScheduleRepository> repository_;
    std::shared_ptr<ScheduleBook> book_;
    std::unique_ptr<ScheduleApi> api_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::schedules
