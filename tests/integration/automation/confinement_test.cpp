// What is left to somebody who breaks out of Lua in the script host: nothing.
#include "automation/lua/confinement.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <set>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true; // its runtime needs what the filter refuses
#else
constexpr bool isSanitized = false;
#endif

std::string statusOf(pid_t process, const std::string& name)
{
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
    return "absent";
}

TEST(ConfinementTest, TheScriptHostRunsUnderAFilterWithoutPrivilegesAndFiles)
{
    if (isSanitized) GTEST_SKIP();
    House house;
    ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '') end)"), "");
    const auto host = house.engine->host().processId();
    EXPECT_EQ(statusOf(host, "Seccomp"), "2");
    EXPECT_EQ(statusOf(host, "NoNewPrivs"), "1");
    EXPECT_EQ(statusOf(host, "Threads"), "1");
    std::set<std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(host) + "/fd"))
        open.insert(entry.path().filename());
    EXPECT_THAT(open, ::testing::IsSubsetOf({"0", "1", "2", "3", "4"}));
    EXPECT_FALSE(house.log.mentions("refuses the filter"));
}

struct Attempt {
    const char* what;
    long (*attempt)();
};

// In the order in which they are tried, each as raw system call: no library stands in between.
const Attempt attempts[] = {
    {"open", [] { return ::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }},
    {"create", [] { return ::syscall(SYS_openat, AT_FDCWD, "/tmp/escaped", O_CREAT | O_WRONLY, 0600); }},
    {"socket", [] { return ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
    {"unix socket", [] { return ::syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }},
    {"connect", [] { return ::syscall(SYS_connect, 3, nullptr, 0); }},
    {"send descriptors", [] { return ::syscall(SYS_sendmsg, 3, nullptr, 0); }},
    {"execve", [] { return ::syscall(SYS_execve, "/bin/true", nullptr, nullptr); }},
    {"clone", [] { return ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr); }},
    {"ptrace", [] { return ::syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"kill the server", [] { return ::syscall(SYS_kill, ::getppid(), 0); }},
    {"signal another", [] { return ::syscall(SYS_tgkill, 1, 1, 0); }},
    {"read another's memory", [] { return ::syscall(SYS_process_vm_readv, ::getpid(), nullptr, 0, nullptr, 0, 0); }},
    {"unlink", [] { return ::syscall(SYS_unlinkat, AT_FDCWD, "/tmp/nothing", 0); }},
    {"look at files", [] { return ::syscall(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0, nullptr); }},
    {"memory to run",
     [] {
         return ::syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0);
     }},
    {"run memory",
     [] {
         void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return page == MAP_FAILED ? 0L : ::syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
     }},
    {"more files",
     [] {
         const rlimit limit{100, 100};
         return ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr);
     }},
    {"limits of another", [] { return ::syscall(SYS_prlimit64, 1, RLIMIT_CPU, nullptr, nullptr); }},
    {"prctl", [] { return ::syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"io_uring", [] { return ::syscall(425, 1, nullptr); }},
    {"user namespaces", [] { return ::syscall(SYS_unshare, 0x10000000); }},
    {"duplicate", [] { return ::syscall(SYS_dup, 3); }},
    {"ioctl", [] { return ::syscall(SYS_ioctl, 0, 0, nullptr); }},
    {"keys", [] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
    {"bpf", [] { return ::syscall(SYS_bpf, 0, nullptr, 0); }},
};

/// What a confined process answers: 0, or 1 and the place of the attempt that was not refused.
int tryToEscape()
{
    lua::confine(3, std::uint64_t{1} << 40);
    if (!lua::filterSystemCalls()) return 200;
    int place = 0;
    for (const auto& [what, attempt] : attempts) {
        ++place;
        if (attempt() != -1 || errno != EPERM) return place;
    }
    // What the host lives of works.
    timespec now{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) return 201;
    if (::write(2, "", 0) != 0) return 202;
    const rlimit cpu{1000, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_CPU, &cpu) != 0) return 203;
    void* const large = std::malloc(64 << 20);
    if (!large) return 204;
    std::free(large);
    return 0;
}

TEST(ConfinementTest, NothingIsOpenedConnectedStartedOrTracedFromWithin)
{
    if (isSanitized) GTEST_SKIP();
    const auto child = ::fork();
    if (child == 0) ::_exit(tryToEscape());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    const int place = WEXITSTATUS(status);
    EXPECT_EQ(place, 0) << (place > 0 && place <= static_cast<int>(std::size(attempts)) ? attempts[place - 1].what
                                                                                        : "a need of the host");
}

TEST(ConfinementTest, AHostThatAbortsUnderTheFilterEnds)
{
    if (isSanitized) GTEST_SKIP();
    const auto child = ::fork();
    if (child == 0) {
        lua::confine(3, std::uint64_t{1} << 40);
        if (!lua::filterSystemCalls()) ::_exit(200);
        std::abort();
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
}

/// The calling thread, and what it starts, can set no further filters.
void refuseFilters()
{
    constexpr auto refused = SECCOMP_RET_ERRNO | EPERM;
    sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 3, 0),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
                             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
                             BPF_STMT(BPF_RET | BPF_K, refused),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

TEST(ConfinementTest, WhereTheKernelRefusesTheFilterRulesRunAndItIsLogged)
{
    std::thread([] {
        refuseFilters();
        House house;
        ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '') end)"), "");
        house.mqtt.deliver("ping", "");
        EXPECT_TRUE(house.until([&] { return house.published("pong", ""); }));
        EXPECT_TRUE(house.log.mentions("refuses the filter of system calls"));
    }).join();
}

} // namespace
} // namespace atrium::automation
