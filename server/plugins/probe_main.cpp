// atrium-plugin-probe FOLDER: loads the plugin of FOLDER, creates and destroys its object. Exit 0: it can be loaded;
// 2: it is refused, the reason is printed; anything else, or a signal: it crashes.

#include "atrium/plugin.h"
#include "plugins/manifest.h"
#include "plugins/plugin_module.h"

#include <cstdio>
#include <unistd.h>

int main(int argc, char** argv)
{
    using namespace atrium;
    const auto refuse = [](const std::string& reason) {
        std::fprintf(stderr, "%s\n", reason.c_str());
        std::fflush(stderr);
        ::_exit(2);
    };
    if (argc != 2) refuse("usage: atrium-plugin-probe FOLDER");
    const auto manifest = plugins::readManifest(argv[1]);
    if (!manifest) refuse(manifest.error().message.en);
    const auto descriptor = plugins::openPlugin(*manifest);
    if (!descriptor) refuse(descriptor.error().message.en);
    try {
        Plugin* plugin = (*descriptor)->create();
        (*descriptor)->destroy(plugin);
    }
    catch (const std::exception& error) {
        refuse(std::string("its constructor throws: ") + error.what());
    }
    catch (...) {
        refuse("its constructor throws");
    }
    // Destructors of statics do not belong to the question.
    ::_exit(0);
}
