#include "automation/lua_host.h"

#include "runtime/thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace atrium::automation {

namespace {
using namespace std::chrono_literals;
constexpr std::size_t overflowAt = 8 * 1024 * 1024;
constexpr std::size_t gatherUpTo = 64 * 1024;
constexpr std::size_t congestedAt = 2 * 1024 * 1024;
constexpr std::chrono::milliseconds lookEvery = 20ms; ///< at a busy process
constexpr std::chrono::milliseconds forEver{-1};
constexpr std::chrono::microseconds lingerFor = 80us; ///< most answers come within 40 us
constexpr auto restWhenIdle = 1s;
constexpr auto shortestPause = 50ms;
constexpr auto longestPause = 10'000ms;
constexpr auto steadyAfter = 10s; ///< a process that lived this long is restarted at once

/// Whether the host says something to it within a moment, as a rule.
bool isAnswered(const ToHost& message)
{
    return std::holds_alternative<StartRun>(message) || std::holds_alternative<StepAnswer>(message) ||
           std::holds_alternative<DeviceAnswer>(message) || std::holds_alternative<SelectionAnswer>(message);
}
} // namespace

LuaHost::LuaHost(HostOptions options, runtime::CoreLoop& core, Log& log, Metrics& metrics, Handlers handlers)
    : options_(std::move(options)), core_(core), log_(log), handlers_(std::move(handlers)),
      restarts_(metrics.counter("atrium_script_host_restarts_total", "Starts of the script host process")),
      kills_(metrics.counter("atrium_script_host_kills_total", "Script host processes killed past a deadline")),
      interruptions_(metrics.counter("atrium_script_host_interruptions_total",
                                     "Slices of scripts interrupted because something waited")),
      outgoingBytes_(metrics.gauge("atrium_queue_depth", "Entries waiting", {{"queue", "script_host_bytes"}})),
      answers_(log)
{
    linger_ = core_.setLinger([this, alive = alive_] {
        if (*alive) lookForAnswers();
    });
}

LuaHost::~LuaHost() { stop(); }

void LuaHost::start()
{
    thread_ = runtime::startThread("automation", [this] { loop(); });
}

void LuaHost::stop()
{
    *alive_ = false;
    stopping_ = true;
    answers_.wake();
    if (thread_.joinable()) thread_.join();
}

bool LuaHost::pause(std::chrono::milliseconds duration)
{
    const auto until = std::chrono::steady_clock::now() + duration;
    while (!stopping_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= 0ms) break;
        answers_.wait(left, false);
    }
    return !stopping_;
}

void LuaHost::loop()
{
    auto wait = shortestPause;
    for (std::uint64_t epoch = 1; !stopping_; ++epoch) {
        const auto began = std::chrono::steady_clock::now();
        try {
            live(epoch);
        }
        catch (const std::exception& error) {
            log_.error("script host failed", {{"reason", error.what()}});
        }
        pid_ = 0;
        if (std::chrono::steady_clock::now() - began > steadyAfter) wait = shortestPause;
        if (!pause(wait)) return;
        wait = std::min<std::chrono::milliseconds>(wait * 2, longestPause);
    }
}

void LuaHost::onCore(std::function<void()> task)
{
    // Core's queue is full: the script host waits with us, that is the pressure it should feel.
    auto guarded = [alive = alive_, task = std::move(task)] {
        if (*alive) task();
    };
    if (core_.runNow(guarded)) return;
    while (!core_.post(guarded)) {
        if (stopping_) return;
        std::this_thread::sleep_for(1ms);
    }
}

void LuaHost::connect(HostProcess* process, std::uint64_t epoch)
{
    std::lock_guard lock(mutex_);
    process_ = process;
    epoch_ = epoch;
    outgoing_.clear();
    written_ = 0;
    overflowed_ = false;
}

void LuaHost::live(std::uint64_t epoch)
{
    HostProcess process(options_);
    pid_ = process.pid();
    restarts_.add();
    answers_.open(process.socket());
    connect(&process, epoch);
    Ending ending;
    try {
        ending = serve(process, epoch);
    }
    catch (...) {
        answers_.close();
        connect(nullptr, epoch);
        throw;
    }
    answers_.close();
    connect(nullptr, epoch);
    process.kill();
    const int signal = process.reap();
    Death death;
    death.overdue = ending.overdue;
    death.crashed = !ending.killed && signal != 0 && signal != SIGKILL && signal != SIGTERM && signal != SIGINT;
    death.busy = process.isBusy();
    death.instance = process.board().instance;
    death.run = process.board().run;
    death.reason = ending.overdue ? "CPU time is used up"
                   : signal       ? std::string("signal ") + ::strsignal(signal)
                                  : "ended";
    if (stopping_) return;
    log_.warning("script host ended", {{"reason", death.reason}, {"busy", death.busy}});
    onCore([this, death] { handlers_.died(death); });
}

