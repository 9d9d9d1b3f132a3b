#include "filters.h"

#include <Poco/Exception.h>
#include <Poco/RegularExpression.h>

namespace atrium::jinja {

namespace {

constexpr std::size_t maxRegexSubject = 8 * 1024;

std::unique_ptr<Poco::RegularExpression> compiled(const Call& call, const std::string& subject)
{
    if (subject.size() > maxRegexSubject) throw RenderError("too much text for a regular expression");
    int options = Poco::RegularExpression::RE_UTF8;
    for (const auto& [name, value] : call.named)
        if (name == "ignorecase" && value.truth()) options |= Poco::RegularExpression::RE_CASELESS;
    try {
        return std::make_unique<Poco::RegularExpression>(call.need(0, "find").text(), options);
    }
    catch (const Poco::Exception& error) {
        throw RenderError("a broken regular expression: " + error.displayText());
    }
}

/// All matches, each with its groups; the first entry of each is the whole.
std::vector<std::vector<std::string>> allMatches(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    const auto expression = compiled(call, subject);
    std::vector<std::vector<std::string>> all;
    try {
        Poco::RegularExpression::MatchVec match;
        for (std::size_t at = 0; at <= subject.size() && expression->match(subject, at, match) > 0;) {
            auto& groups = all.emplace_back();
            for (const auto& group : match)
                groups.push_back(group.offset == std::string::npos ? "" : subject.substr(group.offset, group.length));
            at = match[0].offset + std::max<std::size_t>(match[0].length, 1);
        }
    }
    catch (const Poco::Exception& error) {
        throw RenderError("a regular expression failed: " + error.displayText());
    }
    return all;
}

Var findAll(const Var& value, const Call& call)
{
    // Python gives as many groups as the pattern has, also those that took no part; PCRE leaves out trailing ones.
    std::size_t groups = 0;
    const std::string pattern = call.need(0, "find").text();
    bool inClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') ++i;
        else if (inClass) inClass = pattern[i] != ']';
        else if (pattern[i] == '[') inClass = true;
        else if (pattern[i] == '(' && (pattern.substr(i + 1, 1) != "?" || pattern.substr(i + 1, 3) == "?P<")) ++groups;
    }
    Vars out;
    for (auto& match : allMatches(value, call)) {
        match.resize(groups + 1);
        if (groups == 0) out.emplace_back(match[0]);
        else if (groups == 1) out.emplace_back(match[1]);
        else out.push_back(Var::tuple(Vars(match.begin() + 1, match.end())));
    }
    return Var::list(std::move(out));
}

Var findAllIndex(const Var& value, const Call& call)
{
    const auto all = findAll(value, call);
    const auto index = call.find(1, "index") ? call.find(1, "index")->integer() : 0;
    Var found = all.at(index);
    if (found.isUndefined()) throw RenderError("no such match");
    return found;
}

Var regexMatch(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    Poco::RegularExpression::Match match;
    return compiled(call, subject)->match(subject, 0, match) > 0 && match.offset == 0;
}

Var regexSearch(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    Poco::RegularExpression::Match match;
    return compiled(call, subject)->match(subject, 0, match) > 0;
}

Var regexReplace(const Var& value, const Call& call)
{
    std::string subject = value.text();
    const auto expression = compiled(call, subject);
    std::string to = call.find(1, "replace") ? call.find(1, "replace")->text() : "";
    for (std::size_t i = 0; i + 1 < to.size(); ++i)
        if (to[i] == '\\' && std::isdigit(static_cast<unsigned char>(to[i + 1]))) to[i] = '$';
    expression->subst(subject, to, Poco::RegularExpression::RE_GLOBAL);
    return subject;
}

} // namespace

const Filters& regexFilters()
{
    static const Filters all{
        {"regex_findall", findAll},      {"regex_findall_index", findAllIndex}, {"regex_match", regexMatch},
        {"regex_replace", regexReplace}, {"regex_search", regexSearch},
    };
    return all;
}

} // namespace atrium::jinja
