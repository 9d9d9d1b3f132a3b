#pragma once

#include "storage/database_url.h"
#include "support/child_process.h"
#include "support/temp_folder.h"

#include <memory>
#include <string>

namespace atrium::testing {

/// A MariaDB server of its own: private data folder and socket, an ephemeral port on the loopback, made for speed, not
/// for keeping data. Starting takes about two seconds, so share one in a test program.
class MariaDbServer {
public:
    /// Throws when mariadbd is not installed or does not come up; its log is in the message.
    MariaDbServer();
    ~MariaDbServer();

    /// The server of this test program, started on first use.
    static MariaDbServer& shared();

    /// Makes an empty database; user `atrium` may do everything in it.
    storage::DatabaseUrl createDatabase();

    void stop();   ///< in order
    void start();  ///< after stop(), on the same port and data
    void freeze(); ///< SIGSTOP: connections stand, nothing answers
    void thaw();

private:
    void waitUntilReady();
    std::string log() const;

    TempFolder folder_;
    int port_;
    int databases_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

} // namespace atrium::testing
