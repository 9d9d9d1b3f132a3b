#include "atrium/plugin.h"

void nowhereToBeFound();

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext&) override { nowhereToBeFound(); }
};
ATRIUM_PLUGIN(Faulty, "missing_symbol", "1.0.0")
