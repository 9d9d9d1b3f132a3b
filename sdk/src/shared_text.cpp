#include "atrium/shared_text.h"

#include <cstring>
#include <new>

namespace atrium {

struct SharedText::Letters {
    std::atomic<std::uint32_t> users;
    std::uint32_t length;

    char* first() { return reinterpret_cast<char*>(this + 1); }
};

SharedText::SharedText(std::string_view text)
{
    if (text.empty()) return;
    letters_ =
        new (::operator new(sizeof(Letters) + text.size())) Letters{{1}, static_cast<std::uint32_t>(text.size())};
    std::memcpy(letters_->first(), text.data(), text.size());
}

SharedText::SharedText(const SharedText& other) noexcept : letters_(other.letters_)
{
    if (letters_) letters_->users.fetch_add(1, std::memory_order_relaxed);
}

SharedText::~SharedText()
{
    if (!letters_ || letters_->users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    letters_->~Letters();
    ::operator delete(letters_);
}

std::string_view SharedText::view() const
{
    return letters_ ? std::string_view(letters_->first(), letters_->length) : std::string_view{};
}

} // namespace atrium
