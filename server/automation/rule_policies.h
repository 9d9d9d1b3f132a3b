#pragma once

#include "atrium/value.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace atrium::automation {

/// `on_error`: what happens when a run of a rule fails.
struct ErrorPolicy {
    std::uint32_t retries = 0;
    std::int64_t backoff = 1'000'000; ///< microseconds to the first retry; each next one waits twice as long
    Value notify;                     ///< whom the plugin *notify* tells when no retry is left; Null = nobody
    std::uint32_t disableAfter = 0;   ///< failures in a row, retries not counted; 0 = never
    template <class A>
    void fields(A& a)
    {
        a(retries, backoff, notify, disableAfter);
    }
};

/// `on_change`: what becomes of the runs of a rule when the text of its automation changes.
enum class ChangePolicy : std::uint8_t {
    FinishOld, ///< they go on with the old text
    Restart,   ///< they end, and begin anew with the same event in the new text
    Cancel,
};

/// `finish_old`, `restart`, `cancel`; empty for another word.
inline std::optional<ChangePolicy> parseChangePolicy(std::string_view word)
{
    if (word == "finish_old") return ChangePolicy::FinishOld;
    if (word == "restart") return ChangePolicy::Restart;
    if (word == "cancel") return ChangePolicy::Cancel;
    return {};
}

} // namespace atrium::automation
