#include "atrium/plugin.h"

#include <stdexcept>

class Faulty : public atrium::Plugin {
public:
    Faulty() { throw std::runtime_error("no"); }
    void configure(atrium::PluginContext&) override {}
};
ATRIUM_PLUGIN(Faulty, "throws_in_constructor", "1.0.0")
