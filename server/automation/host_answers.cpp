#include "automation/host_answers.h"

#include <algorithm>
#include <cerrno>
#include <sched.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::automation {

namespace {
using Clock = std::chrono::steady_clock;
/// After n misses every 2^n-th chance to look is taken, up to every 256th.
constexpr unsigned mostMisses = 8;
/// A processor that was gone for so long while we looked is wanted by others.
constexpr std::chrono::microseconds longTurn{300};
} // namespace

HostAnswers::HostAnswers(Log& log)
    : log_(log), poller_(::epoll_create1(EPOLL_CLOEXEC)), wakeDescriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event{EPOLLIN, {.fd = wakeDescriptor_}};
    if (poller_ >= 0 && wakeDescriptor_ >= 0 && ::epoll_ctl(poller_, EPOLL_CTL_ADD, wakeDescriptor_, &event) == 0)
        return;
    ::close(poller_);
    ::close(wakeDescriptor_);
    throw std::runtime_error("no descriptors to watch a script host with");
}

HostAnswers::~HostAnswers()
{
    ::close(wakeDescriptor_);
    ::close(poller_);
}

void HostAnswers::wake()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wakeDescriptor_, &one, sizeof one);
}

void HostAnswers::open(int socket)
{
    {
        std::lock_guard reading(reading_);
        socket_ = socket;
        frames_ = {};
    }
    std::lock_guard lock(mutex_);
    watched_ = socket;
    wantsRoom_ = isLooking_ = false;
    epoll_event event{EPOLLIN, {.fd = socket}};
    if (::epoll_ctl(poller_, EPOLL_CTL_ADD, socket, &event) != 0)
        throw std::runtime_error("cannot watch a script host");
}

void HostAnswers::close()
{
    {
        std::lock_guard reading(reading_);
        socket_ = -1;
    }
    std::lock_guard lock(mutex_);
    if (watched_ >= 0) ::epoll_ctl(poller_, EPOLL_CTL_DEL, watched_, nullptr);
    watched_ = -1;
}

void HostAnswers::watch()
{
    if (watched_ < 0) return;
    epoll_event event{(isLooking_ ? 0u : EPOLLIN) | (wantsRoom_ ? EPOLLOUT : 0u), {.fd = watched_}};
    ::epoll_ctl(poller_, EPOLL_CTL_MOD, watched_, &event);
}

HostAnswers::Ready HostAnswers::wait(std::chrono::milliseconds timeout, bool wantsRoom)
{
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(wantsRoom_, wantsRoom) != wantsRoom) watch();
    }
    epoll_event events[2];
    const int count = ::epoll_wait(poller_, events, 2, static_cast<int>(timeout.count()));
    Ready ready;
    for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == wakeDescriptor_) {
            std::uint64_t times = 0;
            [[maybe_unused]] const auto read = ::read(wakeDescriptor_, &times, sizeof times);
            ready.woken = true;
        }
        else {
            ready.room = events[i].events & EPOLLOUT;
            ready.answers = events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR);
        }
    }
    return ready;
}

bool HostAnswers::read(std::vector<FromHost>& messages)
{
    std::lock_guard reading(reading_);
    const bool goesOn = readOnce(messages);
    if (!messages.empty()) ++delivering_;
    return goesOn;
}

bool HostAnswers::readOnce(std::vector<FromHost>& messages)
{
    char buffer[65536];
    const auto size = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size < 0) return errno == EINTR || errno == EAGAIN;
    if (size == 0) return false;
    frames_.append({buffer, static_cast<std::size_t>(size)});
    while (const auto frame = frames_.next()) {
        auto message = decodeMessage<FromHost>(*frame);
        if (!message) {
            log_.error("unreadable message from the script host");
            return false;
        }
        messages.push_back(std::move(*message));
    }
    return !frames_.broken();
}

void HostAnswers::expect(From host)
{
    auto& luck = luck_[static_cast<std::size_t>(host)];
    if (expected_ || (luck.misses > 0 && ++luck.passed % (1u << luck.misses) != 0)) return;
    expected_ = host;
    std::lock_guard lock(mutex_);
    if (!std::exchange(isLooking_, true)) watch();
}

std::vector<FromHost> HostAnswers::look(Clock::time_point until)
{
    std::vector<FromHost> messages;
    const auto host = std::exchange(expected_, {});
    if (!host) return messages;
    bool wanted = false;
    std::lock_guard reading(reading_);
    if (socket_ < 0 || delivering_ > 0) return messages;
    for (auto now = Clock::now(); now < until && !wanted;) {
        // The end is for the thread `automation` to see; it is woken by it even now.
        if (!readOnce(messages)) {
            ::shutdown(socket_, SHUT_RDWR);
            break;
        }
        if (!messages.empty()) break;
        // A host that rested may be waked on this very processor; one that computes has its own, and would keep ours.
        if (*host == From::Resting) ::sched_yield();
        const auto before = std::exchange(now, Clock::now());
        wanted = now - before > longTurn;
    }
    auto& misses = luck_[static_cast<std::size_t>(*host)].misses;
    if (wanted) misses = mostMisses;
    else misses = messages.empty() ? std::min(misses + 1, mostMisses) : misses / 2;
    return messages;
}

void HostAnswers::giveBack()
{
    expected_ = {};
    std::lock_guard lock(mutex_);
    if (std::exchange(isLooking_, false)) watch();
}

} // namespace atrium::automation
