#include "atrium/shared_text.h"

#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace atrium {

struct SharedText::Block {
    std::atomic<std::uint32_t> users;
};

struct SharedText::Letters {
    std::uint32_t length;
    std::uint32_t offset; ///< in its block

    char* first() { return reinterpret_cast<char*>(this + 1); }
};

SharedText::Block* SharedText::newBlock(std::size_t bytes)
{
    if (bytes > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("texts are too long");
    return new (::operator new(bytes)) Block{{0}};
}

std::size_t SharedText::sizeOf(std::string_view text)
{
    constexpr std::size_t alignment = alignof(Letters);
    return sizeof(Letters) + (text.size() + alignment - 1) / alignment * alignment;
}

SharedText::Letters* SharedText::put(Block* block, std::size_t offset, std::string_view text)
{
    auto* const letters = new (reinterpret_cast<char*>(block) + offset)
        Letters{static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(offset)};
    std::memcpy(letters->first(), text.data(), text.size());
    block->users.fetch_add(1, std::memory_order_relaxed);
    return letters;
}

SharedText::Block* SharedText::block() const
{
    return reinterpret_cast<Block*>(reinterpret_cast<char*>(letters_) - letters_->offset);
}

SharedText::SharedText(std::string_view text)
{
    if (!text.empty()) letters_ = put(newBlock(sizeof(Block) + sizeOf(text)), sizeof(Block), text);
}

SharedText::SharedText(const SharedText& other) noexcept : letters_(other.letters_)
{
    if (letters_) block()->users.fetch_add(1, std::memory_order_relaxed);
}

SharedText::~SharedText()
{
    if (!letters_) return;
    Block* const left = block();
    if (left->users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    left->~Block();
    ::operator delete(left);
}

std::string_view SharedText::view() const
{
    return letters_ ? std::string_view(letters_->first(), letters_->length) : std::string_view{};
}

std::vector<SharedText> SharedText::together(const std::vector<SharedText>& texts)
{
    std::vector<SharedText> packed(texts.size());
    std::size_t size = sizeof(Block);
    for (const auto& text : texts)
        if (!text.empty()) size += sizeOf(text);
    if (size == sizeof(Block)) return packed;
    Block* const block = newBlock(size);
    std::size_t offset = sizeof(Block);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].empty()) continue;
        packed[i].letters_ = put(block, offset, texts[i]);
        offset += sizeOf(texts[i]);
    }
    return packed;
}

} // namespace atrium
