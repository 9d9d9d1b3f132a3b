#include "mqtt_accounts.h"

#include "secret.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace atrium::auth {

namespace {

constexpr int rounds = 101;
constexpr int saltBytes = 12;
constexpr int hashBytes = 64;
constexpr const char* columns = "SELECT id, user_id, name, password_hash, device_id FROM auth_mqtt_accounts ";

/// RFC 4648 §4 with padding, as mosquitto reads it.
std::string base64(const unsigned char* bytes, int size)
{
    std::string text(static_cast<std::size_t>((size + 2) / 3 * 4 + 1), '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, size)));
    return text;
}

std::vector<MqttAccount> select(Transaction& transaction, const std::string& condition, const SqlParameters& parameters)
{
    std::vector<MqttAccount> accounts;
    for (const auto& row : transaction.query(columns + condition, parameters))
        accounts.push_back(
            {row[0].integer(), UserId{row[1].integer()}, row[2].text(), row[3].text(), DeviceId{row[4].integer()}});
    return accounts;
}

} // namespace

std::string brokerHash(std::string_view password)
{
    unsigned char salt[saltBytes], hash[hashBytes];
    if (RAND_bytes(salt, saltBytes) != 1 || PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt,
                                                              saltBytes, rounds, EVP_sha512(), hashBytes, hash) != 1)
        throw std::runtime_error("PBKDF2 is not available");
    return "$7$" + std::to_string(rounds) + "$" + base64(salt, saltBytes) + "$" + base64(hash, hashBytes);
}

BrokerAccount brokerAccountOf(const MqttAccount& account, const Principal& person, const DeviceList& devices,
                              const std::string& prefix)
{
    BrokerAccount result{account.name, account.passwordHash, {}, {}};
    const auto topic = [&](const std::string& id, const char* leaf) { return prefix + "/devices/" + id + "/" + leaf; };
    if (account.device) {
        const auto id = std::to_string(account.device.value);
        result.writeTopics = {topic(id, "status")};
        result.readTopics = {topic(id, "command")};
        return result;
    }
    const bool seesAll = person.may("devices.read"), switchesAll = person.may("devices.control");
    if (seesAll) result.readTopics.push_back(topic("+", "status"));
    if (switchesAll) result.writeTopics.push_back(topic("+", "command"));
    for (const auto& device : devices.devices) {
        const auto object = accessObjectOf(*device);
        const auto id = std::to_string(device->info->id.value);
        if (!seesAll && person.may("devices.read", object)) result.readTopics.push_back(topic(id, "status"));
        if (!switchesAll && person.may("devices.control", object)) result.writeTopics.push_back(topic(id, "command"));
    }
    return result;
}

MqttAccounts::MqttAccounts(Database& database, const People& people, const Devices& devices, FindBroker broker,
                           std::string topicPrefix)
    : database_(database), people_(people), devices_(devices), broker_(std::move(broker)),
      prefix_(std::move(topicPrefix))
{}

std::pair<MqttAccount, std::string> MqttAccounts::create(UserId user, DeviceId device, UtcTime now)
{
    const auto password = randomToken(24);
    MqttAccount account{0, user, (device ? "device" : "person") + std::string("-") + randomToken(9),
                        brokerHash(password), device};
    account.id = database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO auth_mqtt_accounts (user_id, name, password_hash, device_id, created_at) "
                            "VALUES (?, ?, ?, ?, ?)",
                            {user.value, account.name, account.passwordHash, device.value, toMicroseconds(now)});
        return transaction.lastInsertId();
    });
    apply();
    return {account, password};
}

bool MqttAccounts::remove(UserId user, std::int64_t id)
{
    const bool removed = database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_mqtt_accounts WHERE id = ? AND user_id = ?", {id, user.value}) > 0;
    });
    if (removed) apply();
    return removed;
}

std::vector<MqttAccount> MqttAccounts::of(UserId user) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return select(transaction, "WHERE user_id = ? ORDER BY id DESC", {user.value});
    });
}

std::vector<MqttAccount> MqttAccounts::all() const
{
    return database_.transact(TransactionKind::Read,
                              [&](Transaction& transaction) { return select(transaction, "ORDER BY id", {}); });
}

void MqttAccounts::apply()
{
    const auto broker = broker_();
    if (!broker) return;
    std::lock_guard lock(mutex_);
    const auto devices = devices_.list();
    std::vector<BrokerAccount> accounts;
    for (const auto& account : all()) {
        const auto person = people_.principalOf(account.user);
        if (person) accounts.push_back(brokerAccountOf(account, *person, *devices, prefix_));
    }
    if (accounts == told_) return;
    broker->replace(accounts);
    told_ = std::move(accounts);
}

} // namespace atrium::auth
