#include "observability/logging.h"

#include "atrium/json.h"
#include "atrium/time.h"
#include "runtime/system_clock.h"
#include "runtime/thread.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace atrium::observability {

namespace {

constexpr std::chrono::seconds longestDrain{2};

/// Writes all of `line`, waiting for a slow reader at most until the drain deadline of the caller's patience.
void writeAll(int descriptor, std::string_view line)
{
    while (!line.empty()) {
        const auto written = ::write(descriptor, line.data(), line.size());
        if (written > 0) {
            line.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) {
            pollfd slow{descriptor, POLLOUT, 0};
            if (::poll(&slow, 1, 1000) > 0) continue;
        }
        return;
    }
}

Value redacted(const Value& value)
{
    if (const auto* object = value.ifObject()) {
        Object copy;
        for (const auto& [key, member] : *object)
            copy.append(key, isSecretField(key) ? Value("***") : redacted(member));
        return copy;
    }
    return value;
}

} // namespace

bool isSecretField(std::string_view name)
{
    std::string lower(name);
    for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const auto* part :
         {"password", "passwd", "token", "secret", "authorization", "cookie", "pepper", "apikey", "otp"})
        if (lower.find(part) != std::string::npos) return true;
    return false;
}

std::optional<LogLevel> parseLogLevel(std::string_view word)
{
    for (const auto level : {LogLevel::Trace, LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error})
        if (word == toString(level)) return level;
    return {};
}

/// The log of one component: a name and its current level.
class Logging::Component : public Log {
public:
    Component(Logging& logging, std::string name) : logging_(logging), name_(std::move(name)) {}

    bool enabled(LogLevel level) const override { return level >= level_.load(std::memory_order_relaxed); }
    void write(LogLevel level, std::string_view message, const Object& fields) override
    {
        logging_.enqueue(logging_.format(name_, level, message, fields));
    }
    void setLevel(LogLevel level) { level_ = level; }

private:
    Logging& logging_;
    const std::string name_;
    std::atomic<LogLevel> level_{LogLevel::Info};
};

Logging::Logging(LogFormat format, LogLevel level, int descriptor, std::size_t queueLimit)
    : format_(format), descriptor_(descriptor), queueLimit_(queueLimit), level_(level)
{
    thread_ = runtime::startThread("log", [this] { run(); });
}

Logging::~Logging()
{
    {
        std::lock_guard lock(queueMutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

Log& Logging::component(const std::string& name)
{
    std::lock_guard lock(mutex_);
    auto& component = components_[name];
    if (!component) {
        component = std::make_unique<Component>(*this, name);
        component->setLevel(levelOf(name));
    }
    return *component;
}

void Logging::setLevel(LogLevel level)
{
    std::lock_guard lock(mutex_);
    level_ = level;
    applyLevels();
}

void Logging::setLevel(const std::string& component, LogLevel level)
{
    std::lock_guard lock(mutex_);
    levels_[component] = level;
    applyLevels();
}

void Logging::applyLevels()
{
    for (auto& [name, component] : components_) component->setLevel(levelOf(name));
}

LogLevel Logging::levelOf(const std::string& component) const
{
    std::string name = component;
    for (;;) {
        if (const auto found = levels_.find(name); found != levels_.end()) return found->second;
        const auto dot = name.rfind('.');
        if (dot == std::string::npos) return level_;
        name.resize(dot);
    }
}

std::string Logging::format(const std::string& component, LogLevel level, std::string_view message,
                            const Object& fields) const
{
    const auto now = toIso8601(runtime::SystemClock{}.now());
    std::string line;
    if (format_ == LogFormat::Json) {
        Object entry{{"time", now}, {"level", toString(level)}, {"component", component}, {"message", message}};
        const auto clean = redacted(fields);
        for (const auto& [key, value] : clean.object()) entry.set(key, value);
        line = toJson(entry);
    }
    else {
        line = now + ' ' + toString(level) + ' ' + component + ": ";
        // A line stays one line, whatever a device or a client put into the message.
        for (const char c : message) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        const auto clean = redacted(fields);
        for (const auto& [key, value] : clean.object()) {
            line += ' ' + key + '=';
            appendJson(line, value);
        }
    }
    line += '\n';
    return line;
}

void Logging::enqueue(std::string line)
{
    {
        std::lock_guard lock(queueMutex_);
        if (stopping_ || queue_.size() >= queueLimit_) {
            dropped_.add();
            return;
        }
        queue_.push_back(std::move(line));
    }
    wake_.notify_one();
}

void Logging::flush()
{
    std::unique_lock lock(queueMutex_);
    idle_.wait_for(lock, longestDrain, [this] { return queue_.empty() && !writing_; });
}

void Logging::run()
{
    std::uint64_t reported = 0;
    SteadyTime drainDeadline = SteadyTime::max();
    for (;;) {
        std::deque<std::string> lines;
        {
            std::unique_lock lock(queueMutex_);
            writing_ = false;
            if (queue_.empty()) idle_.notify_all();
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            if (stopping_ && drainDeadline == SteadyTime::max())
                drainDeadline = std::chrono::steady_clock::now() + longestDrain;
            lines.swap(queue_);
            writing_ = true;
        }
        std::string block;
        for (const auto& line : lines) block += line;
        if (const auto dropped = dropped_.value(); dropped != reported) {
            block += format("log", LogLevel::Warning, "log lines were dropped",
                            Object{{"count", static_cast<std::int64_t>(dropped - reported)}});
            reported = dropped;
        }
        writeAll(descriptor_, block);
        if (std::chrono::steady_clock::now() > drainDeadline) return;
    }
}

} // namespace atrium::observability
