#pragma once

#include "automation/recorded_history.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>

namespace atrium::automation {

/// What was recorded of several series, in the order of time (at the same time, in the order of the series), read
/// ahead of whoever replays it on a thread of its own, `replay-reader`.
///
/// Memory: a piece is about 8 MiB, however much was recorded; there are three (one is read, one waits, one is
/// replayed), and twice one more while values are put in order. Thread of methods: the one that made it, which may
/// block.
class ReplayReader {
public:
    struct Entry {
        UtcTime at{};
        std::uint32_t series = 0; ///< index in what the constructor got
        Value value;
    };
    using Piece = std::vector<Entry>;

    /// Of [from, to). `history` outlives it.
    ReplayReader(RecordedHistory& history, std::vector<RecordedSeries> series, UtcTime from, UtcTime to);
    /// Ends the reading, wherever it is.
    ~ReplayReader();
    ReplayReader(const ReplayReader&) = delete;
    ReplayReader& operator=(const ReplayReader&) = delete;

    /// Waits for the next piece and puts it in place of `piece`, whose memory is used again; false at the end, or when
    /// nobody waits any more. Throws what reading threw.
    bool next(Piece& piece, const std::stop_token& nobodyWaits = {});

private:
    /// The place of a value while pieces are sorted: values stay where they are.
    struct Place {
        UtcTime at{};
        std::uint32_t series = 0;
        std::uint32_t index = 0;
    };

    void run();
    /// One piece that begins at `from_` and is about as large as a piece should be.
    void read(Piece& piece);
    /// False when there is more in it than a piece may hold.
    bool readUntil(UtcTime end);
    void sortInto(Piece& piece);

    RecordedHistory& history_;
    const std::vector<RecordedSeries> series_;
    const UtcTime to_;

    // Only the thread:
    UtcTime from_;
    std::chrono::microseconds span_;
    std::vector<Value> values_;
    std::vector<Place> places_;
    std::size_t bytes_ = 0; ///< of these, as entries

    std::mutex mutex_;
    std::condition_variable_any changed_;
    Piece ready_;
    Piece spent_;
    bool isReady_ = false;
    bool ended_ = false;
    std::atomic<bool> stopping_ = false;
    std::exception_ptr failure_;
    std::thread thread_;
};

} // namespace atrium::automation
