#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace atrium::automation {

/// Finds the modules of rules: `.lua` files in `lib` of each folder of automations. Of two with one name the one of the
/// first folder counts. Thread: one at a time; blocks.
class LibraryFolder {
public:
    explicit LibraryFolder(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}
    /// The text of every module by its name; empty when nothing changed since the last look.
    std::optional<std::map<std::string, std::string>> look();

private:
    struct Stamp {
        std::filesystem::file_time_type time;
        std::uintmax_t size = 0;
        auto operator<=>(const Stamp&) const = default;
    };
    std::vector<std::filesystem::path> folders_;
    std::map<std::filesystem::path, Stamp> known_;
};

} // namespace atrium::automation
