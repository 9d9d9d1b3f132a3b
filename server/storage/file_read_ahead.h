#pragma once

#include <functional>
#include <mutex>
#include <string>

namespace atrium::storage {

/// Has the operating system read a file in large stretches. The pages of a long history lie far apart, and a disk
/// reads a gigabyte in large stretches far sooner than a tenth of it page by page. Thread: any that may block.
class FileReadAhead {
public:
    explicit FileReadAhead(std::string path) : path_(std::move(path)) {}
    /// Only when no connection of this process has the file open any more: closing it gives up the locks that SQLite
    /// has on it.
    ~FileReadAhead();
    FileReadAhead(const FileReadAhead&) = delete;
    FileReadAhead& operator=(const FileReadAhead&) = delete;

    /// Reads the file into the system's cache, when half of the free memory holds it. Blocks meanwhile, as long as
    /// `goesOn` says so.
    void run(const std::function<bool()>& goesOn);

private:
    const std::string path_;
    std::mutex mutex_;
    int descriptor_ = -1;
};

} // namespace atrium::storage
