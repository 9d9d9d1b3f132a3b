#include "automation/simulation/memory_history.h"
#include "automation/simulation/replay_reader.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

const UtcTime begin = *parseTime("2026-10-01T00:00:00Z");

/// Remembers what it was asked for.
class AskedHistory : public MemoryHistory {
public:
    void scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime to, const Visitor& visit) override
    {
        asked.push_back(to - from);
        if (broken) throw std::runtime_error("the disk is gone");
        std::size_t wanted = 0;
        MemoryHistory::scan(series, from, to, [&](std::size_t index, UtcTime at, Value&& value) {
            largest = std::max(largest, ++wanted);
            return visit(index, at, std::move(value));
        });
    }
    std::vector<std::chrono::microseconds> asked;
    std::size_t largest = 0;
    bool broken = false;
};

std::vector<ReplayReader::Entry> readAll(ReplayReader& reader)
{
    std::vector<ReplayReader::Entry> all;
    ReplayReader::Piece piece;
    while (reader.next(piece)) std::move(piece.begin(), piece.end(), std::back_inserter(all));
    return all;
}

TEST(ReplayReaderTest, GivesTheValuesOfAllSeriesInTheOrderOfTimeThenOfTheText)
{
    AskedHistory history;
    const auto add = [&](int device, std::chrono::seconds after, int value) {
        history.add(DeviceId{device}, "power", begin + after, value);
    };
    add(1, 10s, 1);
    add(2, 5s, 2);
    add(1, 7200s, 5);
    add(2, 10s, 3);
    add(1, 3600s * 24, 6);
    add(1, -1s, 0);         // before
    add(2, 3600s * 48, 99); // at the end, which is not part of it
    ReplayReader reader(history, {{DeviceId{2}, "power"}, {DeviceId{1}, "power"}}, begin, begin + 48h);
    const auto all = readAll(reader);
    std::vector<std::int64_t> values;
    for (const auto& entry : all) values.push_back(entry.value.integer());
    EXPECT_EQ(values, (std::vector<std::int64_t>{2, 3, 1, 5, 6}));
    EXPECT_EQ(all[1].series, 0u);
    EXPECT_EQ(all[2].series, 1u);
}

TEST(ReplayReaderTest, ReadsQuietTimesInLongStretches)
{
    AskedHistory history;
    history.add(DeviceId{1}, "power", begin + 700h, 1);
    ReplayReader reader(history, {{DeviceId{1}, "power"}}, begin, begin + 720h);
    EXPECT_EQ(readAll(reader).size(), 1u);
    EXPECT_LT(history.asked.size(), 10u);
}

TEST(ReplayReaderTest, AFloodIsReadInPiecesAndNothingIsLost)
{
    AskedHistory history;
    constexpr int count = 700'000; // in ten minutes
    for (int i = 0; i < count; ++i) history.add(DeviceId{1}, "power", begin + i * 857us, i);
    ReplayReader reader(history, {{DeviceId{1}, "power"}}, begin, begin + 24h);
    ReplayReader::Piece piece;
    std::size_t largest = 0;
    int next = 0;
    while (reader.next(piece)) {
        largest = std::max(largest, piece.size());
        for (const auto& entry : piece) ASSERT_EQ(entry.value.integer(), next++);
    }
    EXPECT_EQ(next, count);
    EXPECT_LE(largest * sizeof(ReplayReader::Entry), std::size_t{8} << 20);
    EXPECT_LE(history.largest * sizeof(ReplayReader::Entry), (std::size_t{8} << 20) + 1024);
}

TEST(ReplayReaderTest, LargeTextsCountToo)
{
    AskedHistory history;
    for (int i = 0; i < 400; ++i) history.add(DeviceId{1}, "state", begin + i * 1s, std::string(100'000, 'x'));
    ReplayReader reader(history, {{DeviceId{1}, "state"}}, begin, begin + 1h);
    ReplayReader::Piece piece;
    std::size_t values = 0, largest = 0;
    while (reader.next(piece)) {
        values += piece.size();
        largest = std::max(largest, piece.size());
    }
    EXPECT_EQ(values, 400u);
    EXPECT_LE(largest, 84u);
}

TEST(ReplayReaderTest, TellsWhatReadingThrew)
{
    AskedHistory history;
    history.broken = true;
    ReplayReader reader(history, {{DeviceId{1}, "power"}}, begin, begin + 1h);
    ReplayReader::Piece piece;
    EXPECT_THROW(reader.next(piece), std::runtime_error);
}

/// Has more to tell than anybody would wait for.
class EndlessHistory : public MemoryHistory {
public:
    void scan(const std::vector<RecordedSeries>&, UtcTime from, UtcTime, const Visitor& visit) override
    {
        while (visit(0, from, 1) == Next::Wanted) from += 1us;
    }
};

TEST(ReplayReaderTest, EndsInTheMiddleOfAPiece)
{
    EndlessHistory history;
    const auto began = std::chrono::steady_clock::now();
    {
        ReplayReader reader(history, {{DeviceId{1}, "power"}}, begin, begin + 720h);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

} // namespace
} // namespace atrium::automation
