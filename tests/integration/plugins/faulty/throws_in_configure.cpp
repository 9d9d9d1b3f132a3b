#include "atrium/plugin.h"

#include <stdexcept>

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override { throw std::runtime_error("cannot configure"); }
};
ATRIUM_PLUGIN(Faulty, "throws_in_configure", "1.0.0")
