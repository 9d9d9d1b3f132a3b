#include "device_repository.h"

#include "attribute_catalog.h"

namespace atrium::devices {

namespace {

constexpr const char* columns = "id, uid, name, type, room, nominal_power, maker, model, attributes, created_at";

StoredDevice fromRow(const SqlRow& row)
{
    StoredDevice device;
    device.info.id = DeviceId(row[0].integer());
    device.info.uid = row[1].text();
    device.info.name = row[2].text();
    device.info.type = row[3].text();
    device.info.room = row[4].text();
    device.info.nominalPower = row[5].integer();
    device.info.maker = row[6].text();
    device.info.model = row[7].text();
    device.attributes = specsFromJsonText(row[8].text());
    device.info.createdAt = fromMicroseconds(row[9].integer());
    return device;
}

} // namespace

std::string slug(std::string_view text)
{
    // Latin-1 Supplement (U+00C0 to U+00FF) as it is written without accents; enough for the languages that we speak.
    constexpr std::string_view plain = "aaaaaaaceeeeiiiidnooooo-ouuuuypsaaaaaaaceeeeiiiidnooooo-ouuuuypy";
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        char letter = '-';
        if (c == 0xC3 && i + 1 < text.size()) letter = plain[(static_cast<unsigned char>(text[++i]) - 0x80) & 0x3F];
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letter = static_cast<char>(c);
        else if (c >= 'A' && c <= 'Z') letter = static_cast<char>(c - 'A' + 'a');
        else if (c >= 0x80 && (c & 0xC0) == 0x80) continue;
        if (letter != '-' || (!result.empty() && result.back() != '-')) result += letter;
    }
    while (!result.empty() && result.back() == '-') result.pop_back();
    return result.empty() ? "x" : result;
}

std::vector<StoredDevice> DeviceRepository::loadAll()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query(std::string("SELECT ") + columns + " FROM devices ORDER BY id");
    });
    std::vector<StoredDevice> devices;
    for (const auto& row : rows) devices.push_back(fromRow(row));
    return devices;
}

StoredDevice DeviceRepository::add(StoredDevice device)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        StoredDevice stored = device;
        const std::string wanted = stored.info.uid;
        for (int number = 2; !transaction.query("SELECT id FROM devices WHERE uid = ?", {stored.info.uid}).empty();
             ++number)
            stored.info.uid = wanted + '-' + std::to_string(number);
        const auto& info = stored.info;
        transaction.execute(
            "INSERT INTO devices (uid, name, type, room, nominal_power, maker, model, attributes, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {info.uid, info.name, info.type, info.room, info.nominalPower, info.maker, info.model,
             toJsonText(stored.attributes), toMicroseconds(info.createdAt)});
        stored.info.id = DeviceId(transaction.lastInsertId());
        return stored;
    });
}

bool DeviceRepository::update(const StoredDevice& device)
{
    const auto& info = device.info;
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        if (transaction.query("SELECT id FROM devices WHERE id = ?", {info.id.value}).empty()) return false;
        transaction.execute("UPDATE devices SET name = ?, type = ?, room = ?, nominal_power = ?, maker = ?, model = ?, "
                            "attributes = ? WHERE id = ?",
                            {info.name, info.type, info.room, info.nominalPower, info.maker, info.model,
                             toJsonText(device.attributes), info.id.value});
        return true;
    });
}

bool DeviceRepository::remove(DeviceId id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM devices WHERE id = ?", {id.value}) > 0;
    });
}

} // namespace atrium::devices
