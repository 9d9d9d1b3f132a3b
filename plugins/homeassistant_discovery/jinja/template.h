#pragma once

#include "ast.h"

#include "atrium/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::jinja {

/// What a template can see. The zone of local times is that of the process.
struct Context {
    std::vector<std::pair<std::string_view, Var>> variables;
    UtcTime now{};
};

/// Commands are sent to the letter.
enum class Edges { Trimmed, Kept };

/// A template as Home Assistant's devices use it (a subset of Jinja2 with Home Assistant's filters): parsed once,
/// rendered for each message. Bounded: 16 KB and 64 levels of source, 10,000 steps and 256 KB of output a rendering.
/// Thread: any; immutable.
class Template {
public:
    /// Errors: InvalidArgument with what is wrong.
    static Result<std::shared_ptr<const Template>> parse(std::string_view source);

    /// The text; what devices report is read without white space around it. Errors: InvalidArgument: the message does
    /// not fit the template (an attribute of nothing, a number that is none) and has to be dropped.
    Result<std::string> render(const Context& context, Edges edges = Edges::Trimmed) const;

private:
    explicit Template(Block block) : block_(std::move(block)) {}
    const Block block_;
};

} // namespace atrium::jinja
