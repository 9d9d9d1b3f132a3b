#include "atrium/plugin.h"

#include <chrono>
#include <thread>

static const bool hang = [] {
    for (;;) std::this_thread::sleep_for(std::chrono::seconds{1});
    return true;
}();

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override {}
};
ATRIUM_PLUGIN(Faulty, "hangs_in_probe", "1.0.0")
