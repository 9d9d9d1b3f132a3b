#pragma once

#include "atrium/auth.h"
#include "atrium/database.h"
#include "atrium/devices.h"
#include "atrium/services/broker_accounts.h"
#include "people.h"

#include <mutex>
#include <vector>

namespace atrium::auth {

/// An account at the broker: of a program or browser of a person, or of one device.
struct MqttAccount {
    std::int64_t id = 0;
    UserId user;
    std::string name;
    std::string passwordHash;
    DeviceId device; ///< none = a program of the person
};

/// mosquitto's hash of a password: `$7$101$SALT$HASH`, PBKDF2 with SHA-512. Passwords are random, so few rounds do.
std::string brokerHash(std::string_view password);
/// The topics of an account: a device writes its status and reads its commands; a program reads what its person may see
/// and commands what its person may switch, now. Pure.
BrokerAccount brokerAccountOf(const MqttAccount& account, const Principal& person, const DeviceList& devices,
                              const std::string& prefix);

/// All broker accounts, kept in step with people's rights. Thread: any that may block. Throws StorageError.
class MqttAccounts {
public:
    using FindBroker = std::function<std::shared_ptr<BrokerAccounts>()>;
    MqttAccounts(Database& database, const People& people, const Devices& devices, FindBroker broker,
                 std::string topicPrefix);

    /// With its password, shown once. Durable; the broker knows it when this returns.
    std::pair<MqttAccount, std::string> create(UserId user, DeviceId device, UtcTime now);
    bool remove(UserId user, std::int64_t id);
    std::vector<MqttAccount> of(UserId user) const;
    /// Tells the broker what differs from what it was told last.
    void apply();

private:
    std::vector<MqttAccount> all() const;

    Database& database_;
    const People& people_;
    const Devices& devices_;
    const FindBroker broker_;
    const std::string prefix_;
    std::mutex mutex_;
    std::vector<BrokerAccount> told_;
};

} // namespace atrium::auth
