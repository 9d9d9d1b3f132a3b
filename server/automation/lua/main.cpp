#include "automation/lua/script_host.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// atrium-luahost PARENT SLICE-MS SCRIPT-BYTES PROCESS-BYTES, started by the server with the socket as descriptor 3
// and the memory of the slice board as descriptor 4.

namespace {

constexpr int socketDescriptor = 3;
constexpr int boardDescriptor = 4;

/// Gives up everything that running scripts does not need.
void confine(rlim_t addressSpace)
{
    ::close_range(boardDescriptor + 1, ~0u, 0);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &none);
    ::setrlimit(RLIMIT_NPROC, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const rlimit space{addressSpace, addressSpace};
    ::setrlimit(RLIMIT_AS, &space);
#else
    static_cast<void>(addressSpace); // the sanitizer reserves terabytes
#endif
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "atrium-luahost is started by atriumd\n");
        return 2;
    }
    ::prctl(PR_SET_NAME, "atrium-luahost");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (std::to_string(::getppid()) != argv[1]) return 0; // the server died before the line above
    try {
        void* page = ::mmap(nullptr, sizeof(atrium::automation::SliceBoard), PROT_READ | PROT_WRITE, MAP_SHARED,
                            boardDescriptor, 0);
        if (page == MAP_FAILED) return 2;
        confine(std::strtoull(argv[4], nullptr, 10));
        auto& board = *static_cast<atrium::automation::SliceBoard*>(page);
        atrium::automation::lua::ScriptHost host(socketDescriptor, board,
                                                 std::chrono::milliseconds(std::strtoll(argv[2], nullptr, 10)),
                                                 std::strtoull(argv[3], nullptr, 10));
        host.run();
        // Memory goes with the process; closing every state by hand would only make a restart slower.
        std::fflush(nullptr);
        ::_exit(0);
    }
    catch (const std::exception& error) {
        std::fprintf(stderr, "atrium-luahost: %s\n", error.what());
        return 1;
    }
}
