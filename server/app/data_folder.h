#pragma once

#include <filesystem>
#include <stdexcept>

namespace atrium::app {

/// The data folder, held by one server at a time: `server.pid` in it is locked (flock) and holds the process id. The
/// lock goes with the process, however it ends.
class DataFolder {
public:
    /// Makes the folder (0700) when it is absent. Throws std::runtime_error that names the process that holds it.
    explicit DataFolder(const std::filesystem::path& path);
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace atrium::app
