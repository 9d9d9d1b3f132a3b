#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// A text that several hold and nobody changes: a holder is one pointer, copies share the letters. Made for identities,
/// of which a campus has 300,000 that the state, an integration and an index hold at once. Thread: any.
class SharedText {
public:
    SharedText() = default;
    SharedText(std::string_view text);
    SharedText(const std::string& text) : SharedText(std::string_view(text)) {}
    SharedText(const char* text) : SharedText(std::string_view(text)) {}
    SharedText(const SharedText& other) noexcept;
    SharedText(SharedText&& other) noexcept : letters_(std::exchange(other.letters_, nullptr)) {}
    SharedText& operator=(SharedText other) noexcept
    {
        std::swap(letters_, other.letters_);
        return *this;
    }
    ~SharedText();

    std::string_view view() const;
    operator std::string_view() const { return view(); }
    std::string str() const { return std::string(view()); }
    bool empty() const { return !letters_; }

    /// The same texts side by side in memory, which takes half as much for texts of a few letters. It is given back
    /// when the last of them goes. Throws std::length_error above 4 GiB.
    static std::vector<SharedText> together(const std::vector<SharedText>& texts);

    friend bool operator==(const SharedText& a, const SharedText& b)
    {
        return a.letters_ == b.letters_ || a.view() == b.view();
    }
    friend bool operator==(const SharedText& a, std::string_view b) { return a.view() == b; }
    friend bool operator==(const SharedText& a, const std::string& b) { return a.view() == b; }
    friend bool operator==(const SharedText& a, const char* b) { return a.view() == b; }

    friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) { return a.view() <=> b.view(); }
    friend std::strong_ordering operator<=>(const SharedText& a, std::string_view b) { return a.view() <=> b; }
    friend std::strong_ordering operator<=>(const SharedText& a, const std::string& b) { return a.view() <=> b; }

private:
    struct Block;   ///< the count of all holders of its texts, which follow
    struct Letters; ///< length and way back to the block; the letters follow
    static Block* newBlock(std::size_t bytes);
    static std::size_t sizeOf(std::string_view text);
    static Letters* put(Block* block, std::size_t offset, std::string_view text);
    Block* block() const;

    Letters* letters_ = nullptr;
};

} // namespace atrium

template <>
struct std::hash<atrium::SharedText> {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
