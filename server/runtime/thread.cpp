#include "runtime/thread.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace atrium::runtime {

namespace {
constexpr int lowestLongLivedDescriptor = 4096;
}

void nameCurrentThread(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

std::thread startThread(std::string name, std::function<void()> body)
{
    // Signals belong to the main thread; a new thread inherits the mask of the one that starts it.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    std::thread thread([name = std::move(name), body = std::move(body)] {
        nameCurrentThread(name);
        try {
            body();
        }
        catch (const std::exception& error) {
            std::fprintf(stderr, "thread %s ended by an exception: %s\n", name.c_str(), error.what());
            std::abort();
        }
        catch (...) {
            std::fprintf(stderr, "thread %s ended by an unknown exception\n", name.c_str());
            std::abort();
        }
    });
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    return thread;
}

int moveDescriptorUp(int descriptor)
{
    const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, lowestLongLivedDescriptor);
    if (moved >= 0) ::close(descriptor);
    return moved;
}

} // namespace atrium::runtime
