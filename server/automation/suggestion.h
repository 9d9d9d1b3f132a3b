#pragma once

#include <string>
#include <string_view>

namespace atrium::automation {

/// Letters to insert, drop, change or swap with their neighbour to make `left` into `right`, without regard to ASCII
/// case; `limit + 1` when there are more than `limit`. Thread: any.
std::size_t editDistance(std::string_view left, std::string_view right, std::size_t limit);

/// Finds the candidate closest to a misspelt name, if one is close enough to be what was meant.
class Suggestion {
public:
    explicit Suggestion(std::string_view wrong);
    void consider(std::string_view candidate);
    /// Empty when nothing is close.
    const std::string& best() const { return best_; }
    /// ` (did you mean "x"?)`, or nothing.
    std::string question() const;

private:
    std::string wrong_;
    std::string best_;
    std::size_t distance_;
};

} // namespace atrium::automation
