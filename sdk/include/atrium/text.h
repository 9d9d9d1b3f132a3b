#pragma once

#include <string>
#include <string_view>

namespace atrium {

/// The languages that Atrium speaks to people.
enum class Language { French, English };

/// A sentence for people, in every language that Atrium speaks.
struct Text {
    std::string fr;
    std::string en;

    /// The sentence in `language`; the other language where this one is empty.
    const std::string& in(Language language) const
    {
        const auto& wanted = language == Language::French ? fr : en;
        const auto& other = language == Language::French ? en : fr;
        return wanted.empty() ? other : wanted;
    }

    bool operator==(const Text&) const = default;
};

/// Chooses from an Accept-Language header (RFC 4647 lookup on the primary tag, quality values honoured);
/// `fallback` when the header names no language that Atrium speaks. Thread: any.
Language preferredLanguage(std::string_view acceptLanguage, Language fallback);

/// Whether `bytes` is well-formed UTF-8 (RFC 3629: no over-long forms, surrogates or values above U+10FFFF) without
/// NUL.
bool isCleanUtf8(std::string_view bytes);

} // namespace atrium
