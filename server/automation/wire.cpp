#include "automation/wire.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

#include <bit>
#include <cstring>
#include <sstream>

namespace atrium::automation {

namespace {

constexpr int maxDepth = 64;

enum class Tag : std::uint8_t { Null, False, True, Integer, Number, Text, List, Object };

} // namespace

void WireWriter::varint(std::uint64_t number)
{
    while (number >= 0x80) {
        out_.push_back(static_cast<char>(number | 0x80));
        number >>= 7;
    }
    out_.push_back(static_cast<char>(number));
}

void WireWriter::signedVarint(std::int64_t number)
{
    varint((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
}

void WireWriter::put(const std::string& text)
{
    varint(text.size());
    out_.append(text);
}

void WireWriter::put(const Value& value)
{
    switch (value.kind()) {
    case Value::Kind::Null: return varint(static_cast<int>(Tag::Null));
    case Value::Kind::Boolean: return varint(static_cast<int>(value.boolean() ? Tag::True : Tag::False));
    case Value::Kind::Integer: varint(static_cast<int>(Tag::Integer)); return signedVarint(value.integer());
    case Value::Kind::Number: {
        varint(static_cast<int>(Tag::Number));
        const auto bits = std::bit_cast<std::uint64_t>(value.number());
        for (int i = 0; i < 8; ++i) out_.push_back(static_cast<char>(bits >> (8 * i)));
        return;
    }
    case Value::Kind::Text: varint(static_cast<int>(Tag::Text)); return put(value.text());
    case Value::Kind::List: varint(static_cast<int>(Tag::List)); return put(value.list());
    case Value::Kind::Object:
        varint(static_cast<int>(Tag::Object));
        varint(value.object().size());
        for (const auto& [key, member] : value.object()) {
            put(key);
            put(member);
        }
        return;
    }
}

void WireReader::fail()
{
    failed_ = true;
    bytes_ = {};
}

std::string_view WireReader::take(std::uint64_t size)
{
    if (size > bytes_.size()) {
        fail();
        return {};
    }
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
}

std::uint64_t WireReader::varint()
{
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto byte = take(1);
        if (failed_) return 0;
        const auto bits = static_cast<std::uint64_t>(static_cast<unsigned char>(byte[0]));
        if (shift == 63 && bits > 1) break;
        number |= (bits & 0x7f) << shift;
        if (bits < 0x80) return number;
    }
    fail();
    return 0;
}

std::int64_t WireReader::signedVarint()
{
    const auto number = varint();
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
}

std::uint64_t WireReader::bounded(std::uint64_t highest)
{
    const auto number = varint();
    if (number <= highest) return number;
    fail();
    return 0;
}

void WireReader::get(std::string& text) { text = take(varint()); }

void WireReader::get(Value& value)
{
    if (++depth_ > maxDepth) fail();
    switch (static_cast<Tag>(bounded(static_cast<int>(Tag::Object)))) {
    case Tag::Null: value = Value(); break;
    case Tag::False: value = false; break;
    case Tag::True: value = true; break;
    case Tag::Integer: value = signedVarint(); break;
    case Tag::Number: {
        const auto bytes = take(8);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
        value = std::bit_cast<double>(bits);
        break;
    }
    case Tag::Text: {
        std::string text;
        get(text);
        value = std::move(text);
        break;
    }
    case Tag::List: {
        List list;
        get(list);
        value = std::move(list);
        break;
    }
    case Tag::Object: {
        Object object;
        const auto count = varint();
        if (count > bytes_.size()) fail();
        for (std::uint64_t i = 0; i < count && !failed_; ++i) {
            std::string key;
            Value member;
            get(key);
            get(member);
            object.append(std::move(key), std::move(member));
        }
        value = std::move(object);
        break;
    }
    }
    --depth_;
}

std::optional<std::string_view> FrameBuffer::next()
{
    if (broken_ || buffer_.size() - position_ < 4) {
        if (position_ > 0) buffer_.erase(0, position_);
        position_ = 0;
        return {};
    }
    std::uint32_t length = 0;
    for (int i = 0; i < 4; ++i)
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(buffer_[position_ + i])) << (8 * i);
    if (length > maxFrameBytes) {
        broken_ = true;
        return {};
    }
    if (buffer_.size() - position_ - 4 < length) {
        if (position_ > 0) buffer_.erase(0, position_);
        position_ = 0;
        return {};
    }
    const auto content = std::string_view(buffer_).substr(position_ + 4, length);
    position_ += 4 + length;
    return content;
}

std::string toJournalText(const Value& value)
{
    std::string bytes;
    WireWriter(bytes).put(value);
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

std::optional<Value> fromJournalText(std::string_view text)
{
    std::string bytes;
    try {
        std::istringstream in{std::string(text)};
        Poco::Base64Decoder decoder(in);
        bytes.assign(std::istreambuf_iterator<char>(decoder), {});
    }
    catch (const std::exception&) {
        return {};
    }
    WireReader reader(bytes);
    Value value;
    reader.get(value);
    if (reader.failed() || !reader.atEnd()) return {};
    return value;
}

std::size_t wireSize(const Value& value)
{
    std::string bytes;
    WireWriter(bytes).put(value);
    return bytes.size();
}

} // namespace atrium::automation
