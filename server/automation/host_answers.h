#pragma once

#include "atrium/log.h"
#include "automation/messages.h"
#include "automation/wire.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

namespace atrium::automation {

/// The reading end of a script host's socket, which two read from: the thread `automation`, asleep until something
/// comes, and whoever borrowed core and has just asked the host something. That one looks for the answer itself for a
/// moment, and the thread is not woken meanwhile: waking it costs more than the answer does (ADR 9). Messages keep
/// their order, since nobody looks while some that were read are still on their way to core.
class HostAnswers {
public:
    /// Throws std::runtime_error without descriptors.
    explicit HostAnswers(Log& log);
    ~HostAnswers();
    HostAnswers(const HostAnswers&) = delete;
    HostAnswers& operator=(const HostAnswers&) = delete;

    enum class From { Resting, Computing };
    struct Ready {
        bool answers = false; ///< or the end of the stream
        bool room = false;    ///< the host takes more
        bool woken = false;
    };

    // ---- the thread `automation`
    /// A host that has said nothing yet.
    void open(int socket);
    /// Nobody reads from the socket any more when this returns.
    void close();
    /// Negative timeout: for ever.
    Ready wait(std::chrono::milliseconds timeout, bool wantsRoom);
    /// Takes what the host said; not empty: call delivered() when core has handled it. False when it was the last: at
    /// the end of the stream, or when it cannot be read.
    bool read(std::vector<FromHost>& messages);

    // ---- any thread
    void wake();
    void delivered() { --delivering_; }

    // ---- core, borrowed
    /// Before something is sent that the host answers at once: the caller will look() for it, unless looking has not
    /// been worth it of late.
    void expect(From host);
    /// What the host says until then; empty = nothing came, or nobody expects anything, or somebody else reads.
    std::vector<FromHost> look(std::chrono::steady_clock::time_point until);
    /// The thread `automation` reads again.
    void giveBack();

private:
    bool readOnce(std::vector<FromHost>& messages);
    /// Tells the kernel what to wake the thread `automation` for. Holds mutex_.
    void watch();

    Log& log_;
    int poller_ = -1;
    int wakeDescriptor_ = -1;

    std::mutex reading_;
    int socket_ = -1;                // reading_
    FrameBuffer frames_;             // reading_
    std::atomic<int> delivering_{0}; ///< batches that were read and not handled yet; grows under reading_

    std::mutex mutex_;
    int watched_ = -1;       // mutex_; the socket
    bool wantsRoom_ = false; // mutex_
    bool isLooking_ = false; // mutex_

    // Core only.
    std::optional<From> expected_;
    struct Luck {
        unsigned misses = 0; ///< of late: a hit halves them
        unsigned passed = 0; ///< chances to look
    };
    Luck luck_[2]; ///< by From
};

} // namespace atrium::automation
