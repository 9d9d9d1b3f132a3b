#pragma once

#include "atrium/value.h"
#include "support/child_process.h"
#include "support/temp_folder.h"

#include <memory>
#include <string>
#include <vector>

namespace atrium::testing {

/// An answer of the server.
struct HttpAnswer {
    int status = 0;
    Value body;
    std::string text;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case

    std::string header(std::string_view name) const;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Which database a server of a test has.
enum class Store { Sqlite, MariaDb };
/// The keys for it, with a new empty database.
std::vector<std::string> keysFor(Store store);
/// The same with the devices of the demo home.
std::vector<std::string> demoKeysFor(Store store);
inline const char* nameOf(Store store) { return store == Store::Sqlite ? "Sqlite" : "MariaDb"; }

/// `atriumd` in a process of its own, with a data folder and ports of its own on the loopback.
class ServerProcess {
public:
    /// `keys` are `key=value` texts over the defaults of the tests.
    explicit ServerProcess(std::vector<std::string> keys = {});
    /// Another `atriumd` than that of this build, e.g. an installed one.
    ServerProcess(std::string program, std::vector<std::string> keys);

    /// Starts the program and returns when it is ready. Throws with its log when it does not become so.
    void start();
    /// Where requests go; 127.0.0.1 unless `http.bind` is another address.
    void setHost(std::string host) { host_ = std::move(host); }
    /// SIGTERM; returns the exit status once it has ended. Throws after ten seconds, the longest that a stop may take.
    int stop();
    /// SIGKILL.
    void kill();

    HttpAnswer get(const std::string& path) { return request("GET", path); }
    HttpAnswer post(const std::string& path, const Value& body = {}) { return request("POST", path, body); }
    HttpAnswer request(const std::string& method, const std::string& path, const Value& body = {},
                       const Headers& headers = {});
    /// The same with any bytes as body; a body without Content-Type among `headers` is sent as JSON.
    HttpAnswer send(const std::string& method, const std::string& path, const std::string& body,
                    const Headers& headers = {});
    /// Signs in as the administrator; later requests carry the token.
    void signIn();
    const std::string& token() const { return token_; }
    void setToken(std::string token) { token_ = std::move(token); }

    int httpPort() const { return httpPort_; }
    int mqttPort() const { return mqttPort_; }
    pid_t id() const { return process_->id(); }
    const TempFolder& folder() const { return folder_; }
    std::string dataFolder() const { return folder_.str() + "/data"; }
    std::string log() const;

    static constexpr const char* email = "admin@example.org";
    static constexpr const char* password = "correct horse";

private:
    TempFolder folder_;
    const std::string program_;
    std::vector<std::string> keys_;
    int httpPort_;
    int mqttPort_;
    int webSocketPort_;
    std::string host_ = "127.0.0.1";
    std::string token_;
    std::unique_ptr<ChildProcess> process_;
};

} // namespace atrium::testing
