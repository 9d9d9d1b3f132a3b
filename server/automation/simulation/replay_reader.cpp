#include "automation/simulation/replay_reader.h"

#include "runtime/thread.h"

#include <algorithm>
#include <tuple>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t pieceBytes = 8 << 20;
constexpr std::size_t piecesOfMuch = 8; ///< that were read, and more to come: a day of a thousand devices
constexpr std::chrono::microseconds firstSpan = 1h;
constexpr std::chrono::microseconds shortestSpan = 1us; ///< in which a series has one value
constexpr std::chrono::microseconds longestSpan = 24h * 31;

std::size_t sizeOf(const Value& value)
{
    const auto* text = value.ifText();
    return sizeof(ReplayReader::Entry) + (text ? text->size() : value.kind() > Value::Kind::Text ? 1024 : 0);
}

} // namespace

ReplayReader::ReplayReader(RecordedHistory& history, std::vector<RecordedSeries> series, UtcTime from, UtcTime to)
    : history_(history), series_(std::move(series)), to_(to), from_(from), span_(firstSpan)
{
    thread_ = runtime::startThread("replay-reader", [this] { run(); });
}

ReplayReader::~ReplayReader()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool ReplayReader::next(Piece& piece, const std::stop_token& nobodyWaits)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, nobodyWaits, [this] { return isReady_ || ended_; });
    if (!isReady_) {
        if (failure_) std::rethrow_exception(failure_);
        return false;
    }
    piece.clear();
    spent_ = std::exchange(piece, std::exchange(ready_, {}));
    isReady_ = false;
    lock.unlock();
    changed_.notify_all();
    return true;
}

void ReplayReader::run()
{
    std::exception_ptr failure;
    try {
        Piece piece;
        for (std::size_t pieces = 0; from_ < to_ && !stopping_; ++pieces) {
            if (pieces == piecesOfMuch) history_.expectMuch([this] { return !stopping_; });
            read(piece);
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !isReady_ || stopping_; });
            if (stopping_) break;
            ready_ = std::exchange(piece, std::exchange(spent_, {}));
            isReady_ = true;
            lock.unlock();
            changed_.notify_all();
        }
    }
    catch (...) {
        failure = std::current_exception();
    }
    {
        std::lock_guard lock(mutex_);
        ended_ = true;
        failure_ = failure;
    }
    changed_.notify_all();
}

void ReplayReader::read(Piece& piece)
{
    auto end = std::min(from_ + span_, to_);
    while (!readUntil(end) && !stopping_) {
        span_ = std::max(std::chrono::duration_cast<std::chrono::microseconds>(end - from_) / 2, shortestSpan);
        end = from_ + span_;
    }
    // The next one may be as dense as this one, or denser.
    if (bytes_ < pieceBytes / 8) span_ = std::min(span_ * 4, longestSpan);
    else if (bytes_ < pieceBytes / 2) span_ = std::min(span_ * 3 / 2, longestSpan);
    from_ = end;
    sortInto(piece);
}

bool ReplayReader::readUntil(UtcTime end)
{
    values_.clear();
    places_.clear();
    bytes_ = 0;
    bool fits = true;
    history_.scan(series_, from_, end, [&](std::size_t series, UtcTime at, Value&& value) {
        bytes_ += sizeOf(value);
        fits = bytes_ <= pieceBytes || end - from_ <= shortestSpan;
        if (!fits || stopping_.load(std::memory_order_relaxed)) return RecordedHistory::Next::NotWanted;
        places_.push_back({at, static_cast<std::uint32_t>(series), static_cast<std::uint32_t>(values_.size())});
        values_.push_back(std::move(value));
        return RecordedHistory::Next::Wanted;
    });
    return fits;
}

void ReplayReader::sortInto(Piece& piece)
{
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
        return std::tie(a.at, a.series, a.index) < std::tie(b.at, b.series, b.index);
    });
    piece.clear();
    piece.reserve(places_.size());
    for (const auto& place : places_) piece.push_back({place.at, place.series, std::move(values_[place.index])});
}

} // namespace atrium::automation
