#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace atrium::automation::lua {

/// A malformed pattern, or one that takes more steps than allowed. The text is for the author of the script.
class PatternError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Matches Lua 5.4 patterns (reference manual §6.4.1) and gives up after a number of steps: the stock matcher can
/// backtrack for hours inside one C call, where no hook ends it. Thread: one object, one thread.
class Pattern {
public:
    struct Capture {
        std::size_t start = 0;
        std::size_t length = 0;
        bool isPosition = false;
    };

    static constexpr std::uint64_t maxSteps = 2'000'000;
    /// `steps` is shared by all matches with this object; single comparisons of a character count one.
    Pattern(std::string_view subject, std::string_view pattern, std::uint64_t steps = maxSteps);

    /// Matches at `start` only; the end of the match. Throws PatternError.
    std::optional<std::size_t> matchAt(std::size_t start);
    bool anchored() const { return anchored_; }
    /// For an object that goes on where this one stops.
    std::uint64_t stepsLeft() const { return steps_; }
    /// Of the last match. Throws PatternError for a capture that was not closed.
    const std::vector<Capture>& captures() const;

private:
    static constexpr std::size_t open = static_cast<std::size_t>(-1);
    using End = std::optional<std::size_t>;

    End match(std::size_t at, std::size_t item);
    End startCapture(std::size_t at, std::size_t item, Capture capture);
    End endCapture(std::size_t at, std::size_t item);
    End balanced(std::size_t at, std::size_t item);
    End repeat(std::size_t at, std::size_t item, std::size_t itemEnd, char quantifier);
    std::size_t endOfItem(std::size_t item) const;
    bool fits(std::size_t at, std::size_t item, std::size_t itemEnd);
    bool inSet(unsigned char c, std::size_t set, std::size_t lastOfSet);
    bool frontier(std::size_t at, std::size_t set);
    const Capture& closedCapture(char digit) const;
    void step(std::uint64_t count = 1);

    std::string_view subject_;
    std::string_view pattern_;
    bool anchored_ = false;
    std::vector<Capture> captures_;
    std::uint64_t steps_;
    int depth_ = 0;
};

} // namespace atrium::automation::lua
