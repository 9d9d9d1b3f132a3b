#include "atrium/plugin.h"

#include <csignal>

// Dies while the library is loaded, before any code could catch it; also where a sanitizer catches the signal.
static const auto handler = std::signal(SIGSEGV, SIG_DFL);
static const int crash = std::raise(SIGSEGV);

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override {}
};
ATRIUM_PLUGIN(Faulty, "crashes_in_probe", "1.0.0")
