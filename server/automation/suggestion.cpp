#include "automation/suggestion.h"

#include <algorithm>
#include <vector>

namespace atrium::automation {

namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
} // namespace

std::size_t editDistance(std::string_view left, std::string_view right, std::size_t limit)
{
    const auto longer = std::max(left.size(), right.size());
    if (longer - std::min(left.size(), right.size()) > limit || longer > 200) return limit + 1;
    std::vector<std::size_t> beforeLast(right.size() + 1), last(right.size() + 1), row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        auto lowest = row[0];
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const bool same = lower(left[i - 1]) == lower(right[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
                lower(left[i - 2]) == lower(right[j - 1]))
                row[j] = std::min(row[j], beforeLast[j - 2] + 1);
            lowest = std::min(lowest, row[j]);
        }
        if (lowest > limit) return limit + 1;
        beforeLast.swap(last);
        last.swap(row);
    }
    return std::min(last[right.size()], limit + 1);
}

Suggestion::Suggestion(std::string_view wrong)
    : wrong_(wrong), distance_(std::max<std::size_t>(1, wrong.size() / 3) + 1)
{}

void Suggestion::consider(std::string_view candidate)
{
    const auto distance = editDistance(wrong_, candidate, distance_ - 1);
    if (distance >= distance_) return;
    distance_ = distance;
    best_ = candidate;
}

std::string Suggestion::question() const { return best_.empty() ? "" : " (did you mean \"" + best_ + "\"?)"; }

} // namespace atrium::automation
