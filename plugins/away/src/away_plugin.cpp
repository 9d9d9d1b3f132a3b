#include "away_plugin.h"

#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services/accounts.h"
#include "atrium/settings.h"

namespace atrium::away {

namespace {

std::set<std::string> wordsOf(const std::string& list)
{
    std::set<std::string> words;
    std::string word;
    for (const char c : list + ',') {
        if (c != ',' && c != ' ') word += c;
        else if (!word.empty()) words.insert(std::exchange(word, {}));
    }
    return words;
}

} // namespace

void AwayPlugin::configure(PluginContext& context)
{
    context_ = &context;
    repository_ = std::make_unique<AwayRepository>(context.database());
    mode_ = std::make_shared<AwayMode>(AwayMode::Surroundings{
        context.clock(), context.commands(), context.devices(), context.history(), context.services(), context.core(),
        context.workers(), context.log(), wordsOf(context.settings().text("types")),
        std::chrono::minutes{context.settings().integer("spreadMinutes")}, context.settings().boolean("openHome")});
    api_ = std::make_unique<AwayApi>(
        mode_, *repository_,
        AwayApi::Surroundings{context.clock(), context.devices(), context.core(), context.workers()});
    api_->registerRoutes(context.http(), subscriptions_);
}

void AwayPlugin::start()
{
    const auto end = [this](UserId person) {
        if (mode_->state().owner != person || !mode_->state().enabled) return;
        mode_->set({});
        context_->workers().post([repository = repository_.get()] { repository->save({}); });
    };
    if (const auto accounts = context_->services().find<Accounts>())
        subscriptions_ +=
            accounts->onRemoved([this, end](UserId person) { context_->core().post([end, person] { end(person); }); });
    const auto state = repository_->load();
    context_->core().post([mode = mode_, state] { mode->set(state); });
    subscriptions_ += context_->scheduler().every(std::chrono::minutes{1}, [mode = mode_] { mode->tick(); });
}

} // namespace atrium::away

ATRIUM_PLUGIN(atrium::away::AwayPlugin, "away", "1.0.0")
