#pragma once

#include "http/route_entry.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::http {

/// The routes of one moment, as a tree of path segments. Immutable, so requests read it without locks.
/// Literal segments win over parameters; a parameter is one segment. Thread: any.
class Router {
public:
    using Routes = std::vector<std::shared_ptr<const RouteEntry>>;
    using Parameters = std::vector<std::pair<std::string, std::string>>;

    Router() = default;
    /// Throws std::invalid_argument when two routes have the same method and shape.
    explicit Router(Routes routes);

    struct Match {
        enum class Kind {
            Found,
            NotFound,
            MethodNotAllowed, ///< `allowed` says which
            Malformed,        ///< the path does not decode or has `.`/`..` segments
        };
        Kind kind = Kind::NotFound;
        std::shared_ptr<const RouteEntry> entry;
        Parameters parameters;
        std::vector<HttpMethod> allowed;
    };
    /// `path` is raw (percent-encoded), without query. One slash at the end is ignored.
    Match match(HttpMethod method, std::string_view path) const;

    const Routes& routes() const { return routes_; }

private:
    static constexpr std::size_t methods = 5;
    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
        std::unique_ptr<Node> parameter;
        std::array<std::shared_ptr<const RouteEntry>, methods> entries;
    };
    using Segments = std::vector<std::string>;
    using MethodSet = std::array<bool, methods>;

    const RouteEntry* find(const Node& node, const Segments& segments, std::size_t index, HttpMethod method,
                           MethodSet& seen, const Node*& end) const;

    Routes routes_;
    std::shared_ptr<Node> root_ = std::make_shared<Node>();
};

} // namespace atrium::http
