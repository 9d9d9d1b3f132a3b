#pragma once

#include "greeting_book.h"

#include "atrium/plugin.h"
#include "atrium/subscription.h"

#include <memory>

namespace atrium::sample {

/// Wiring only.
class SamplePlugin : public Plugin {
public:
    void configure(PluginContext& context) override;

private:
    std::unique_ptr<GreetingBook> book_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::sample
