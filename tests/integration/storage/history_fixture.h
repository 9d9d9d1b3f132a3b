#pragma once

#include "storage/history_reader.h"
#include "storage/history_writer.h"

#include "support/test_database.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

#include <memory>

namespace atrium::storage {

/// A writer of history on a database of its own, in both dialects, with a clock that stands still.
class HistoryFixture : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrateCore();
        open({});
    }
    void open(HistoryOptions options)
    {
        writer.reset();
        names.load(*database);
        writer = std::make_unique<HistoryWriter>(*database, names, clock, log, metrics, options);
        writer->start();
    }

    testing::TestDatabase database{GetParam()};
    testing::ManualClock clock;
    const UtcTime start = clock.now();
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    AttributeNames names;
    std::unique_ptr<HistoryWriter> writer;
};

} // namespace atrium::storage
