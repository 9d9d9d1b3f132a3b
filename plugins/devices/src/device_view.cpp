#include "device_view.h"

#include "atrium/json.h"

#include <map>

namespace atrium::devices {

namespace {

bool isOn(const Device& device)
{
    const bool* status = device.value("status").ifBoolean();
    return status && *status;
}

/// Takes the members of a view into objects.
class ObjectSink {
public:
    template <class T>
    void member(std::string_view key, T&& value)
    {
        open_.back().second.append(std::string(key), Value(std::forward<T>(value)));
    }
    void member(std::string_view key, UtcTime time) { member(key, toIso8601(time)); }
    void begin(std::string_view key = {}) { open_.emplace_back(key, Object{}); }
    void end()
    {
        auto [key, object] = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) whole = std::move(object);
        else open_.back().second.append(std::move(key), std::move(object));
    }
    Object whole;

private:
    std::vector<std::pair<std::string, Object>> open_;
};

/// Writes them as JSON at once: a page of the list has thousands, and an object of each would cost far more than its
/// text.
class TextSink {
public:
    explicit TextSink(std::string& out) : out_(out) {}

    void member(std::string_view key, const Value& value)
    {
        name(key);
        appendJson(out_, value);
    }
    void member(std::string_view key, std::string_view text)
    {
        name(key);
        appendJsonText(out_, text);
    }
    void member(std::string_view key, const std::string& text) { member(key, std::string_view(text)); }
    void member(std::string_view key, const char* text) { member(key, std::string_view(text)); }
    void member(std::string_view key, bool flag)
    {
        name(key);
        out_ += flag ? "true" : "false";
    }
    void member(std::string_view key, UtcTime time)
    {
        name(key);
        // Most values of a house are of the same few seconds.
        const auto second = std::chrono::floor<std::chrono::seconds>(time);
        if (second != second_ || !isKnown_) {
            second_ = second;
            isKnown_ = true;
            date_ = toIso8601(second);
        }
        const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - second).count();
        out_ += '"';
        out_.append(date_, 0, 20);
        for (const auto digit : {milliseconds / 100, milliseconds / 10 % 10, milliseconds % 10})
            out_ += static_cast<char>('0' + digit);
        out_ += "Z\"";
    }
    void begin(std::string_view key = {})
    {
        if (!key.empty()) {
            // Unlike the other keys it may be the word of a device.
            if (!std::exchange(isFirst_, false)) out_ += ',';
            appendJsonText(out_, key);
            out_ += ':';
        }
        out_ += '{';
        isFirst_ = true;
    }
    void end()
    {
        out_ += '}';
        isFirst_ = false;
    }

private:
    /// The view's own keys need no escapes.
    void name(std::string_view key)
    {
        if (!std::exchange(isFirst_, false)) out_ += ',';
        out_ += '"';
        out_ += key;
        out_ += "\":";
    }
    std::string& out_;
    bool isFirst_ = true;
    bool isKnown_ = false;
    std::chrono::sys_seconds second_{};
    std::string date_;
};

template <class Sink>
void write(Sink& to, const Attribute& attribute)
{
    const AttributeSpec& spec = *attribute.spec;
    to.begin(spec.name);
    to.member("value", attribute.value);
    to.member("kind", toString(spec.kind));
    if (!spec.unit.empty()) to.member("unit", spec.unit);
    if (spec.writable) to.member("writable", true);
    if (attribute.assumed()) to.member("assumed", true);
    if (attribute.changedAt != UtcTime{}) to.member("changedAt", attribute.changedAt);
    if (attribute.reportedAt != UtcTime{}) to.member("reportedAt", attribute.reportedAt);
    to.end();
}

template <class Sink>
void write(Sink& to, const Device& device)
{
    const DeviceInfo& info = *device.info;
    const Value& power = device.value("power");
    const Attribute* status = device.find("status");
    to.begin();
    to.member("id", Value(info.id.value));
    to.member("uid", info.uid);
    to.member("name", info.name);
    to.member("type", info.type);
    to.member("room", info.room);
    to.member("status", isOn(device));
    to.member("power", power.isNull() ? Value(info.nominalPower) : power);
    to.member("nominalPower", Value(info.nominalPower));
    to.member("online", device.online);
    to.member("assumed", status && status->assumed());
    if (device.lastSeen == UtcTime{}) to.member("lastSeen", Value());
    else to.member("lastSeen", device.lastSeen);
    if (const auto& temperature = device.value("temperature"); !temperature.isNull())
        to.member("temperature", temperature);
    to.begin("attributes");
    for (const auto& attribute : device.attributes) write(to, attribute);
    to.end();
    if (!info.maker.empty()) to.member("maker", info.maker);
    if (!info.model.empty()) to.member("model", info.model);
    to.member("createdAt", info.createdAt);
    to.end();
}

} // namespace

Object toView(const Device& device)
{
    ObjectSink sink;
    write(sink, device);
    return std::move(sink.whole);
}

void appendViews(std::string& json, std::span<const DevicePtr> devices)
{
    TextSink sink(json);
    json += '[';
    for (std::size_t i = 0; i < devices.size(); ++i) {
        if (i > 0) json += ',';
        write(sink, *devices[i]);
    }
    json += ']';
}

List roomsOf(const DeviceList& list)
{
    struct Count {
        std::int64_t devices = 0, on = 0;
    };
    std::map<std::string, Count> rooms;
    for (const auto& device : list.devices) {
        auto& room = rooms[device->info->room];
        ++room.devices;
        if (isOn(*device)) ++room.on;
    }
    List views;
    for (const auto& [name, count] : rooms)
        views.push_back(Object{{"name", name}, {"devices", count.devices}, {"on", count.on}});
    return views;
}

} // namespace atrium::devices
