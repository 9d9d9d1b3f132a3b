#include "atrium/plugin.h"

extern "C" __attribute__((visibility("default"))) const AtriumPluginDescriptor* atriumPluginDescriptor();
extern "C" const AtriumPluginDescriptor* atriumPluginDescriptor()
{
    static const AtriumPluginDescriptor descriptor{
        sizeof(AtriumPluginDescriptor), ATRIUM_ABI_MAJOR, 0, "gcc1-other", "wrong_tag", "1.0.0", nullptr, nullptr};
    return &descriptor;
}
