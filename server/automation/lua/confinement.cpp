#include "automation/lua/confinement.h"

#include <cerrno>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace atrium::automation::lua {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

// The names are resolved for the machine at run time: one that it does not have (poll on arm64) is passed over there.
constexpr int freeCalls[] = {
    SCMP_SYS(read),          SCMP_SYS(write),        SCMP_SYS(recvfrom),       SCMP_SYS(sendto),
    SCMP_SYS(poll),          SCMP_SYS(ppoll),        SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(brk),           SCMP_SYS(madvise),      SCMP_SYS(futex),          SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),   SCMP_SYS(getpid),
    SCMP_SYS(gettid),        SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),          SCMP_SYS(exit_group)};

bool allow(scmp_filter_ctx filter, int call, std::initializer_list<scmp_arg_cmp> conditions = {})
{
    const int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, static_cast<unsigned>(conditions.size()),
                                             conditions.begin());
    return error == 0 || error == -EDOM; // the machine has no such call
}

} // namespace

void confine(int firstUnused, std::uint64_t addressSpace)
{
    ::close_range(static_cast<unsigned>(firstUnused), ~0u, 0);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &none);
    ::setrlimit(RLIMIT_NPROC, &none);
    if (isSanitized) return; // it reserves terabytes
    const rlimit space{addressSpace, addressSpace};
    ::setrlimit(RLIMIT_AS, &space);
}

bool filterSystemCalls()
{
    if (isSanitized) return false;
    const std::unique_ptr<void, void (*)(void*)> filter{seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release};
    if (!filter) return false;
    bool complete = true;
    for (const int call : freeCalls) complete = allow(filter.get(), call) && complete;
    // Memory, but none that could be run.
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        complete = allow(filter.get(), call, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}) && complete;
    // The CPU limit of this process is put off as it is spent, and abort() ends it.
    const auto self = static_cast<scmp_datum_t>(::getpid());
    complete = allow(filter.get(), SCMP_SYS(prlimit64), {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, RLIMIT_CPU)}) &&
               allow(filter.get(), SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, self)}) && complete;
    return complete && seccomp_load(filter.get()) == 0;
}

} // namespace atrium::automation::lua
