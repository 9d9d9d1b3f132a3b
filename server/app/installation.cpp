#include "app/installation.h"

#include "app/build_info.h"

namespace atrium::app {

Installation Installation::find()
{
    namespace fs = std::filesystem;
    const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
    const fs::path build = ATRIUM_BUILD_FOLDER, source = ATRIUM_SOURCE_FOLDER;
    if (bin == build / "bin")
        return {bin, build / "lib/plugins", source / "database/migrations", source / "scripts/automations",
                source / "web/dist"};
    const fs::path prefix = bin.parent_path();
    return {bin, prefix / "lib/atrium/plugins", prefix / "share/atrium/migrations", prefix / "share/atrium/automations",
            prefix / "share/atrium/www"};
}

} // namespace atrium::app
