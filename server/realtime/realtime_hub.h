#pragma once

#include "atrium/realtime.h"
#include "realtime/client.h"
#include "realtime/realtime_config.h"
#include "realtime/replay_ring.h"
#include "runtime/call_gate.h"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace atrium::realtime {

/// The WebSocket hub: one thread (`realtime`) with epoll owns all clients and never waits for any of them.
/// Overflow: a client whose outbox is full is dropped; a full inbox drops its oldest message that has a conflation key,
/// and when there is none the new message, after which all clients are told to `resync`. Both are counted. While nobody
/// listens or may come back, messages are not kept.
/// Thread: any for the public methods.
class RealtimeHub : public Realtime {
public:
    RealtimeHub(RealtimeConfig config, RealtimeDependencies dependencies);
    ~RealtimeHub() override;

    void start();
    /// Closes all clients (1001) and ends the thread. Idempotent.
    void stop();

    /// Takes a client over; closes it at once when there are too many or the hub is stopping.
    void accept(IncomingClient incoming);

    void publish(RealtimeMessage message) override;
    Subscription onInitial(std::function<Object(const Principal&)> contribute) override;
    Subscription onClientMessage(std::string type,
                                 std::function<void(const Principal&, const Object&)> handler) override;

    std::size_t clients() const { return clientCount_.load(); }

private:
    template <class Handler>
    struct Registered {
        std::string type;
        Handler handler;
        runtime::CallGate gate;
    };
    using Initial = Registered<std::function<Object(const Principal&)>>;
    using OnMessage = Registered<std::function<void(const Principal&, const Object&)>>;
    template <class Handler>
    struct Registry {
        std::mutex mutex;
        std::vector<std::shared_ptr<Handler>> handlers;
        std::vector<std::shared_ptr<Handler>> all()
        {
            std::lock_guard lock(mutex);
            return handlers;
        }
    };
    using ClientMap = std::unordered_map<int, std::unique_ptr<Client>>;

    void wake();
    void run();
    void handleEvent(int descriptor, std::uint32_t events);
    void takeIncoming();
    void distributeInbox();
    void distribute(RealtimeMessage&& message);
    void tick();
    void checkTimes(Client& client, SteadyTime now);
    /// Whatever goes wrong with one client ends that client only.
    template <class Call>
    void guarded(Client& client, Call&& call)
    {
        try {
            call();
        }
        catch (const std::exception& error) {
            dependencies_.log.error("realtime client dropped", {{"detail", error.what()}});
            drop(client);
        }
        catch (...) {
            dependencies_.log.error("realtime client dropped");
            drop(client);
        }
    }
    static std::string frameOf(const Object& body);

    bool authenticate(Client& client);
    void sendInitial(Client& client);
    void readFrom(Client& client);
    void decode(Client& client, std::string_view bytes);
    void handleText(Client& client, const std::string& text);
    void handleCommand(Client& client, const std::string& type, const Object& body);
    void resume(Client& client, const Object& body);
    bool originAllowed(const IncomingClient& incoming) const;

    void send(Client& client, std::string frame);
    void enqueue(Client& client, MessagePtr message);
    void wantFlush(Client& client);
    void flushWaiting();
    void flush(Client& client);
    void watch(Client& client, std::uint32_t events);
    void close(Client& client, CloseCode code, std::string_view reason);
    void drop(Client& client);
    void removeDropped();
    void closeAll();

    const RealtimeConfig config_;
    const RealtimeDependencies dependencies_;
    Gauge& clientGauge_;
    Gauge& inboxGauge_;
    Counter& published_;
    Counter& delivered_;
    Counter& slowDropped_;
    Counter& inboxDropped_;
    Counter& protocolErrors_;
    Counter& refused_;

    int epoll_ = -1;
    int wakeup_ = -1;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> clientCount_{0};

    std::mutex inboxMutex_;
    std::deque<RealtimeMessage> inbox_;
    std::vector<IncomingClient> incoming_;
    bool lost_ = false;      ///< a message was dropped: the inbox was full, or nobody listened
    SteadyTime keepUntil_{}; ///< for those who come back

    std::shared_ptr<Registry<Initial>> initials_ = std::make_shared<Registry<Initial>>();
    std::shared_ptr<Registry<OnMessage>> handlers_ = std::make_shared<Registry<OnMessage>>();

    // Thread `realtime` only.
    ClientMap clients_;
    ReplayRing ring_;
    std::uint64_t seq_ = 0;
    std::vector<int> toFlush_;
    std::vector<int> dropped_;
    SteadyTime nextTick_;
};

} // namespace atrium::realtime
