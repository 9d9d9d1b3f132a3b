#pragma once

#include "atrium/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace atrium::automation {

/// The compact binary form of messages between the server and the script host, and of values in the journal.
/// Integers are LEB128 (signed ones zigzag), numbers 8 bytes, text and lists carry their length first.
/// A struct takes part by a member `template <class A> void fields(A& a) { a(member, member, ...); }`.
/// Thread: one object, one thread.
class WireWriter {
public:
    explicit WireWriter(std::string& out) : out_(out) {}

    template <class... T>
    void operator()(const T&... fields)
    {
        (put(fields), ...);
    }

    template <class T>
    void put(const T& field)
    {
        if constexpr (std::is_enum_v<T>) varint(static_cast<std::uint64_t>(field));
        else if constexpr (std::is_same_v<T, bool>) varint(field ? 1 : 0);
        else if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) signedVarint(field);
        else if constexpr (std::is_integral_v<T>) varint(field);
        else const_cast<T&>(field).fields(*this); // writing changes nothing
    }
    void put(const std::string& text);
    void put(const Value& value);
    template <class T>
    void put(const std::vector<T>& items)
    {
        varint(items.size());
        for (const auto& item : items) put(item);
    }
    template <class T>
    void put(const std::optional<T>& item)
    {
        put(item.has_value());
        if (item) put(*item);
    }
    /// The number of the alternative, then its fields.
    template <class... T>
    void put(const std::variant<T...>& alternatives)
    {
        put(static_cast<std::uint8_t>(alternatives.index()));
        std::visit([this](const auto& alternative) { put(alternative); }, alternatives);
    }

private:
    void varint(std::uint64_t number);
    void signedVarint(std::int64_t number);
    std::string& out_;
};

/// Reads what WireWriter wrote. Any bytes are safe: what does not fit sets failed() and yields zeros; never throws,
/// reads beyond the end, recurses deeper than 64 or allocates more than a small multiple of the input.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

    template <class... T>
    void operator()(T&... fields)
    {
        (get(fields), ...);
    }

    template <class T>
    void get(T& field)
    {
        if constexpr (std::is_enum_v<T>) field = static_cast<T>(bounded(255));
        else if constexpr (std::is_same_v<T, bool>) field = bounded(1) == 1;
        else if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) field = static_cast<T>(signedVarint());
        else if constexpr (std::is_integral_v<T>) field = static_cast<T>(varint());
        else field.fields(*this);
    }
    void get(std::string& text);
    void get(Value& value);
    template <class T>
    void get(std::vector<T>& items)
    {
        const auto count = varint();
        items.clear();
        // Every item takes at least a byte.
        if (count > bytes_.size()) return fail();
        for (std::uint64_t i = 0; i < count && !failed_; ++i) get(items.emplace_back());
    }
    template <class T>
    void get(std::optional<T>& item)
    {
        bool present = false;
        get(present);
        if (present) get(item.emplace());
        else item.reset();
    }
    template <class... T>
    void get(std::variant<T...>& alternatives)
    {
        getAlternative<0>(bounded(sizeof...(T) - 1), alternatives);
    }

    bool failed() const { return failed_; }
    bool atEnd() const { return bytes_.empty(); }

private:
    template <std::size_t index, class... T>
    void getAlternative(std::size_t wanted, std::variant<T...>& alternatives)
    {
        if constexpr (index < sizeof...(T)) {
            if (wanted == index) get(alternatives.template emplace<index>());
            else getAlternative<index + 1>(wanted, alternatives);
        }
    }
    std::uint64_t varint();
    std::int64_t signedVarint();
    std::uint64_t bounded(std::uint64_t highest);
    std::string_view take(std::uint64_t size);
    void fail();

    std::string_view bytes_;
    int depth_ = 0;
    bool failed_ = false;
};

/// A frame is a 4-byte little-endian length and that many bytes; frames follow each other, so a write may hold many.
constexpr std::size_t maxFrameBytes = 8 * 1024 * 1024;

/// Appends one of the messages of a variant as a frame.
template <class Variant>
void appendFrame(std::string& out, const Variant& message)
{
    const auto start = out.size();
    out.append(4, '\0');
    WireWriter(out).put(message);
    const auto length = static_cast<std::uint32_t>(out.size() - start - 4);
    for (int i = 0; i < 4; ++i) out[start + i] = static_cast<char>(length >> (8 * i));
}

/// The message in the content of a frame; empty when it is none or has bytes to spare.
template <class Variant>
std::optional<Variant> decodeMessage(std::string_view content)
{
    WireReader reader(content);
    std::optional<Variant> message(std::in_place);
    reader.get(*message);
    if (reader.failed() || !reader.atEnd()) return {};
    return message;
}

/// Cuts a stream of bytes into frames.
class FrameBuffer {
public:
    void append(std::string_view bytes) { buffer_.append(bytes); }
    /// The content of the next whole frame; valid until the next call of append() or next(). Empty when there is none
    /// yet or the stream is broken.
    std::optional<std::string_view> next();
    /// Whether nothing is left, not even a part of a frame.
    bool empty() const { return position_ == buffer_.size(); }
    /// A frame was announced that is larger than maxFrameBytes.
    bool broken() const { return broken_; }

private:
    std::string buffer_;
    std::size_t position_ = 0;
    bool broken_ = false;
};

/// A value as text of the wire form in base64, which SQL keeps exactly whatever bytes it holds.
std::string toJournalText(const Value& value);
/// The inverse; empty when the text is no such thing.
std::optional<Value> fromJournalText(std::string_view text);
/// Bytes that the value takes on the wire.
std::size_t wireSize(const Value& value);

} // namespace atrium::automation
