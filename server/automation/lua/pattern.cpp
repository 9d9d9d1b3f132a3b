#include "automation/lua/pattern.h"

#include <cctype>
#include <cstring>
#include <string>

namespace atrium::automation::lua {

namespace {

constexpr int maxDepth = 200;
constexpr std::size_t maxCaptures = 32;

/// `%a`, `%D`, ...: whether `c` is in the class; another character stands for itself.
bool inClass(unsigned char c, unsigned char name)
{
    bool in = false;
    switch (std::tolower(name)) {
    case 'a': in = std::isalpha(c); break;
    case 'c': in = std::iscntrl(c); break;
    case 'd': in = std::isdigit(c); break;
    case 'g': in = std::isgraph(c); break;
    case 'l': in = std::islower(c); break;
    case 'p': in = std::ispunct(c); break;
    case 's': in = std::isspace(c); break;
    case 'u': in = std::isupper(c); break;
    case 'w': in = std::isalnum(c); break;
    case 'x': in = std::isxdigit(c); break;
    default: return name == c;
    }
    return std::isupper(name) ? !in : in;
}

} // namespace

Pattern::Pattern(std::string_view subject, std::string_view pattern, std::uint64_t steps)
    : subject_(subject), pattern_(pattern), steps_(steps)
{
    anchored_ = !pattern_.empty() && pattern_[0] == '^';
    if (anchored_) pattern_.remove_prefix(1);
}

std::optional<std::size_t> Pattern::matchAt(std::size_t start)
{
    captures_.clear();
    depth_ = 0;
    return match(start, 0);
}

const std::vector<Pattern::Capture>& Pattern::captures() const
{
    for (const auto& capture : captures_)
        if (capture.length == open) throw PatternError("unfinished capture");
    return captures_;
}

void Pattern::step(std::uint64_t count)
{
    if (steps_ < count) throw PatternError("pattern takes too many steps");
    steps_ -= count;
}

Pattern::End Pattern::match(std::size_t at, std::size_t item)
{
    struct Depth {
        int& depth;
        ~Depth() { --depth; }
    } leave{depth_};
    if (++depth_ > maxDepth) throw PatternError("pattern too complex");

    while (item < pattern_.size()) {
        step();
        const char c = pattern_[item];
        if (c == '(') {
            if (item + 1 < pattern_.size() && pattern_[item + 1] == ')')
                return startCapture(at, item + 2, {at, 0, true});
            return startCapture(at, item + 1, {at, open, false});
        }
        if (c == ')') return endCapture(at, item + 1);
        if (c == '$' && item + 1 == pattern_.size()) return at == subject_.size() ? End(at) : End();
        if (c == '%' && item + 1 < pattern_.size()) {
            const char next = pattern_[item + 1];
            if (next == 'b') {
                const auto end = balanced(at, item + 2);
                if (!end) return {};
                at = *end;
                item += 4;
                continue;
            }
            if (next == 'f') {
                if (item + 2 >= pattern_.size() || pattern_[item + 2] != '[')
                    throw PatternError("missing '[' after '%f' in pattern");
                if (!frontier(at, item + 2)) return {};
                item = endOfItem(item + 2);
                continue;
            }
            if (std::isdigit(static_cast<unsigned char>(next))) {
                const auto& capture = closedCapture(next);
                step(capture.length);
                if (subject_.size() - at < capture.length ||
                    subject_.substr(at, capture.length) != subject_.substr(capture.start, capture.length))
                    return {};
                at += capture.length;
                item += 2;
                continue;
            }
        }
        const auto itemEnd = endOfItem(item);
        const char quantifier = itemEnd < pattern_.size() ? pattern_[itemEnd] : '\0';
        if (quantifier == '*' || quantifier == '+' || quantifier == '-') return repeat(at, item, itemEnd, quantifier);
        if (quantifier == '?') {
            if (fits(at, item, itemEnd))
                if (const auto end = match(at + 1, itemEnd + 1)) return end;
            item = itemEnd + 1;
            continue;
        }
        if (!fits(at, item, itemEnd)) return {};
        ++at;
        item = itemEnd;
    }
    return at;
}

Pattern::End Pattern::startCapture(std::size_t at, std::size_t item, Capture capture)
{
    if (captures_.size() >= maxCaptures) throw PatternError("too many captures");
    const auto before = captures_.size();
    captures_.push_back(capture);
    const auto end = match(at, item);
    if (!end) captures_.resize(before);
    return end;
}

Pattern::End Pattern::endCapture(std::size_t at, std::size_t item)
{
    std::size_t index = captures_.size();
    while (index > 0 && captures_[index - 1].length != open) --index;
    if (index == 0) throw PatternError("invalid pattern capture");
    captures_[index - 1].length = at - captures_[index - 1].start;
    const auto end = match(at, item);
    if (!end) captures_[index - 1].length = open;
    return end;
}

Pattern::End Pattern::balanced(std::size_t at, std::size_t item)
{
    if (item + 1 >= pattern_.size()) throw PatternError("malformed pattern (missing arguments to '%b')");
    const char opening = pattern_[item], closing = pattern_[item + 1];
    if (at >= subject_.size() || subject_[at] != opening) return {};
    for (std::size_t nesting = 1, i = at + 1; i < subject_.size(); ++i) {
        step();
        if (subject_[i] == closing) {
            if (--nesting == 0) return i + 1;
        }
        else if (subject_[i] == opening) ++nesting;
    }
    return {};
}

Pattern::End Pattern::repeat(std::size_t at, std::size_t item, std::size_t itemEnd, char quantifier)
{
    if (quantifier == '-') {
        for (;;) {
            if (const auto end = match(at, itemEnd + 1)) return end;
            if (!fits(at, item, itemEnd)) return {};
            ++at;
        }
    }
    std::size_t count = 0;
    while (fits(at + count, item, itemEnd)) ++count;
    const std::size_t least = quantifier == '+' ? 1 : 0;
    for (;; --count) {
        if (count < least) return {};
        if (const auto end = match(at + count, itemEnd + 1)) return end;
        if (count == 0) return {};
    }
}

std::size_t Pattern::endOfItem(std::size_t item) const
{
    const char c = pattern_[item++];
    if (c == '%') {
        if (item >= pattern_.size()) throw PatternError("malformed pattern (ends with '%')");
        return item + 1;
    }
    if (c != '[') return item;
    if (item < pattern_.size() && pattern_[item] == '^') ++item;
    // A `]` right at the start of a set stands for itself.
    bool first = true;
    for (;; first = false) {
        if (item >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
        const char member = pattern_[item++];
        if (member == ']' && !first) return item;
        if (member == '%') {
            if (item >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
            ++item;
        }
    }
}

bool Pattern::fits(std::size_t at, std::size_t item, std::size_t itemEnd)
{
    step();
    if (at >= subject_.size()) return false;
    const auto c = static_cast<unsigned char>(subject_[at]);
    switch (pattern_[item]) {
    case '.': return true;
    case '%': return inClass(c, static_cast<unsigned char>(pattern_[item + 1]));
    case '[': return inSet(c, item, itemEnd - 1);
    default: return static_cast<unsigned char>(pattern_[item]) == c;
    }
}

bool Pattern::inSet(unsigned char c, std::size_t set, std::size_t lastOfSet)
{
    std::size_t i = set + 1;
    const bool complement = pattern_[i] == '^';
    if (complement) ++i;
    step(lastOfSet - set);
    while (i < lastOfSet) {
        if (pattern_[i] == '%') {
            if (inClass(c, static_cast<unsigned char>(pattern_[i + 1]))) return !complement;
            i += 2;
        }
        else if (i + 2 < lastOfSet && pattern_[i + 1] == '-') {
            if (static_cast<unsigned char>(pattern_[i]) <= c && c <= static_cast<unsigned char>(pattern_[i + 2]))
                return !complement;
            i += 3;
        }
        else {
            if (static_cast<unsigned char>(pattern_[i]) == c) return !complement;
            ++i;
        }
    }
    return complement;
}

bool Pattern::frontier(std::size_t at, std::size_t set)
{
    const auto last = endOfItem(set) - 1;
    const auto before = at == 0 ? '\0' : subject_[at - 1];
    const auto here = at < subject_.size() ? subject_[at] : '\0';
    return !inSet(static_cast<unsigned char>(before), set, last) && inSet(static_cast<unsigned char>(here), set, last);
}

const Pattern::Capture& Pattern::closedCapture(char digit) const
{
    const auto index = static_cast<std::size_t>(digit - '1');
    if (digit == '0' || index >= captures_.size() || captures_[index].length == open)
        throw PatternError("invalid capture index %" + std::string(1, digit));
    return captures_[index];
}

} // namespace atrium::automation::lua
