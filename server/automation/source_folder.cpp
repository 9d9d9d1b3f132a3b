#include "automation/source_folder.h"

#include "atrium/text.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace atrium::automation {

namespace {
constexpr std::uintmax_t maxSourceBytes = 256 * 1024;
constexpr std::size_t longestName = 100;
} // namespace

std::vector<SourceChange> SourceWatcher::look()
{
    namespace fs = std::filesystem;
    std::vector<SourceChange> changes;
    std::set<std::string> seen;
    std::map<SourceKind, int> count;
    for (const auto& folder : folders_) {
        const int number = count[folder.kind]++;
        const auto prefix = toString(folder.kind) + (number > 0 ? std::to_string(number) : std::string()) + "/";
        std::error_code error;
        for (fs::directory_iterator entry(folder.path, error), end; !error && entry != end; entry.increment(error)) {
            std::error_code ignored;
            const auto file = entry->path().filename().string();
            if (entry->path().extension() != ".lua" || file.starts_with('.') || file.size() > longestName ||
                !isCleanUtf8(file) || !entry->is_regular_file(ignored))
                continue;
            const Stamp stamp{entry->last_write_time(ignored), entry->file_size(ignored)};
            const auto key = prefix + file;
            seen.insert(key);
            const auto known = known_.find(key);
            if (known != known_.end() && known->second == stamp) continue;
            known_[key] = stamp;
            SourceChange change{key, folder.kind, file, entry->path().string(), {}, false, {}};
            if (stamp.size > maxSourceBytes) change.error = file + ": the file is larger than 256 KiB";
            else {
                std::ifstream in(entry->path(), std::ios::binary);
                change.source.assign(std::istreambuf_iterator<char>(in), {});
                if (!in.eof() && in.fail()) change.error = file + ": the file cannot be read";
            }
            changes.push_back(std::move(change));
        }
    }
    for (auto known = known_.begin(); known != known_.end();) {
        if (seen.contains(known->first)) {
            ++known;
            continue;
        }
        SourceChange change;
        change.key = known->first;
        change.removed = true;
        changes.push_back(std::move(change));
        known = known_.erase(known);
    }
    std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return changes;
}

} // namespace atrium::automation
