#pragma once

#include "collection_api.h"
#include "device_api.h"
#include "device_book.h"
#include "device_directory.h"
#include "device_feed.h"
#include "device_repository.h"
#include "discovery_repository.h"
#include "event_log.h"
#include "inbox_api.h"
#include "picture_api.h"

#include "atrium/plugin.h"

#include <memory>

namespace atrium::devices {

/// Wiring only.
class DevicesPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;
    void stop(SteadyTime deadline) override;

private:
    PictureStore pictures_;
    std::unique_ptr<DeviceRepository> repository_;
    std::unique_ptr<DiscoveryRepository> discoveries_;
    std::shared_ptr<DeviceDirectory> directory_;
    EventLog events_;
    std::unique_ptr<DeviceBook> book_;
    std::unique_ptr<DeviceApi> api_;
    std::unique_ptr<Collections> collections_;
    std::unique_ptr<CollectionApi> collectionApi_;
    std::shared_ptr<Decisions> decisions_;
    std::unique_ptr<InboxApi> inboxApi_;
    std::unique_ptr<PictureApi> pictureApi_;
    std::unique_ptr<DeviceFeed> feed_;
    bool demo_ = false;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::devices
