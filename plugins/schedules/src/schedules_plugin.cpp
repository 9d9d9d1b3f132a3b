#include "schedules_plugin.h"

#include "atrium/plugin_context.h"
#include "atrium/services/accounts.h"
#include "atrium/settings.h"

namespace atrium::schedules {

void SchedulesPlugin::configure(PluginContext& context)
{
    context_ = &context;
    repository_ = std::make_unique<ScheduleRepository>(context.database());
    book_ = std::make_shared<ScheduleBook>(
        *repository_, ScheduleBook::Surroundings{context.automation(), context.clock(), context.commands(),
                                                 context.devices(), context.services(), context.log(),
                                                 static_cast<std::size_t>(context.settings().integer("limit")),
                                                 context.settings().boolean("openHome")});
    api_ = std::make_unique<ScheduleApi>(*book_, ScheduleApi::Surroundings{context.automation(), context.clock(),
                                                                           context.devices(), context.core(),
                                                                           context.workers()});
    api_->registerRoutes(context.http(), subscriptions_);
    subscriptions_ +=
        context.automation().addModule({"schedule",
                                        {{"run", "run(id): what the schedule with this number does",
                                          [book = book_](const AutomationCall& call) { return book->run(call); }}}});
    subscriptions_ += context.devices().onDeviceChanged([this](const DeviceChanged& change) {
        if (!change.after)
            context_->workers().post([book = book_, device = change.before->info->id] { book->removeOf(device); });
    });
}

void SchedulesPlugin::start()
{
    if (const auto accounts = context_->services().find<Accounts>())
        subscriptions_ += accounts->onRemoved([book = book_](UserId person) { book->removeOf(person); });
    book_->restore();
}

} // namespace atrium::schedules

ATRIUM_PLUGIN(atrium::schedules::SchedulesPlugin, "schedules", "1.0.0")
