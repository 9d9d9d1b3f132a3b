#include "atrium/plugin.h"

#include <csignal>

// Dies while the library is loaded, before any code could catch it.
static const int crash = std::raise(SIGSEGV);

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override {}
};
ATRIUM_PLUGIN(Faulty, "crashes_in_probe", "1.0.0")
