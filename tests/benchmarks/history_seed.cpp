#include "runtime/system_clock.h"
#include "storage/history_batch.h"

#include "atrium/time.h"
#include "storage/sql_database.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace atrium;
using namespace std::chrono_literals;

/// What the server writes at most in one group commit (HistoryOptions::batchLimit): rows come in its order, and so the
/// pages of the tables are laid out and filled as the server's are.
constexpr std::int64_t samplesOfBatch = 20'000;
/// Only here many batches are one transaction.
constexpr std::int64_t batchesOfTransaction = 100;

double valueAt(std::int64_t device, std::int64_t minute)
{
    return 200 + 150 * std::sin(static_cast<double>(minute + device) / 229.0) +
           static_cast<double>((minute + device) % 37);
}

} // namespace

/// history-seed DATABASE_URL FOLDER DEVICES ATTRIBUTE MINUTES: a sample of each of the devices 1 to DEVICES in each of
/// the last MINUTES, each device at its own time within the minute, written by the server's own code into the tables
/// that the server has made. All samples are kept: what is asked for afterwards has a whole year of them to choose
/// from.
int main(int count, char** arguments)
{
    if (count != 6) {
        std::fputs("usage: history-seed DATABASE_URL FOLDER DEVICES ATTRIBUTE MINUTES\n", stderr);
        return 2;
    }
    const std::int64_t devices = std::atoll(arguments[3]);
    const std::int64_t minutes = std::atoll(arguments[5]);
    storage::SqlDatabase database(storage::parseDatabaseUrl(arguments[1], arguments[2]));
    storage::AttributeNames names;
    names.load(database);
    const bool isNewName = names.find(arguments[4]) == 0;
    const auto key = names.keyOf(arguments[4]);
    if (isNewName)
        database.transact(TransactionKind::Write, [&](Transaction& transaction) {
            transaction.execute("INSERT INTO attribute_names (id, name) VALUES (?, ?)", {key, arguments[4]});
        });
    const auto end = runtime::SystemClock().now();
    const auto apart = std::chrono::duration_cast<std::chrono::microseconds>(1min) / devices;
    const std::int64_t minutesOfBatch = std::max<std::int64_t>(samplesOfBatch / devices, 1);
    const auto batch = [&](std::int64_t first, std::int64_t last) {
        std::vector<storage::HistorySample> samples;
        for (auto minute = first; minute < last; ++minute)
            for (std::int64_t device = 1; device <= devices; ++device) {
                const auto at = end - (minutes - minute) * 1min + (device - 1) * apart;
                samples.push_back({DeviceId{device}, key, storage::HistoryKeep::Samples, storage::SeriesKind::Numbers,
                                   at, at, valueAt(device, minute)});
            }
        return storage::HistoryBatch(std::move(samples));
    };
    for (std::int64_t done = 0; done < minutes;) {
        const auto until = std::min(done + minutesOfBatch * batchesOfTransaction, minutes);
        database.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
            // A page is changed by many batches: written once, not again and again.
            if (transaction.dialect() == SqlDialect::Sqlite) transaction.execute("PRAGMA cache_size=-1000000");
            for (auto first = done; first < until; first += minutesOfBatch)
                batch(first, std::min(first + minutesOfBatch, until)).write(transaction);
        });
        done = until;
    }
    return 0;
}
