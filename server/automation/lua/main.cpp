#include "automation/lua/confinement.h"
#include "automation/lua/script_host.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

// atrium-luahost PARENT SLICE-MS SCRIPT-BYTES PROCESS-BYTES, started by the server with the socket as descriptor 3
// and the memory of the slice board as descriptor 4.

namespace {

constexpr int socketDescriptor = 3;
constexpr int boardDescriptor = 4;

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
        atrium::automation::lua::confine(boardDescriptor + 1, std::strtoull(argv[4], nullptr, 10));
        auto& board = *static_cast<atrium::automation::SliceBoard*>(page);
        atrium::automation::lua::ScriptHost host(socketDescriptor, board,
                                                 std::chrono::milliseconds(std::strtoll(argv[2], nullptr, 10)),
                                                 std::strtoull(argv[3], nullptr, 10));
        board.isUnfiltered = !atrium::automation::lua::filterSystemCalls();
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
