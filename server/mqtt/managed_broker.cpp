#include "mqtt/managed_broker.h"

#include "runtime/thread.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/RandomStream.h>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/un.h>
#include <unistd.h>

namespace atrium::mqtt {

namespace fs = std::filesystem;

namespace {

constexpr const char* serverUser = "atrium";
constexpr std::chrono::seconds startTimeout{5};

std::string randomPassword()
{
    Poco::RandomInputStream random;
    std::string password;
    for (int i = 0; i < 32; ++i) {
        constexpr char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
        password += letters[static_cast<unsigned char>(random.get()) % 64];
    }
    return password;
}

void writePrivateFile(const fs::path& path, const std::string& content)
{
    std::error_code ignored;
    fs::remove(path, ignored);
    std::ofstream(path).flush();
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream file(path, std::ios::trunc);
    file << content;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// Throws when somebody else listens on the port already.
void requireFree(const std::string& host, int port)
{
    try {
        Poco::Net::ServerSocket probe;
        probe.bind(Poco::Net::SocketAddress(host, static_cast<Poco::UInt16>(port)), true);
    }
    catch (const Poco::Exception&) {
        throw std::runtime_error("port " + std::to_string(port) +
                                 " for the embedded MQTT broker is taken or not allowed; set mqtt.port (and "
                                 "mqtt.websocket.port) to free ports, or mqtt.url to use a broker that runs already");
    }
}

} // namespace

ManagedBroker::ManagedBroker(ManagedBrokerOptions options, Log& log)
    : options_(std::move(options)), log_(log), password_(randomPassword())
{}

ManagedBroker::~ManagedBroker() { stop(); }

BrokerAddress ManagedBroker::networkAddress() const
{
    BrokerAddress address;
    address.host = options_.bind == "0.0.0.0" || options_.bind == "::" ? "127.0.0.1" : options_.bind;
    address.port = options_.port;
    return address;
}

BrokerAddress ManagedBroker::address() const
{
    BrokerAddress address;
    if (const auto path = localSocket(); !path.empty()) {
        address.host = path;
        address.port = BrokerAddress::unixSocket;
    }
    else address = networkAddress();
    address.user = serverUser;
    address.password = password_;
    return address;
}

std::string ManagedBroker::localSocket() const
{
    auto path = fs::absolute(options_.folder / "socket").string();
    return path.size() < sizeof(sockaddr_un::sun_path) ? path : std::string{};
}

void ManagedBroker::writeConfiguration()
{
    fs::create_directories(options_.folder);
    fs::permissions(options_.folder, fs::perms::owner_all);
    const auto in = [&](const char* name) { return options_.folder / name; };

    std::string accounts = std::string(serverUser) + ':' + password_ + '\n';
    if (!options_.deviceUser.empty()) accounts += options_.deviceUser + ':' + options_.devicePassword + '\n';
    writePrivateFile(in("passwords"), accounts);
    // Hashes the file in place, so that no password stands on a command line.
    runtime::ChildProcess hasher({{"mosquitto_passwd", "-U", in("passwords").string()}, {}, SIGKILL});
    if (const auto status = hasher.wait(startTimeout); !status || *status != 0)
        throw std::runtime_error("mosquitto_passwd failed");

    {
        std::ifstream hashed(in("passwords"));
        ownAccounts_.assign(std::istreambuf_iterator<char>(hashed), {});
    }
    {
        std::lock_guard lock(mutex_);
        writeAccounts();
    }

    const auto listener = [&](int port, const char* protocol) {
        return "listener " + std::to_string(port) + ' ' + options_.bind + "\nprotocol " + protocol + '\n';
    };
    std::string text = "# Written by Atrium at each start; changes are lost.\nper_listener_settings false\n";
    if (::geteuid() == 0) text += "user root\n";
    text += listener(options_.port, "mqtt");
    if (options_.webSocketPort != 0) text += listener(options_.webSocketPort, "websockets");
    if (const auto path = localSocket(); !path.empty()) text += "listener 0 " + path + '\n';
    text += std::string("allow_anonymous ") + (isAnonymous() ? "true" : "false") + '\n';
    text += "password_file " + in("passwords").string() + "\nacl_file " + in("rights").string() + '\n';
    // The default keeps everything in memory until a clean end: kill -9 would lose all retained and queued messages.
    text += "persistence true\npersistence_location " + options_.folder.string() + "/\nautosave_interval 1\n";
    // 10,000 devices that announce themselves at once are 130 MB, which the server takes as fast as it understands
    // them; what the broker does not keep for it meanwhile, it loses.
    text +=
        "max_queued_messages 100000\nmax_queued_bytes 268435456\nmax_packet_size 4194304\nmax_inflight_messages 100\n"
        "persistent_client_expiration 1d\nmax_keepalive 120\nallow_duplicate_messages false\nset_tcp_nodelay true\n"
        "log_dest stderr\nlog_type error\nlog_type warning\nconnection_messages false\n";
    writePrivateFile(in("mosquitto.conf"), text);
}

bool ManagedBroker::isAnonymous() const
{
    const bool loopback = options_.bind.starts_with("127.") || options_.bind == "::1" || options_.bind == "localhost";
    return options_.anonymousLocal && loopback;
}

void ManagedBroker::writeAccounts()
{
    auto passwords = ownAccounts_;
    std::string rights;
    // Rules before the first `user` line are those of clients without an account.
    if (isAnonymous()) rights += "topic readwrite #\n";
    rights += std::string("\nuser ") + serverUser + "\ntopic readwrite #\ntopic read $SYS/#\n";
    if (!options_.deviceUser.empty()) rights += "\nuser " + options_.deviceUser + "\ntopic readwrite #\n";
    for (const auto& account : accounts_) {
        passwords += account.name + ':' + account.passwordHash + '\n';
        rights += "\nuser " + account.name + '\n';
        for (const auto& topic : account.readTopics) rights += "topic read " + topic + '\n';
        for (const auto& topic : account.writeTopics) rights += "topic write " + topic + '\n';
    }
    rights += "\npattern readwrite devices/%u/#\n";
    writePrivateFile(options_.folder / "passwords", passwords);
    writePrivateFile(options_.folder / "rights", rights);
}

void ManagedBroker::replace(std::vector<BrokerAccount> accounts)
{
    const auto isSafe = [](std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; };
    for (const auto& account : accounts) {
        if (account.name.empty() || account.name == serverUser || account.name == options_.deviceUser ||
            account.name.find_first_of(": #+\r\n\t") != std::string::npos || !isSafe(account.passwordHash))
            throw std::invalid_argument("no name for an account at the broker");
        for (const auto* topics : {&account.readTopics, &account.writeTopics})
            for (const auto& topic : *topics)
                if (!isSafe(topic)) throw std::invalid_argument("no topic for an account at the broker");
    }
    std::lock_guard lock(mutex_);
    accounts_ = std::move(accounts);
    if (ownAccounts_.empty()) return; // not started yet
    writeAccounts();
    if (const pid_t child = pid_) ::kill(child, SIGHUP);
}

bool ManagedBroker::accepts() const
{
    try {
        const auto target = address();
        const auto peer = target.port == BrokerAddress::unixSocket
                              ? Poco::Net::SocketAddress(target.host)
                              : Poco::Net::SocketAddress(target.host, static_cast<Poco::UInt16>(target.port));
        Poco::Net::StreamSocket socket;
        socket.connect(peer, Poco::Timespan(0, 200'000));
        return true;
    }
    catch (const Poco::Exception&) {
        return false;
    }
}

void ManagedBroker::start()
{
    if (runtime::findProgram("mosquitto").empty())
        throw std::runtime_error("the program mosquitto is missing: install the package mosquitto, or set mqtt.url");
    requireFree(options_.bind, options_.port);
    if (options_.webSocketPort != 0) requireFree(options_.bind, options_.webSocketPort);
    writeConfiguration();
    thread_ = runtime::startThread("broker", [this] { supervise(); });
    const auto deadline = std::chrono::steady_clock::now() + startTimeout;
    while (!accepts()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the embedded MQTT broker did not start within 5 s");
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

void ManagedBroker::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void ManagedBroker::supervise()
{
    auto pause = std::chrono::milliseconds{100};
    while (!stopping_) {
        const auto started = std::chrono::steady_clock::now();
        try {
            // What the broker says of itself stays beside its configuration, anew with each start.
            const int output =
                ::open((options_.folder / "broker.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            // Not our environment: it can hold passwords, and the socket of systemd, where mosquitto would report that
            // it is ready as if it were we.
            const runtime::ChildOptions child{{"mosquitto", "-c", (options_.folder / "mosquitto.conf").string()},
                                              {{output, 1}, {output, 2}},
                                              SIGTERM,
                                              runtime::ChildOptions::Environment::Minimal};
            // The death signal belongs to this thread, which lives as long as the broker is wanted.
            runtime::ChildProcess broker(child);
            ::close(output);
            pid_ = broker.pid();
            std::optional<int> status;
            while (!stopping_ && !(status = broker.wait(std::chrono::milliseconds{100}))) {
            }
            if (stopping_) {
                broker.stop(std::chrono::seconds{3});
                return;
            }
            log_.error("the embedded broker ended and is started again", {{"how", runtime::describeExit(*status)}});
        }
        catch (const std::exception& error) {
            log_.error("the embedded broker cannot be started", {{"reason", error.what()}});
        }
        if (std::chrono::steady_clock::now() - started > std::chrono::seconds{30})
            pause = std::chrono::milliseconds{100};
        for (auto waited = std::chrono::milliseconds{0}; waited < pause && !stopping_;
             waited += std::chrono::milliseconds{50})
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        pause = std::min(pause * 2, std::chrono::milliseconds{5000});
    }
}

} // namespace atrium::mqtt
