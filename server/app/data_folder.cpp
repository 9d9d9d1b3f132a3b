#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace atrium::app {

DataFolder::DataFolder(const std::filesystem::path& path) : path_(std::filesystem::absolute(path))
{
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::exists(path_)) {
        fs::create_directories(path_, error);
        if (!error) fs::permissions(path_, fs::perms::owner_all, error);
    }
    if (error) throw std::runtime_error("the data folder " + path_.string() + " cannot be made: " + error.message());

    const auto file = path_ / "server.pid";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) throw std::runtime_error("the data folder " + path_.string() + " cannot be written");
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        char owner[32] = {};
        (void)!::read(lock_, owner, sizeof owner - 1);
        ::close(lock_);
        throw std::runtime_error("the data folder " + path_.string() + " is in use by the server with process id " +
                                 owner);
    }
    const auto id = std::to_string(::getpid()) + '\n';
    (void)!::ftruncate(lock_, 0);
    (void)!::write(lock_, id.data(), id.size());
}

DataFolder::~DataFolder()
{
    // The file stays: removing it would let two servers lock two files of the same name.
    ::close(lock_);
}

} // namespace atrium::app
