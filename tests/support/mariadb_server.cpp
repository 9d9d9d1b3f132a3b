#include "support/mariadb_server.h"

#include "storage/sql_database.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace atrium::testing {

namespace {
constexpr std::chrono::seconds patience{30};
/// A folder of its own: a server that starts removes the temporary tables that it finds, also those of another server.
constexpr const char* temporary = "tmp";
constexpr const char* userName = "atrium";
constexpr const char* password = "p@ss w%rd/ü";
} // namespace

MariaDbServer::MariaDbServer() : port_(freePort())
{
    const auto data = (folder_.path() / "data").string();
    std::filesystem::create_directory(folder_.path() / temporary);
    std::vector<std::string> install{"mariadb-install-db",
                                     "--no-defaults",
                                     "--datadir=" + data,
                                     "--tmpdir=" + (folder_.path() / temporary).string(),
                                     "--auth-root-authentication-method=normal",
                                     "--skip-test-db"};
    if (::geteuid() == 0) install.push_back("--user=root");
    ChildProcess installer(install, (folder_.path() / "log").string());
    if (installer.wait(patience) != 0) throw std::runtime_error("mariadb-install-db failed: " + log());
    folder_.write("init.sql", std::string("CREATE USER '") + userName + "'@'127.0.0.1' IDENTIFIED BY '" + password +
                                  "';\nGRANT ALL ON *.* TO '" + userName + "'@'127.0.0.1';\n");
    start();
}

MariaDbServer::~MariaDbServer() = default;

MariaDbServer& MariaDbServer::shared()
{
    static MariaDbServer server;
    return server;
}

void MariaDbServer::start()
{
    const auto at = [this](const char* name) { return (folder_.path() / name).string(); };
    std::vector<std::string> command{"mariadbd",
                                     "--no-defaults",
                                     "--datadir=" + at("data"),
                                     "--tmpdir=" + at(temporary),
                                     "--socket=" + at("socket"),
                                     "--pid-file=" + at("pid"),
                                     "--port=" + std::to_string(port_),
                                     "--bind-address=127.0.0.1",
                                     "--skip-name-resolve",
                                     "--skip-log-bin",
                                     "--character-set-server=utf8mb4",
                                     "--performance-schema=OFF",
                                     "--innodb-buffer-pool-size=128M",
                                     "--innodb-log-file-size=64M",
                                     "--innodb-fast-shutdown=2",
                                     "--innodb-flush-log-at-trx-commit=0",
                                     "--innodb-flush-method=nosync",
                                     "--innodb-deadlock-detect=ON"};
    if (::access(at("data/atrium-ready").c_str(), F_OK) != 0) command.push_back("--init-file=" + at("init.sql"));
    if (::geteuid() == 0) command.push_back("--user=root");
    process_ = std::make_unique<ChildProcess>(command, at("log"));
    waitUntilReady();
    folder_.write("data/atrium-ready", "");
}

void MariaDbServer::stop()
{
    if (!process_) return;
    process_->signal(SIGTERM);
    process_->wait(patience);
    process_.reset();
}

void MariaDbServer::freeze() { process_->freeze(); }

void MariaDbServer::thaw() { process_->signal(SIGCONT); }

storage::DatabaseUrl MariaDbServer::createDatabase()
{
    storage::DatabaseUrl url;
    url.dialect = SqlDialect::MySql;
    url.host = "127.0.0.1";
    url.port = static_cast<std::uint16_t>(port_);
    url.user = userName;
    url.password = password;
    url.name = "mysql";
    const auto name = "atrium_test_" + std::to_string(++databases_);
    storage::SqlDatabase administration(url);
    administration.withSession([&](storage::SqlSession& session) {
        session.executePlain("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    });
    url.name = name;
    return url;
}

void MariaDbServer::waitUntilReady()
{
    // The init file has run before the server accepts; a connection made earlier waits in the backlog.
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!isListening(port_)) {
        if (!process_->running() || std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("mariadbd does not come up: " + log());
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

std::string MariaDbServer::log() const
{
    std::ifstream stream(folder_.path() / "log");
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

} // namespace atrium::testing
