#pragma once

#include "atrium/clock.h"
#include "atrium/http.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace atrium::http {

/// The files of the dashboard, from one folder. Paths without a file and without a dot in their last segment get
/// index.html (the page routes itself). Nothing outside the folder is ever read, also not through symbolic links.
/// Small files stay in memory (bounded) and are looked at again after a few seconds. Thread: any.
class StaticFiles {
public:
    /// Throws std::invalid_argument when `folder` does not exist.
    StaticFiles(const std::string& folder, const Clock& clock);

    /// The answer without touching the disk; empty when the file is to be loaded. `path` is decoded.
    std::optional<HttpResponse> cached(const std::string& path, std::string_view acceptEncoding);
    /// Reads from the disk; blocks.
    Result<HttpResponse> load(const std::string& path, std::string_view acceptEncoding);

private:
    struct File {
        std::string body;
        std::string brotli; ///< empty = there is none
        std::string gzip;
        std::string contentType;
        std::string etag;
        bool immutableName = false;
        SteadyTime loaded;
    };
    using FilePtr = std::shared_ptr<const File>;

    std::optional<std::filesystem::path> resolve(const std::string& path) const;
    FilePtr read(const std::filesystem::path& file) const;
    void remember(const std::string& path, const FilePtr& file);
    static HttpResponse answer(const File& file, std::string_view acceptEncoding);

    const std::filesystem::path root_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, FilePtr> cache_;
    std::size_t cachedBytes_ = 0;
};

/// The media type for a file name.
std::string contentTypeOf(const std::string& name);
/// Whether a build tool put a hash of the content into the name (`app-3f9c2b1a.js`).
bool hasHashedName(const std::string& name);

} // namespace atrium::http
