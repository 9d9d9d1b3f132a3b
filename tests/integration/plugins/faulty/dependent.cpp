#include "atrium/plugin.h"

class Dependent : public atrium::Plugin {
    void configure(atrium::PluginContext&) override {}
};
ATRIUM_PLUGIN(Dependent, "dependent", "1.0.0")
