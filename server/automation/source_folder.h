#pragma once

#include "automation/journal_store.h"

#include <filesystem>
#include <map>
#include <vector>

namespace atrium::automation {

/// A folder with one automation a `.lua` file (sub-folders are not looked at).
struct SourceFolder {
    std::filesystem::path path;
    SourceKind kind = SourceKind::LocalFile;
};

/// One file that is new, was saved again, or is gone.
struct SourceChange {
    std::string key; ///< `local/hall.lua`; a second folder of the kind: `local1/hall.lua`
    SourceKind kind = SourceKind::LocalFile;
    std::string file; ///< `hall.lua`
    std::string path;
    std::string source;
    bool removed = false;
    std::string error; ///< why the file could not be read
};

/// Finds what changed in the folders since the last look. A folder that is not there is empty. Looking, not inotify:
/// it also works on network file systems, and one stat a file and second costs nothing. Thread: one at a time; blocks.
class SourceWatcher {
public:
    explicit SourceWatcher(std::vector<SourceFolder> folders) : folders_(std::move(folders)) {}
    std::vector<SourceChange> look();

private:
    struct Stamp {
        std::filesystem::file_time_type time;
        std::uintmax_t size = 0;
        auto operator<=>(const Stamp&) const = default;
    };
    std::vector<SourceFolder> folders_;
    std::map<std::string, Stamp> known_;
};

} // namespace atrium::automation
