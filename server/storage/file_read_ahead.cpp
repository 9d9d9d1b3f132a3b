#include "storage/file_read_ahead.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atrium::storage {

namespace {
constexpr off_t stretch = 16 << 20;
}

FileReadAhead::~FileReadAhead()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

void FileReadAhead::run(const std::function<bool()>& goesOn)
{
    std::lock_guard lock(mutex_);
    if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat file {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &file) != 0) return;
    const auto freeBytes = static_cast<off_t>(::sysconf(_SC_AVPHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    if (file.st_size > freeBytes / 2) return;
    for (off_t at = 0; at < file.st_size && goesOn(); at += stretch)
        ::posix_fadvise(descriptor_, at, stretch, POSIX_FADV_WILLNEED);
}

} // namespace atrium::storage
