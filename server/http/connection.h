#pragma once

#include "atrium/clock.h"
#include "atrium/metrics.h"
#include "http/request_framer.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace atrium::http {

class Connection;

/// What a connection hands its requests to. Thread: the connection's worker.
class RequestSink {
public:
    virtual ~RequestSink() = default;
    /// Body bytes that a request with this head may have.
    virtual std::size_t bodyLimit(const RequestHead& head) const = 0;
    /// Must lead to exactly one Connection::answer() or upgrade(), now or later.
    virtual void serve(FramedRequest request, std::shared_ptr<Connection> connection) = 0;
    /// The whole answer to bytes that are no request, or to a client that ran out of time.
    virtual std::string refusal(const FramingError& error) = 0;
};

struct ConnectionTimeouts {
    std::chrono::milliseconds idle{75'000}; ///< between requests
    std::chrono::milliseconds head{10'000}; ///< first byte to end of the headers, however slowly bytes trickle
    std::chrono::milliseconds body{30'000}; ///< plus the announced bytes at bodyBytesPerSecond
    std::chrono::milliseconds answer{
        180'000}; ///< what a handler may take before the client gets a 504; a dry run is long
    std::chrono::milliseconds write{30'000}; ///< plus the answer's bytes at writeBytesPerSecond
    std::chrono::milliseconds linger{2'000}; ///< a refused client may read its answer that long
    std::size_t bodyBytesPerSecond = 32 * 1024;
    std::size_t writeBytesPerSecond = 16 * 1024;
};

/// What all connections of a server share. Lives longer than they do.
struct ConnectionContext {
    RequestSink& sink;
    const Clock& clock;
    FramerLimits limits;
    ConnectionTimeouts timeouts;
    std::size_t maxUnsentBytes = 64 << 20; ///< over all connections; above it a slow reader is cut
    std::atomic<std::size_t> unsentBytes{0};
    Counter& timedOut;
    Counter& slowReadersCut;
    Counter& framingErrors;
};

enum class AfterAnswer { KeepOpen, Close };

/// One client connection: frames its requests, lets one request at a time be served, and sends the answers itself with
/// non-blocking writes. Sending happens under a mutex that release() takes too, so an answer from another thread can
/// never reach a descriptor that was closed and given to somebody else.
/// Owner: the transport's worker, which alone calls onReady() and release(). Thread of the rest: any.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    enum class Next { Wait, Remove, HandOver };

    /// `wake` asks the worker to call onReady() soon, from any thread; not called after release().
    Connection(int descriptor, std::string remoteAddress, ConnectionContext& context, std::function<void()> wake);
    ~Connection();

    /// The socket is readable or writable, or somebody called wake.
    Next onReady();

    /// Sends the whole answer to the request that is being served. Ignored when the connection is gone or gave up.
    void answer(std::string bytes, AfterAnswer after);

    /// Asks to stop when nobody waits for the answer to the request that is being served any more: the client closed
    /// its connection or its sending half, or the answer's time is over. Only from within RequestSink::serve().
    std::stop_token nobodyWaits();

    /// Sends `bytes` (a 101) and then leaves the descriptor to `take(descriptor, bytes that were read already)`.
    /// Only from within RequestSink::serve().
    void upgrade(std::string bytes, std::function<void(int, std::string)> take);
    /// Ends the hand-over that onReady() announced; `descriptor` is a duplicate that the taker owns, -1 = failed.
    void completeHandOver(int descriptor);

    /// Cuts the connection when its deadline has passed: 408 or 504 first where the client waits for something.
    void checkDeadline(SteadyTime now);
    /// Answers `bytes` (may be empty) at once and ends the connection; for an overloaded server.
    void reject(std::string_view bytes);
    /// Ends the connection when no request is being served; for an ordered stop. False when one is.
    bool closeIfIdle();
    /// The descriptor is about to be closed: waits for a running send, and nothing is sent afterwards.
    void release();

    const std::string& remoteAddress() const { return remoteAddress_; }
    int descriptor() const { return descriptor_; }

private:
    enum class Stage { Reading, Answering, Draining, HandOver };
    enum class Progress { Go, Wait, HandOver, Gone };

    Progress settle();
    bool hasHungUp() const;
    Progress readMore();
    bool drain();
    void sendLocked(std::string bytes);
    void flushLocked();
    void giveUpLocked();
    void expireIn(std::chrono::milliseconds delay);
    void expectInput();

    const int descriptor_;
    const std::string remoteAddress_;
    ConnectionContext& context_;
    std::function<void()> wake_;
    RequestFramer framer_; ///< worker only

    std::mutex mutex_;
    Stage stage_ = Stage::Reading;
    bool open_ = true;
    bool broken_ = false;       ///< to be removed by the worker
    bool resumeWanted_ = false; ///< the worker left while a request was being served
    bool writeEnded_ = false;
    std::string unsent_;
    std::size_t sent_ = 0; ///< bytes of unsent_ that are out
    std::size_t drained_ = 0;
    RequestFramer::Phase phase_ = RequestFramer::Phase::Idle;
    std::atomic<SteadyTime::rep> deadline_;
    std::stop_source nobodyWaits_{std::nostopstate}; ///< asked to stop without the mutex: callbacks may answer
    std::function<void(int, std::string)> take_;
    std::string rest_;
};

} // namespace atrium::http
