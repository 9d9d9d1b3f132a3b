#include "automation/library_folder.h"

#include <fstream>
#include <iterator>

namespace atrium::automation {

namespace {
constexpr std::uintmax_t maxModuleBytes = 256 * 1024;
constexpr std::size_t mostModules = 500;
} // namespace

std::optional<std::map<std::string, std::string>> LibraryFolder::look()
{
    namespace fs = std::filesystem;
    std::map<fs::path, Stamp> found;
    std::map<std::string, fs::path> files;
    for (const auto& folder : folders_) {
        std::error_code error;
        for (fs::directory_iterator entry(folder / "lib", error), end; !error && entry != end; entry.increment(error)) {
            std::error_code ignored;
            const Stamp stamp{entry->last_write_time(ignored), entry->file_size(ignored)};
            if (entry->path().extension() != ".lua" || !entry->is_regular_file(ignored) ||
                stamp.size > maxModuleBytes || files.size() >= mostModules)
                continue;
            if (files.emplace(entry->path().stem().string(), entry->path()).second) found[entry->path()] = stamp;
        }
    }
    if (found == known_) return {};
    known_ = std::move(found);
    std::map<std::string, std::string> library;
    for (const auto& [name, path] : files) {
        std::ifstream in(path, std::ios::binary);
        library[name].assign(std::istreambuf_iterator<char>(in), {});
    }
    return library;
}

} // namespace atrium::automation
