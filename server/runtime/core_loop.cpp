#include "runtime/core_loop.h"

#include "runtime/thread.h"

#include <algorithm>
#include <functional>
#include <future>

namespace atrium::runtime {

namespace {
/// UTC timers follow clock jumps: nobody tells of a jump, so look at least this often.
constexpr std::chrono::milliseconds longestWait{500};
/// A thread that took the role for its own work does not do everybody else's for longer than so many rounds.
constexpr int borrowedRounds = 4;
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

bool CoreLoop::push(std::unique_lock<std::mutex>& lock, std::function<void()> task)
{
    // Whoever has the role looks again before it rests.
    const bool wake = tasks_.empty() && !taken_;
    tasks_.push_back({std::move(task), isCurrent()});
    lock.unlock();
    if (wake) wake_.notify_one();
    return true;
}

bool CoreLoop::post(std::function<void()> task)
{
    std::unique_lock lock(mutex_);
    if (stopping_ || tasks_.size() >= queueLimit_) return false;
    return push(lock, std::move(task));
}

bool CoreLoop::postWaiting(std::function<void()> task)
{
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopping_ || tasks_.size() < queueLimit_; });
    if (stopping_) return false;
    return push(lock, std::move(task));
}

bool CoreLoop::runNow(const std::function<void()>& task)
{
    std::unique_lock lock(mutex_);
    if (stopping_ || !running_ || taken_ || !tasks_.empty()) return false;
    taken_ = true;
    threadId_ = std::this_thread::get_id();
    const auto linger = linger_;
    lock.unlock();
    borrowed_ = linger != nullptr;
    guarded(task);
    if (linger) guarded([&] { linger->gate.pass(linger->call); });
    borrowed_ = false;
    std::vector<Task> tasks;
    lock.lock();
    for (int round = 0; round < borrowedRounds && !tasks_.empty(); ++round) {
        const auto foreign = std::find_if_not(tasks_.begin(), tasks_.end(), std::mem_fn(&Task::fromCore));
        if (foreign == tasks_.begin()) break;
        tasks.assign(std::make_move_iterator(tasks_.begin()), std::make_move_iterator(foreign));
        tasks_.erase(tasks_.begin(), foreign);
        lock.unlock();
        room_.notify_all();
        runTasks(tasks);
        lock.lock();
    }
    threadId_ = std::thread::id{};
    taken_ = false;
    const bool wake = asked_ || stopping_ || !tasks_.empty();
    lock.unlock();
    if (wake) wake_.notify_one();
    return true;
}

Subscription CoreLoop::setLinger(std::function<void()> call)
{
    const auto linger = std::make_shared<Linger>();
    linger->call = std::move(call);
    std::lock_guard lock(mutex_);
    linger_ = linger;
    return Subscription([this, linger] {
        {
            std::lock_guard lock(mutex_);
            if (linger_ == linger) linger_ = nullptr;
        }
        linger->gate.close();
    });
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

Subscription CoreLoop::addTimer(std::function<bool(std::shared_ptr<Timer>)> insert, std::function<void()> handler,
                                std::chrono::microseconds period)
{
    auto timer = std::make_shared<Timer>();
    timer->gate = std::make_shared<CallGate>();
    timer->handler = std::move(handler);
    timer->period = period;
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        wake = insert(timer) && ownThread_ != std::this_thread::get_id();
    }
    if (wake) wake_.notify_one();
    // A withdrawn timer stays in its queue until it is due and does nothing then.
    return Subscription([weak = std::weak_ptr(timer)] {
        if (const auto withdrawn = weak.lock()) withdrawn->gate->close();
    });
}

template <class Time>
bool CoreLoop::insertTimer(TimerQueue<Time>& queue, Time due, std::shared_ptr<Timer> timer)
{
    const auto entry = queue.emplace(due, std::move(timer));
    return entry == queue.begin();
}

Subscription CoreLoop::after(std::chrono::microseconds delay, std::function<void()> handler)
{
    const auto due = clock_.steadyNow() + delay;
    return addTimer([this, due](auto timer) { return insertTimer(steadyTimers_, due, std::move(timer)); },
                    std::move(handler), {});
}

Subscription CoreLoop::every(std::chrono::microseconds period, std::function<void()> handler)
{
    const auto due = clock_.steadyNow() + period;
    return addTimer([this, due](auto timer) { return insertTimer(steadyTimers_, due, std::move(timer)); },
                    std::move(handler), period);
}

Subscription CoreLoop::at(UtcTime time, std::function<void()> handler)
{
    return addTimer([this, time](auto timer) { return insertTimer(utcTimers_, time, std::move(timer)); },
                    std::move(handler), {});
}

bool CoreLoop::isDue() const
{
    return (!steadyTimers_.empty() && steadyTimers_.begin()->first <= clock_.steadyNow()) ||
           (!utcTimers_.empty() && utcTimers_.begin()->first <= clock_.now());
}

std::chrono::microseconds CoreLoop::untilNextTimer() const
{
    auto wait = std::chrono::duration_cast<std::chrono::microseconds>(longestWait);
    if (!steadyTimers_.empty())
        wait = std::min(
            wait, std::chrono::ceil<std::chrono::microseconds>(steadyTimers_.begin()->first - clock_.steadyNow()));
    if (!utcTimers_.empty()) wait = std::min(wait, utcTimers_.begin()->first - clock_.now());
    return wait;
}

void CoreLoop::run()
{
    std::vector<Task> tasks;
    std::unique_lock lock(mutex_);
    ownThread_ = std::this_thread::get_id();
    for (;;) {
        while (taken_ || (tasks_.empty() && !stopping_ && !isDue())) {
            asked_ = taken_ && (!tasks_.empty() || stopping_ || isDue());
            if (asked_) wake_.wait(lock);
            else wake_.wait_for(lock, untilNextTimer());
        }
        asked_ = false;
        if (tasks_.empty() && stopping_) break;
        taken_ = true;
        threadId_ = std::this_thread::get_id();
        tasks.swap(tasks_);
        lock.unlock();
        room_.notify_all();
        runTasks(tasks);
        runDueTimers();
        lock.lock();
        threadId_ = std::thread::id{};
        taken_ = false;
    }
}

void CoreLoop::turn()
{
    const auto previous = threadId_.exchange(std::this_thread::get_id());
    for (;;) {
        std::vector<Task> tasks;
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

std::optional<UtcTime> CoreLoop::nextDue() const
{
    std::lock_guard lock(mutex_);
    std::optional<UtcTime> due;
    if (!utcTimers_.empty()) due = utcTimers_.begin()->first;
    if (!steadyTimers_.empty()) {
        const auto left =
            std::chrono::ceil<std::chrono::microseconds>(steadyTimers_.begin()->first - clock_.steadyNow());
        const auto steady = clock_.now() + left;
        due = due ? std::min(*due, steady) : steady;
    }
    return due;
}

void CoreLoop::runTasks(std::vector<Task>& tasks)
{
    for (auto& task : tasks) guarded(task.call);
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
