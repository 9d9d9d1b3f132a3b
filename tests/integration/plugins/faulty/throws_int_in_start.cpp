#include "atrium/plugin.h"

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override {}
    void start() override { throw 42; }
};
ATRIUM_PLUGIN(Faulty, "throws_int_in_start", "1.0.0")
