#include "runtime/core_loop.h"

#include "runtime/thread.h"

#include <future>

namespace atrium::runtime {

namespace {
/// UTC timers follow clock jumps: nobody tells of a jump, so look at least this often.
constexpr std::chrono::milliseconds longestWait{500};
} // namespace

CoreLoop::CoreLoop(const Clock& clock, std::function<void(const std::string&)> onException, std::size_t queueLimit)
    : clock_(clock), onException_(std::move(onException)), queueLimit_(queueLimit)
{}

CoreLoop::~CoreLoop() { stop(); }

void CoreLoop::start()
{
    {
        std::lock_guard lock(mutex_);
        running_ = true;
    }
    thread_ = startThread("core", [this] { run(); });
}

void CoreLoop::stop()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    room_.notify_all();
    if (thread_.joinable()) thread_.join();
    std::lock_guard lock(mutex_);
    running_ = false;
}

bool CoreLoop::post(std::function<void()> task)
{
    bool first = false;
    {
        std::lock_guard lock(mutex_);
        if (stopping_ || tasks_.size() >= queueLimit_) return false;
        first = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (first) wake_.notify_one();
    return true;
}

bool CoreLoop::postWaiting(std::function<void()> task)
{
    bool first = false;
    {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return stopping_ || tasks_.size() < queueLimit_; });
        if (stopping_) return false;
        first = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (first) wake_.notify_one();
    return true;
}

void CoreLoop::runAndWait(const std::function<void()>& task)
{
    std::promise<void> done;
    const bool direct = isCurrent() || [&] {
        std::lock_guard lock(mutex_);
        return !running_;
    }();
    if (direct || !postWaiting([&] {
            try {
                task();
                done.set_value();
            }
            catch (...) {
                done.set_exception(std::current_exception());
            }
        })) {
        task();
        return;
    }
    done.get_future().get();
}

bool CoreLoop::isCurrent() const { return threadId_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

Subscription CoreLoop::addTimer(std::function<void(std::shared_ptr<Timer>)> insert, std::function<void()> handler,
                                std::chrono::microseconds period)
{
    auto timer = std::make_shared<Timer>();
    timer->gate = std::make_shared<CallGate>();
    timer->handler = std::move(handler);
    timer->period = period;
    {
        std::lock_guard lock(mutex_);
        insert(timer);
    }
    wake_.notify_one();
    // A withdrawn timer stays in its queue until it is due and does nothing then.
    return Subscription([weak = std::weak_ptr(timer)] {
        if (const auto withdrawn = weak.lock()) withdrawn->gate->close();
    });
}

Subscription CoreLoop::after(std::chrono::microseconds delay, std::function<void()> handler)
{
    const auto due = clock_.steadyNow() + delay;
    return addTimer([this, due](auto timer) { steadyTimers_.emplace(due, std::move(timer)); }, std::move(handler), {});
}

Subscription CoreLoop::every(std::chrono::microseconds period, std::function<void()> handler)
{
    const auto due = clock_.steadyNow() + period;
    return addTimer([this, due](auto timer) { steadyTimers_.emplace(due, std::move(timer)); }, std::move(handler),
                    period);
}

Subscription CoreLoop::at(UtcTime time, std::function<void()> handler)
{
    return addTimer([this, time](auto timer) { utcTimers_.emplace(time, std::move(timer)); }, std::move(handler), {});
}

bool CoreLoop::isDue() const
{
    return (!steadyTimers_.empty() && steadyTimers_.begin()->first <= clock_.steadyNow()) ||
           (!utcTimers_.empty() && utcTimers_.begin()->first <= clock_.now());
}

void CoreLoop::run()
{
    threadId_ = std::this_thread::get_id();
    std::vector<std::function<void()>> tasks;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            while (tasks_.empty() && !stopping_ && !isDue()) {
                auto wait = std::chrono::duration_cast<std::chrono::microseconds>(longestWait);
                if (!steadyTimers_.empty())
                    wait = std::min(wait, std::chrono::ceil<std::chrono::microseconds>(steadyTimers_.begin()->first -
                                                                                       clock_.steadyNow()));
                if (!utcTimers_.empty()) wait = std::min(wait, utcTimers_.begin()->first - clock_.now());
                wake_.wait_for(lock, wait);
            }
            if (tasks_.empty() && stopping_) break;
            tasks.swap(tasks_);
        }
        room_.notify_all();
        runTasks(tasks);
        runDueTimers();
    }
    threadId_ = std::thread::id{};
}

void CoreLoop::turn()
{
    const auto previous = threadId_.exchange(std::this_thread::get_id());
    for (;;) {
        std::vector<std::function<void()>> tasks;
        {
            std::lock_guard lock(mutex_);
            if (tasks_.empty() && !isDue()) break;
            tasks.swap(tasks_);
        }
        room_.notify_all();
        runTasks(tasks);
        runDueTimers();
    }
    threadId_ = previous;
}

void CoreLoop::runTasks(std::vector<std::function<void()>>& tasks)
{
    for (auto& task : tasks) guarded(task);
    tasks.clear();
}

void CoreLoop::runDueTimers()
{
    for (;;) {
        std::shared_ptr<Timer> timer;
        {
            std::lock_guard lock(mutex_);
            if (stopping_) return;
            const auto steady = clock_.steadyNow();
            if (!steadyTimers_.empty() && steadyTimers_.begin()->first <= steady) {
                auto node = steadyTimers_.extract(steadyTimers_.begin());
                timer = node.mapped();
                if (timer->period.count() > 0) {
                    // A late period is skipped, not made up for: the next one lies in the future on the same grid.
                    const auto late = steady - node.key();
                    node.key() += timer->period * (late / timer->period + 1);
                    steadyTimers_.insert(std::move(node));
                }
            }
            else if (!utcTimers_.empty() && utcTimers_.begin()->first <= clock_.now()) {
                timer = utcTimers_.extract(utcTimers_.begin()).mapped();
            }
        }
        if (!timer) return;
        bool open = true;
        guarded([&] { open = timer->gate->pass(timer->handler); });
        if (!open && timer->period.count() > 0) {
            std::lock_guard lock(mutex_);
            std::erase_if(steadyTimers_, [&](const auto& entry) { return entry.second == timer; });
        }
    }
}

void CoreLoop::guarded(const std::function<void()>& call)
{
    try {
        call();
    }
    catch (const std::exception& error) {
        onException_(error.what());
    }
    catch (...) {
        onException_("unknown exception");
    }
}

std::size_t CoreLoop::queued() const
{
    std::lock_guard lock(mutex_);
    return tasks_.size();
}

} // namespace atrium::runtime