LuaHost::Ending LuaHost::serve(HostProcess& process, std::uint64_t epoch)
{
    onCore([this, epoch] {
        coreEpoch_ = epoch;
        held_.clear(); // the new one is told everything
        handlers_.started();
    });

    Ending ending;
    std::uint64_t counted = 0;
    auto idleSince = std::chrono::steady_clock::now();
    for (;;) {
        bool pending = false, overflowed = false;
        {
            std::lock_guard lock(mutex_);
            pending = written_ < outgoing_.size();
            overflowed = overflowed_;
        }
        const auto interruptions = process.board().interruptions.load(std::memory_order_relaxed);
        interruptions_.add(interruptions - std::exchange(counted, interruptions));
        if (process.board().isUnfiltered && !std::exchange(warnedOfFilter_, true))
            log_.warning("the kernel refuses the filter of system calls for the script host: what confines it are its "
                         "limits and Lua");
        const auto now = std::chrono::steady_clock::now();
        if (process.isBusy() || pending) idleSince = now;
        if (now - idleSince > restWhenIdle) watching_ = false;
        const auto ready = answers_.wait(watching_ ? lookEvery : forEver, pending);
        if (ready.woken) idleSince = std::chrono::steady_clock::now();
        if (!ending.killed && (stopping_ || overflowed || process.isOverdue())) {
            ending.overdue = !stopping_ && !overflowed;
            if (ending.overdue) kills_.add();
            ending.killed = true;
            process.kill();
        }
        if (ready.room && !writeSome(process.socket())) return ending;
        // What a dying process has said before counts: read up to the end of the stream.
        if (ready.answers && !readSome()) return ending;
    }
}

bool LuaHost::readSome()
{
    auto batch = std::make_shared<std::vector<FromHost>>();
    const bool goesOn = answers_.read(*batch);
    if (!batch->empty())
        onCore([this, batch] {
            const Subscription handled([this] { answers_.delivered(); }); // whatever one of them throws
            for (auto& message : *batch) handlers_.message(message);
        });
    return goesOn;
}

void LuaHost::lookForAnswers()
{
    const Subscription done([this] { answers_.giveBack(); }); // whatever a handler throws
    const auto until = std::chrono::steady_clock::now() + lingerFor;
    for (;;) {
        auto messages = answers_.look(until);
        if (messages.empty()) break;
        for (auto& message : messages) handlers_.message(message);
    }
}

bool LuaHost::writeSome(int socket)
{
    std::lock_guard lock(mutex_);
    while (written_ < outgoing_.size()) {
        const auto size =
            ::send(socket, outgoing_.data() + written_, outgoing_.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) {
            outgoing_.erase(0, written_);
            written_ = 0;
            return errno == EAGAIN;
        }
        written_ += static_cast<std::size_t>(size);
    }
    outgoing_.clear();
    written_ = 0;
    return true;
}

void LuaHost::send(const ToHost& message)
{
    release();
    append(message);
}

std::size_t LuaHost::append(const ToHost& message)
{
    std::lock_guard lock(mutex_);
    if (!process_ || coreEpoch_ != epoch_ || overflowed_) return 0;
    appendFrame(outgoing_, message);
    asks_ = asks_ || isAnswered(message);
    const auto pending = outgoing_.size() - written_;
    if (pending > overflowAt) {
        overflowed_ = true;
        answers_.wake();
    }
    return pending;
}

void LuaHost::mirror(MirrorUpdate update)
{
    if (options_.mirroring == Mirroring::Prompt) {
        if (append(std::move(update)) > gatherUpTo) flush();
        return;
    }
    auto& values = held_[update.device];
    const auto known =
        std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == update.attribute; });
    if (known == values.end()) values.emplace_back(std::move(update.attribute), std::move(update.value));
    else known->second = std::move(update.value);
}

void LuaHost::release()
{
    if (held_.empty()) return;
    for (auto& [device, values] : std::exchange(held_, {}))
        for (auto& [attribute, value] : values) append(MirrorUpdate{device, std::move(attribute), std::move(value)});
}

void LuaHost::flush()
{
    bool blocked = false;
    {
        std::lock_guard lock(mutex_);
        if (!process_ || coreEpoch_ != epoch_ || outgoing_.empty()) return;
        const bool asks = std::exchange(asks_, false);
        const auto host = process_->isBusy() ? HostAnswers::From::Computing : HostAnswers::From::Resting;
        while (written_ < outgoing_.size()) {
            const auto size = ::send(process_->socket(), outgoing_.data() + written_, outgoing_.size() - written_,
                                     MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) break; // full: the thread goes on; broken: the thread sees it too
            written_ += static_cast<std::size_t>(size);
        }
        blocked = written_ < outgoing_.size();
        if (!blocked) {
            outgoing_.clear();
            written_ = 0;
        }
        outgoingBytes_.set(static_cast<double>(outgoing_.size() - written_));
        process_->interruptLongSlice();
        // While the host wakes: its answer takes longer than this does.
        if (asks && core_.isBorrowed()) answers_.expect(host);
    }
    if (!watching_.exchange(true) || blocked) answers_.wake();
}

bool LuaHost::isCongested() const
{
    std::lock_guard lock(mutex_);
    return outgoing_.size() - written_ > congestedAt;
}

} // namespace atrium::automation
