#include "http/router.h"

#include "http/percent.h"

#include <stdexcept>

namespace atrium::http {

namespace {
constexpr std::size_t maxSegments = 64;
}

std::vector<RouteEntry::Segment> parseTemplate(const std::string& path)
{
    if (path.empty() || path.front() != '/') throw std::invalid_argument("route path must start with '/': " + path);
    std::vector<RouteEntry::Segment> segments;
    std::string_view rest(path);
    rest.remove_prefix(1);
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        const auto text = rest.substr(0, slash);
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (text.empty()) throw std::invalid_argument("empty segment in route path " + path);
        if (text.front() == '{' && text.back() == '}' && text.size() > 2)
            segments.push_back({{}, std::string(text.substr(1, text.size() - 2))});
        else if (text.find_first_of("{}%?#") != std::string_view::npos)
            throw std::invalid_argument("malformed segment in route path " + path);
        else segments.push_back({std::string(text), {}});
    }
    return segments;
}

Router::Router(Routes routes) : routes_(std::move(routes))
{
    for (const auto& entry : routes_) {
        Node* node = root_.get();
        for (const auto& segment : entry->segments) {
            auto& child = segment.parameter.empty() ? node->literals[segment.literal] : node->parameter;
            if (!child) child = std::make_unique<Node>();
            node = child.get();
        }
        auto& place = node->entries[static_cast<std::size_t>(entry->route.method)];
        if (place)
            throw std::invalid_argument(std::string("route ") + toString(entry->route.method) + " " +
                                        entry->route.path + " is taken by " + place->route.operationId);
        place = entry;
    }
}

Router::Match Router::match(HttpMethod method, std::string_view path) const
{
    Match match;
    if (path.empty() || path.front() != '/') {
        match.kind = Match::Kind::Malformed;
        return match;
    }
    path.remove_prefix(1);
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);

    Segments segments;
    while (!path.empty()) {
        const auto slash = path.find('/');
        auto segment = decodePercent(path.substr(0, slash), PlusSign::Literal);
        if (!segment || *segment == "." || *segment == "..") {
            match.kind = Match::Kind::Malformed;
            return match;
        }
        if (segments.size() == maxSegments) return match;
        segments.push_back(std::move(*segment));
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
        if (path.empty()) segments.emplace_back();
    }

    MethodSet seen{};
    const Node* end = nullptr;
    const RouteEntry* entry = find(*root_, segments, 0, method, seen, end);
    if (!entry) {
        for (std::size_t i = 0; i < methods; ++i)
            if (seen[i]) match.allowed.push_back(static_cast<HttpMethod>(i));
        if (!match.allowed.empty()) match.kind = Match::Kind::MethodNotAllowed;
        return match;
    }
    match.kind = Match::Kind::Found;
    match.entry = end->entries[static_cast<std::size_t>(method)];
    for (std::size_t i = 0; i < segments.size(); ++i)
        if (!entry->segments[i].parameter.empty())
            match.parameters.emplace_back(entry->segments[i].parameter, std::move(segments[i]));
    return match;
}

const RouteEntry* Router::find(const Node& node, const Segments& segments, std::size_t index, HttpMethod method,
                               MethodSet& seen, const Node*& end) const
{
    if (index == segments.size()) {
        for (std::size_t i = 0; i < methods; ++i) seen[i] = seen[i] || node.entries[i];
        end = &node;
        return node.entries[static_cast<std::size_t>(method)].get();
    }
    const auto& segment = segments[index];
    if (const auto literal = node.literals.find(segment); literal != node.literals.end())
        if (const auto* entry = find(*literal->second, segments, index + 1, method, seen, end)) return entry;
    if (node.parameter && !segment.empty()) return find(*node.parameter, segments, index + 1, method, seen, end);
    return nullptr;
}

} // namespace atrium::http
