#pragma once

#include "atrium/text.h"
#include "atrium/value.h"

#include <functional>
#include <string>

namespace atrium::automation {

/// Why a rule did not run, or does not run now.
struct Reason {
    std::string code; ///< for programs: stays the same for ever, e.g. `not_crossed`
    Text text;        ///< for people
    Object facts;     ///< what the text counts with: numbers, times as RFC 3339
};

/// The same as it is noted while events pass: put into words only when somebody asks. It holds all that it needs.
using WhyNot = std::function<Reason()>;

} // namespace atrium::automation
